"""What files say about themselves: kind, metadata, credentials."""
