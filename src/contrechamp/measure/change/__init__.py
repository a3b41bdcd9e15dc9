"""What changed: cameras and what they have in view at several dates, and what that leaves open."""
