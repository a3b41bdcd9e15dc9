"""``make wheel``: the wheel of contrechamp, the same bytes from the same commit."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: Where there is neither a wish nor a commit: the date that hatchling takes, 2 February 2020.
_NO_DATE = 1580601600
_BUILD = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"


def source_date(root: Path = ROOT) -> int:
    """Return the date of everything that is made here: SOURCE_DATE_EPOCH, or that of the commit."""
    wished = os.environ.get("SOURCE_DATE_EPOCH")
    if wished:
        return int(wished)
    asked = ["git", "-C", str(root), "log", "-1", "--format=%ct"]
    try:
        told = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):  # an unpacked archive
        return _NO_DATE
    return int(told)


def build(into: Path, date: int, root: Path = ROOT) -> Path:
    """Build the wheel of the project in `root` into the folder `into`; return where it lies."""
    # In place, with the builder that is locked: nothing is fetched.
    told = subprocess.run(
        [sys.executable, "-c", _BUILD, str(into.absolute())],
        cwd=root,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(date)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    return into / told.split()[-1]


if __name__ == "__main__":
    print(build(ROOT / "dist", source_date()).relative_to(ROOT))
