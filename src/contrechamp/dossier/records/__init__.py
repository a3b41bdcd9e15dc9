"""The kinds of records: their fields, the help of each field, and their form as JSON."""
