"""What a child of the cell does with a file that is imported; knows no case, record or key."""
