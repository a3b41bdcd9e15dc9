"""``make bundle``: a folder, and its tar, from which contrechamp installs without a network."""

import argparse
import sys
import tempfile
from pathlib import Path

from bundling import locks, own_wheel
from bundling.bundle import assemble
from bundling.targets import target
from bundling.wheels import fetch, wheel_at

LOCKS = (locks.ROOM / "run.txt", locks.ROOM / "bundle.txt")


def main() -> int:
    """Put a bundle together in dist/; say where it lies, how large it is, and its digest."""
    parser = argparse.ArgumentParser(prog="make bundle", description=__doc__)
    parser.add_argument("--python", metavar="3.N", help="release of Python; by default this one")
    parser.add_argument("--platform", help="such as linux-aarch64; by default this machine")
    wanted = parser.parse_args()
    date = own_wheel.source_date()
    try:
        aim = target(wanted.python, wanted.platform)
        if aim.machine[0] == "win32":
            raise ValueError("contrechamp does not run on Windows: see docs/how-to/install.md")
        with tempfile.TemporaryDirectory() as folder:
            own = wheel_at(own_wheel.build(Path(folder), date))
            pins = [pin for lock in LOCKS for pin in locks.read(lock)]
            others = fetch(pins, aim, Path(folder, "wheels"))
            made = assemble(own, others, aim, own_wheel.ROOT / "dist", date)
    except ValueError as error:
        sys.stderr.write(f"make bundle: {error}\n")
        return 1
    print(f"{made.folder}/install.sh FOLDER installs it; {made.tar.name} carries it")
    print(f"{made.wheels} wheels, {made.tar.stat().st_size / 1e6:.0f} MB")
    print(f"SHA-256 of {made.tar.name}, to be told by another way than the file:\n{made.sha256}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
