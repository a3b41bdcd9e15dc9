"""The sections of a publication, a module each: what may be shown in, a section or None out."""
