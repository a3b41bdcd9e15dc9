"""Masking office files: built anew from the parts that show something."""
