"""What starting costs: a command loads what it needs, and finds the engine compiled."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from contrechamp.base.i18n import activate
from contrechamp.cli.app import application

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
#: What takes long to load, and neither help nor a case needs.
HEAVY = ("numba", "llvmlite", "scipy", "pandas", "geopandas", "pyarrow", "shapely", "numpy")
activate("en")
COMMANDS = sorted(application().commands)

RUN = """
import json, sys
from contrechamp.cli.run import run
status = run(sys.argv[2:])
heavy = sorted(set(json.loads(sys.argv[1])) & set(sys.modules))
print(json.dumps([status, heavy]), file=sys.stderr)
"""
CASE = """
import json, os, sys
from contrechamp.vault.access import passphrases
from contrechamp.cli.run import run

heavy, loaded = json.loads(sys.argv[1]), {}
passphrases.seconds_of = lambda _parameters: 60.0  # a slow machine: the floor of key derivation
for words in json.loads(sys.argv[2]):
    reading, writing = os.pipe()
    os.write(writing, b"tiroir velours orage\\n")
    os.close(writing)
    status = run([*words, "--passphrase-fd", str(reading)])
    os.close(reading)
    loaded[words[0]] = [status, sorted(set(heavy) & set(sys.modules))]
print(json.dumps(loaded), file=sys.stderr)
"""
MEASURE = """
import sys
from numba.core import event
from contrechamp.cli.run import run

compiled = []
class Told(event.Listener):
    def on_start(self, event): pass
    def on_end(self, event): compiled.append(event.data["dispatcher"].py_func.__qualname__)
event.register("numba:compile", Told())
status = run(sys.argv[1:])
print(status, *compiled)
"""


def loaded_by(*arguments: object) -> list[str]:
    """Run a command in a process of its own; return what it loaded of `HEAVY`."""
    command = [sys.executable, "-c", RUN, json.dumps(HEAVY), *map(str, arguments)]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True
    )
    status, heavy = json.loads(done.stderr.splitlines()[-1])
    assert status == 0, done.stderr
    return list(heavy)


@pytest.mark.parametrize("words", [[], *([name] for name in COMMANDS)], ids=" ".join)
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    assert loaded_by(*words, "--help") == []


@pytest.mark.slow
def test_a_case_is_made_and_read_without_the_engine(tmp_path: Path) -> None:
    case = str(tmp_path / "case")
    (tmp_path / "note.txt").write_text("SAMPLE note")
    words = [
        ["new", case, "--name", "Sample Member"],
        ["add", case, str(tmp_path / "note.txt")],
        ["log", case],
        ["show", case],
        ["find", case, "note"],
        ["status", case],
    ]
    done = subprocess.run(
        [sys.executable, "-c", CASE, json.dumps(["numba", "scipy"]), json.dumps(words)],
        env={**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = json.loads(done.stderr.splitlines()[-1])
    assert loaded == {command[0]: [0, []] for command in words}, done.stderr


@pytest.mark.slow
def test_what_was_compiled_ahead_is_what_a_measurement_calls(tmp_path: Path) -> None:
    """Otherwise the first figure waits for a compilation that no bar tells of."""
    town, survey = EXAMPLES / "sample-town.osm", EXAMPLES / "sample-survey.csv"
    words = ("measure", town, survey, "-o", tmp_path / "report", "--draws", "8", "--json")
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *map(str, words)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "0", done.stdout + done.stderr
