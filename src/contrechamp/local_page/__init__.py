"""Pages that a command shows in the browser of this machine, to one person, while it runs."""
