"""Outside formats: one module for each, by the way the data goes."""
