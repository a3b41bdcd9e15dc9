"""What may be done with a record: consent, sharing, review, release, and how it stands."""
