"""Masks files for release: covers faces, strips metadata, checks the copies, prepares their review.

Faces are found only to be covered. No model that yields an embedding or an identity is loaded.
"""
