"""Where Python lacks what contrechamp needs of the system: one line, no traceback."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from contrechamp.__main__ import NEEDED

PACKAGE = Path(__file__).parents[2] / "src/contrechamp"

START = """
import sys
sys.modules[{missing!r}] = None  # as if it were not there
sys.argv = ["contrechamp", *{arguments!r}]
from contrechamp.__main__ import main
main()
"""


def start(missing: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    code = START.format(missing=missing, arguments=arguments)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("missing", ["fcntl", "resource"])
def test_a_system_such_as_windows_is_told_what_is_not_there(missing: str) -> None:
    done = start(missing, "--help")
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert missing in line
    assert "virtual machine" in line


def test_it_is_told_in_the_language_of_the_user() -> None:
    done = start("fcntl", "verify", "case", "--lang", "fr")
    assert done.returncode == 2
    assert "machine virtuelle" in done.stderr


def test_nothing_else_is_imported_that_windows_lacks() -> None:
    unix_only = {
        "fcntl", "grp", "posix", "pty", "pwd", "readline", "resource", "syslog", "termios", "tty",
    }  # fmt: skip
    imported: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {one.name for one in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add(node.module or "")
    assert imported & unix_only == {*NEEDED, "readline"}  # the shell does without it
