"""The commands: parse, call, show progress, print."""
