"""Masking office files: rebuilt from the parts that show something."""
