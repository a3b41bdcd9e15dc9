"""Exposure of streets and ways, with its uncertainty."""
