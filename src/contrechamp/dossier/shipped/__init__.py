"""Data that comes with the program: a catalogue of rights, templates of letters and assessments."""
