"""Access through barriers: who reaches what, when, and what stands in the way."""
