"""Who a source is: kept apart, under a separate key, readable only by chosen members."""
