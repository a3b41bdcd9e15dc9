"""Bags: items handed out so that whoever receives them can check them (BagIt)."""
