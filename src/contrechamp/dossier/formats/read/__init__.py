"""Files of others become records: a reader for each format, and one way in."""
