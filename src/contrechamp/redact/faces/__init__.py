"""Where faces are in a picture, and what is put over them. Never whose they are."""
