"""The bundle of a publication: its claims, what they rest on, and what shows it to a stranger."""
