"""Exposure of streets, trips and ground to cameras, with its uncertainty."""
