"""The case: evidence kept encrypted, and a log in which every change shows."""
