"""Names of companies and public bodies, compared across scripts."""
