"""Reports, maps and open data: what is published of a measurement."""
