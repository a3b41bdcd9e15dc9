"""Who can open a case: keys, slots, members, and the file that names them."""
