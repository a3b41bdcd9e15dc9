"""The sheets with which a person reviews masked copies."""
