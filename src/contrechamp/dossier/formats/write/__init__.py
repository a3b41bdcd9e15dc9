"""The export of records: a writer for each format, and one way out of the case (`exporting`)."""
