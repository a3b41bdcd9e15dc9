"""Checks of a masked copy, by readers that had no part in making it."""
