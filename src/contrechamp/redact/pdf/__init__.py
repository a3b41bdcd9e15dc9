"""Masking PDFs: rebuilt from what their pages draw."""
