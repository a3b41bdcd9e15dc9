"""verify.html: a page without a network that checks the bundle of a publication, for strangers."""
