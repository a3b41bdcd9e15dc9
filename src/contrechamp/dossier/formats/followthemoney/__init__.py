"""FollowTheMoney (OpenAleph), both ways."""
