"""Reading a case: records by id, by words, and as they will be once a batch is written."""
