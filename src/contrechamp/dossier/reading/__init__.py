"""Reading a case: records by id, by their words, and as they will be once a batch is written."""
