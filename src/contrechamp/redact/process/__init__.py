"""The confined process in which a masker reads hostile bytes."""
