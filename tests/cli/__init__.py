"""Tests of the commands, one file a command beside its name; what they share is in `commands`."""
