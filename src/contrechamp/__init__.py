"""contrechamp: document surveillance from the side of the watched."""

from typing import Any


def __getattr__(name: str) -> Any:
    # Looking it up takes as long as all else that a confined process needs to start.
    if name == "__version__":
        from importlib.metadata import version

        return version("contrechamp")
    raise AttributeError(name)
