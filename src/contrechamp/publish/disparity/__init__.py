"""What a reader gets to see of who bears it: a page, a table of comparisons, figures of areas."""
