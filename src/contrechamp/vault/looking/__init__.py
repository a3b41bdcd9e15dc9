"""What an item shows: its pages as pixels, or its text; drawn in the cell, kept nowhere."""
