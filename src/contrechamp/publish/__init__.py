"""Reports, maps and open data: what leaves, and how it reads."""
