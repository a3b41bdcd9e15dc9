"""Records of people, places, systems, papers, rights and findings, each tied to its evidence."""
