"""contrechamp: document surveillance from the side of the watched."""

from importlib.metadata import version

__version__ = version("contrechamp")
