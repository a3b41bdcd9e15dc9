"""Masking a PDF: built anew from what its pages draw."""
