"""What is small and has no home elsewhere: errors, languages, progress, seeds, files."""
