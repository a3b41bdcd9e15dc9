"""Masking files that hold others: archives, mail, boxes of mail; each part by its own kind."""
