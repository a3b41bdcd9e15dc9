"""A place too large for one look, measured tile by tile: the same figures, added up."""
