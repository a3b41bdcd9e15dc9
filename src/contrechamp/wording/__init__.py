"""Codes to words in the user's language, one place each; knows no type of the rooms above."""
