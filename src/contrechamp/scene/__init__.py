"""Cameras, buildings, streets, places and areas as typed columns on one metric plane."""
