"""Outside formats of the dossier: a module a format, one door in and one door out."""
