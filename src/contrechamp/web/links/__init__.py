"""What a record names and what names it: as a list, and as a graph for those who see one better."""
