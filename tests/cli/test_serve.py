"""``contrechamp serve``: what it prints, and what it refuses before anything is served."""

from pathlib import Path

import pytest

from cli.commands import Run, one_line
from web.workbenches import running


def test_what_is_no_folder_is_refused(contrechamp: Run, tmp_path: Path) -> None:
    one_line(contrechamp("serve", tmp_path / "nowhere"), "nowhere")
    (tmp_path / "file").write_text("SAMPLE")
    one_line(contrechamp("serve", tmp_path / "file"), "file")


def test_its_help_says_where_passphrases_are_typed(contrechamp: Run) -> None:
    told = contrechamp("serve", "--help").out
    assert "--no-browser" in told
    assert "--idle" in told
    assert "--going-on" not in told  # that is said by the process to itself
    assert "passphrase-fd" not in told


@pytest.mark.slow
def test_an_address_is_printed_where_no_browser_is_to_be_started(tmp_path: Path) -> None:
    with running(tmp_path, tmp_path / "state") as run:
        assert run.address.startswith("http://127.0.0.1:")
        assert run.process.poll() is None
    assert list(tmp_path.iterdir()) == []  # nothing is written before somebody asks for it
