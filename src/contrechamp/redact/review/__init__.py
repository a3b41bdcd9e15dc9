"""The sheets that a person reviews masked copies with."""
