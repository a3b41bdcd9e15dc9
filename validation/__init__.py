"""Whether intervals hold what is true: simulated towns of which everything is known."""
