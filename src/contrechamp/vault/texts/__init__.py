"""The text of what a case collected: taken in the cell, kept under keys of its own, and found."""
