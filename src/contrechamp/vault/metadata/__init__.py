"""What files say of themselves: kind, metadata, credentials, what a web capture holds."""
