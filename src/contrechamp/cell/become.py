"""The process that becomes an outside program: confines itself first.

Run as ``python -m contrechamp.cell.become N``: what to become comes on standard input; under which
restrictions, and why it could not, goes to file descriptor N.
"""

import json
import os
import sys
from pathlib import Path

from contrechamp.cell.confinement import confine_program
from contrechamp.cell.limits import ProcessLimits

GO = b"go\n"


def main() -> None:
    """Become what standard input says, once the parent has seen under which restrictions."""
    descriptor = int(sys.argv[1])
    os.set_inheritable(descriptor, False)
    said = json.loads(sys.stdin.buffer.readline())
    os.chdir("/")
    given = said.get("input")  # a descriptor with what it reads on standard input
    nothing = os.open(os.devnull, os.O_RDONLY) if given is None else int(given)
    restrictions = confine_program(
        ProcessLimits(**said["limits"]),
        programs=map(Path, said["programs"]),
        libraries=map(Path, said["libraries"]),
        readable=map(Path, said["readable"]),
        descriptors=[descriptor, nothing],
    )
    _say(descriptor, {"confined": restrictions})
    if sys.stdin.buffer.readline() != GO:
        return
    os.dup2(nothing, 0)
    try:
        os.execve(said["command"][0], said["command"], said["environment"])  # noqa: S606  ours
    except OSError as error:
        _say(descriptor, {"error": error.strerror})


def _say(descriptor: int, what: dict[str, object]) -> None:
    os.write(descriptor, json.dumps(what).encode() + b"\n")


if __name__ == "__main__":
    main()
