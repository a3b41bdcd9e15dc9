"""What a reader gets to see of access through barriers: a page with map and plot, figures."""
