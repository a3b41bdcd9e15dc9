"""The page on which a person reviews masked copies, corrects them, and signs."""
