"""Who a source is: kept apart, under a key of its own, for members of its own."""
