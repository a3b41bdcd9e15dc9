"""The Nu checker: what is wrong with the markup of a page, by a tool that we did not write.

It is of npm, locked in requirements/npm, and lies in its ``node_modules`` once ``make test`` has
installed it.
"""

import subprocess
from collections.abc import Sequence
from pathlib import Path

TOOLS = Path(__file__).parents[2] / "requirements/npm/node_modules"


def markup_errors(files: Sequence[Path]) -> list[str]:
    """Return what the Nu checker finds wrong with the markup of pages, a line each."""
    jar = TOOLS / "vnu-jar/build/dist/vnu.jar"
    done = subprocess.run(
        ["java", "-Xss4m", "-jar", jar, "--format", "gnu", "--errors-only", *files],
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode in (0, 1), done.stderr
    lines = done.stderr.splitlines()
    return [line.rpartition("/")[2] for line in lines if line.startswith('"file:')]
