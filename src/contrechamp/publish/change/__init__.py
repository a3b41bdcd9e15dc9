"""What a reader gets to see of what changed: a page, cameras with their intervals, figures."""
