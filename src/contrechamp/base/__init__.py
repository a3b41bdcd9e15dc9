"""What has no home elsewhere and is small: errors, languages, progress, seeds, output."""
