"""What comes with the program as data: rights, templates of letters and of assessments."""
