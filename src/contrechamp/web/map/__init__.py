"""The map of a case: its tiles, the list beside it, cameras drawn and corrected."""
