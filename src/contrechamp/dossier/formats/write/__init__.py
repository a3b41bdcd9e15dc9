"""Records become files for others: a writer for each format, and one way out."""
