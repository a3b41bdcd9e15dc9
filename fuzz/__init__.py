"""Coverage-guided fuzzing of whatever reads bytes that somebody else may have written."""
