"""Writing a case: the one way in for records, the rules that they must meet, and erasing."""
