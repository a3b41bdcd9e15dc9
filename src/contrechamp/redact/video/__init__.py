"""Masking videos: searched in a first pass, covered and encoded in a second."""
