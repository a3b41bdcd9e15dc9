"""Who bears it: exposure where people live, compared between groups and areas."""
