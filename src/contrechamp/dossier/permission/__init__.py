"""What may be done with a record: consent, sharing, review, release, and standing."""
