"""Import and export of FollowTheMoney, the format of OpenAleph."""
