"""What people without ``make`` are given: a wheel, and a folder that installs without a network."""
