"""The process in which a masker meets hostile bytes."""
