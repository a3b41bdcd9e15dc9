"""Masking a sound file: voices altered, everything that is not sound left behind."""
