"""What a publication draws: maps, plots of figures, a timeline, in one visual language."""
