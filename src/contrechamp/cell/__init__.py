"""Confinement of a process that is about to read bytes from strangers."""
