"""Exit status, and one plain message: what every command has in common."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import click
import pytest

from cli.commands import Run
from contrechamp import __version__
from contrechamp.base.errors import CheckFailedError, InputError, OutputError
from contrechamp.cli import app as app_module
from contrechamp.cli import run as run_module


def with_command(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Let there be a command ``act`` that does this."""
    from contrechamp.cli.options import verbose_option

    def build() -> click.Group:
        group = app_module.application()
        group.add_command(click.Command("act", callback=act, params=[verbose_option()]))
        return group

    monkeypatch.setattr(run_module, "application", build)


def raising(error: BaseException) -> Callable[[], object]:
    def act() -> None:
        raise error

    return act


def test_help_shows_every_command_and_ends_well(contrechamp: Run) -> None:
    done = contrechamp("--help")
    assert done.status == 0
    for name in app_module.application().commands:  # each once, at the start of a line
        assert len(re.findall(rf"^  {name} ", done.out, re.MULTILINE)) == 1, name


def test_help_shows_commands_below_what_they_are_for(contrechamp: Run) -> None:
    headings = re.findall(r"^(\w.*):$", contrechamp("--lang", "fr", "--help").out, re.MULTILINE)
    assert headings[-6:] == [
        "Mesurer ce que les caméras peuvent voir",
        "Garder les preuves",
        "Travailler dans le navigateur",
        "Travailler avec les fiches",
        "Faire sortir",
        "Préparer le shell",
    ]


def test_version(contrechamp: Run) -> None:
    done = contrechamp("--version")
    assert (done.status, done.err) == (0, "")
    assert __version__ in done.out


def test_no_command_shows_help_and_is_wrong_use(contrechamp: Run) -> None:
    assert contrechamp().status == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("nothing",),
        ("measure",),
        ("measure", "a.osm"),
        ("measure", "a.osm", "-o", "out", "--draws", "0"),
        ("measure", "a.osm", "-o", "out", "--draws", "many"),
        ("measure", "a.osm", "-o", "out", "--target-height", "nan"),
        ("measure", "a.osm", "-o", "out", "--target-height", "inf"),
        ("measure", "a.osm", "-o", "out", "--piece", "-1"),
        ("measure", "a.osm", "-o", "out", "--seed", "-1"),
        ("measure", "a.osm", "-o", "out", "--lang", "tlh"),
        ("sight", "--cameras", "a.csv", "-o", "out.geojson"),
        ("sight", "--cameras", "a.csv", "--buildings", "b.geojson", "-o", "out.shp"),
        ("demo",),
    ],
)
def test_wrong_use_is_said_in_one_line(
    contrechamp: Run, arguments: Sequence[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = contrechamp(*arguments)
    assert (done.status, done.out) == (2, "")
    assert len(done.err.splitlines()) == 1
    assert done.err.startswith("contrechamp: ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (InputError("expected degrees", where="a.csv:3: heading_deg"), 2, "a.csv:3: heading_deg"),
        (OutputError("out: cannot be written"), 2, "out: cannot be written"),
        (CheckFailedError("the check failed"), 1, "the check failed"),
        (FileNotFoundError(2, "No such file or directory", "a.osm"), 2, "a.osm: No such file"),
        (MemoryError(), 2, "not enough memory"),
        (KeyboardInterrupt(), 130, "stopped"),
    ],
)
def test_an_error_is_one_line_and_a_status(
    contrechamp: Run,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    status: int,
    said: str,
) -> None:
    with_command(monkeypatch, raising(error))
    done = contrechamp("act")
    assert (done.status, done.out) == (status, "")
    assert said in done.err
    assert len(done.err.splitlines()) == 1


def test_an_unexpected_error_asks_for_a_report_and_shows_no_data(
    contrechamp: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_command(monkeypatch, raising(ZeroDivisionError("camera of Jane Doe")))
    done = contrechamp("act")
    assert done.status == 2
    assert len(done.err.splitlines()) == 1
    assert "ZeroDivisionError" in done.err
    assert "-v" in done.err
    assert "Jane" not in done.err
    assert str(Path.cwd()) not in done.err


def test_verbose_adds_the_traceback(contrechamp: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with_command(monkeypatch, raising(ZeroDivisionError("shown")))
    done = contrechamp("act", "-v")
    assert done.status == 2
    assert "Traceback" in done.err
    assert "shown" in done.err


def test_libraries_warnings_do_not_reach_the_user(
    contrechamp: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def act() -> None:
        import warnings

        warnings.warn("something about the library", RuntimeWarning, stacklevel=1)

    with_command(monkeypatch, act)
    done = contrechamp("act")
    assert (done.status, done.err) == (0, "")


def test_a_reader_that_goes_away_is_no_error() -> None:
    command = f"{sys.executable} -m contrechamp --help | true"
    for _attempt in range(3):
        done = subprocess.run(
            ["bash", "-c", command], capture_output=True, text=True, check=False, timeout=60
        )
        assert done.stderr == ""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_unwinds_the_run(
    contrechamp: Run, monkeypatch: pytest.MonkeyPatch, number: signal.Signals, tmp_path: Path
) -> None:
    half_written = tmp_path / "half-written"

    def act() -> None:
        half_written.touch()
        try:
            os.kill(os.getpid(), number)
            signal.pause()
        finally:
            half_written.unlink()

    with_command(monkeypatch, act)
    done = contrechamp("act")
    assert done.status == 128 + number
    assert len(done.err.splitlines()) == 1
    assert not half_written.exists()
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_help_does_not_load_the_engine() -> None:
    code = (
        "import sys; from contrechamp.cli.run import run; run(['measure', '--help']);"
        "heavy = ('numba', 'geopandas', 'onnxruntime', 'av', 'pymupdf', 'followthemoney');"
        "sys.exit(any(name in sys.modules for name in heavy))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0


def test_a_name_from_elsewhere_neither_steers_the_terminal_nor_forges_a_line(
    contrechamp: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile = "a\x1b[2Jb\ncontrechamp: all is well"
    message = f"no such column: {hostile}"
    with_command(monkeypatch, raising(InputError(message, where=hostile)))
    done = contrechamp("act")
    assert done.status == 2
    assert "\x1b" not in done.err
    assert done.err.startswith("contrechamp: a\\x1b[2Jb\\ncontrechamp: all is well: no such column")
