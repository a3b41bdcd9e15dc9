"""What a child of the cell does with a file whose text is wanted; it knows no case and no key."""
