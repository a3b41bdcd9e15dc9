"""Anchors: proof from outside of when a checkpoint existed (RFC 3161, OpenTimestamps)."""
