"""Masking sound files: voices altered, everything but the sound left out."""
