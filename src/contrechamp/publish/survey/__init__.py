"""What a reader gets to see of the completeness of a survey: a page, lists, figures."""
