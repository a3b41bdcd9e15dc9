"""Writing a case: one door for every record, the rules that it must meet, and erasing."""
