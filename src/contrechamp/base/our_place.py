"""Where in our own code an error came from, without this machine's paths and what was read."""

import traceback
from pathlib import Path

#: The folder of the package.
PACKAGE = Path(__file__).parents[1]


def place_in_ours(error: BaseException) -> str:
    """Return file and line of the innermost of our frames in a traceback; "" if there is none."""
    place = ""
    for frame in traceback.extract_tb(error.__traceback__):
        file = Path(frame.filename)
        if file.is_relative_to(PACKAGE):
            place = f"{file.relative_to(PACKAGE).as_posix()}:{frame.lineno}"
    return place
