"""Commands, thin: parse, call, show progress, print. One file per command."""
