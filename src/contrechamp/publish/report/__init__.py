"""The publication of a case: what it may show, as one tree, drawn as HTML and as PDF."""
