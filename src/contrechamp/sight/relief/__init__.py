"""Sight over ground that is not flat: what it hides, of lines, from places."""
