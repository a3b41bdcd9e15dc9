"""One's own way: how long and how far a recorded walk was in view, by level and by camera."""
