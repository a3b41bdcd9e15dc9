"""Codes -> words in the user's language, each in one place; knows no type of the rooms above."""
