"""Anchors: outside proof of when a checkpoint existed (RFC 3161, OpenTimestamps)."""
