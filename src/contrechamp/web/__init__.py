"""The workbench: a case in the browser of this machine, for those who use no terminal."""
