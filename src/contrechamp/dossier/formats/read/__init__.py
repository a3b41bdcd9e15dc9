"""The import of records: a reader for each format, and one way into the case (`importing`)."""
