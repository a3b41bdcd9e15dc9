"""Comparison of the names of companies and public bodies across scripts."""
