"""What the engine costs on real buildings, beside its peers. Run ``make bench``."""
