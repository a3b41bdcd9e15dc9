"""Measurements of a case: asked for in a form, run in a process of their own, kept and compared."""
