"""Masked copies of a case's items, and their review: where redacting and the case meet."""
