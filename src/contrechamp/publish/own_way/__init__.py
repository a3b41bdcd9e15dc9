"""What the walker gets to see of an own way, and what of it may be handed on."""
