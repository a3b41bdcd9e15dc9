"""Finds where faces are in a picture and covers them. Never whose they are."""
