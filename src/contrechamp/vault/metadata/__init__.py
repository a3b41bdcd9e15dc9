"""What files say about themselves: kind, metadata, credentials, contents of web captures."""
