"""Progress of a command, as bars on a terminal."""

import sys

from rich.console import Console

from contrechamp.base.progress import Progress, on_terminal, silent


def progress_for(*, as_json: bool) -> Progress:
    """Return bars on standard error where that is a terminal, silence elsewhere."""
    return silent if as_json else on_terminal(Console(file=sys.stderr))
