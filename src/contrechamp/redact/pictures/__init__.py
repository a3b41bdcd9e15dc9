"""Masking a picture file."""
