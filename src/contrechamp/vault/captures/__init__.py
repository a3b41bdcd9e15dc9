"""What captures hold, web pages and others, and whether they are as they say they were made."""
