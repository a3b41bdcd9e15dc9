"""Checks of a masked copy, by readers that took no part in making it."""
