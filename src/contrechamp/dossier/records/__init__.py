"""What a record is: its kinds, their fields, their help, and how each is written as JSON."""
