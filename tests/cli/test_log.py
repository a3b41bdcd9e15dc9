"""``contrechamp log``: what was done, a line an entry, whatever names say."""

import io
import os
import sys
from pathlib import Path

import pytest

from cli.commands import LETTER, CaseRun, one_line
from vault import timestamp_authority


def test_machines_are_told_in_json(case: CaseRun, letter: Path) -> None:
    case("add", letter, "--reason", "SAMPLE reason")
    lines = case("log", "--json").json()
    assert [line["action"] for line in lines] == ["new", "share", "add"]
    assert (lines[-1]["name"], lines[-1]["reason"]) == ("letter.txt", "SAMPLE reason")


@pytest.mark.parametrize(
    "name",
    [
        b"forged\n     9  2026-01-01T00:00:00Z  Nobody  erase  item 0000000000000000  x",
        b"\x1b]0;title\x07\x1b[2Jcleared",
        "gnp.\u202ewalk".encode(),
        b"latin-\xe9.txt",
    ],
    ids=["line", "escape", "bidi", "no-utf8"],
)
def test_a_name_cannot_forge_lines_or_steer_the_terminal(
    case: CaseRun, tmp_path: Path, name: bytes
) -> None:
    (tmp_path / "given").mkdir()
    path = os.fsencode(tmp_path / "given") + b"/" + name
    Path(os.fsdecode(path)).write_bytes(LETTER)
    os.symlink("elsewhere", path + b"-link")
    done = case("add", tmp_path / "given")
    log = case("log")
    assert (done.status, log.status) == (0, 0), done.err + log.err
    assert len(log.out.splitlines()) == 3
    assert len(done.out.splitlines()) == 2
    assert len(done.err.splitlines()) == 1
    for text in (done.out, done.err, log.out):
        assert not any(sign in text for sign in "\x1b\x07\u202e\ufffd")
    assert ("\\xe9" in log.out) == (name == b"latin-\xe9.txt")
    assert case("verify").status == 0


def test_names_in_other_scripts_stay_readable(case: CaseRun, tmp_path: Path) -> None:
    names = ("نامه‌ها.txt", "Über Straße 雨.txt", "वक्तव्य.txt")
    for name in names:
        (tmp_path / name).write_bytes(f"SAMPLE {name}".encode())
    done = case("add", *(tmp_path / name for name in names))
    shown = case("log").out
    assert all(name in shown and name in done.out for name in names)


def test_a_pipe_that_is_closed_early_ends_the_log_quietly(
    case: CaseRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Closed(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stdout", Closed())
    monkeypatch.setattr("contrechamp.cli.run._close_quietly", lambda: None)
    done = case("log")
    assert done.err == ""


def test_the_newest_checkpoint_is_dated_by_others_and_waits_where_nobody_is_reached(
    case: CaseRun, item: str, tmp_path: Path
) -> None:
    authority = timestamp_authority.new_authority(tmp_path / "tsa")
    with timestamp_authority.serving(lambda _path, query, _media: b"no answer to it") as address:
        done = case("log", "--anchor", "--tsa", address)
    assert (done.status, done.out) == (0, "")
    assert done.err.startswith(f"{address}: not reached (")
    with timestamp_authority.serving(
        lambda _path, query, _media: timestamp_authority.reply(authority, query)
    ) as address:
        done = case("log", "--anchor", "--tsa", address)
        # The one that waits was for an address where nobody answers any more.
        assert f"{address}: the first 3 entries are anchored\n" in done.out
    roots = ("--tsa-roots", authority / "root.pem")
    assert case("verify", *roots).status == 0
    strangers = timestamp_authority.new_authority(tmp_path / "other") / "root.pem"
    done = case("verify", "--tsa-roots", strangers)
    assert (done.status, done.out.split()[0]) == (1, "anchor")


def test_what_does_not_go_together_is_wrong_use(case: CaseRun) -> None:
    one_line(case("log", "--tsa", "https://tsa.example"), "--tsa and --ots go with --anchor")
    one_line(case("log", "--anchor"), "name whom to ask with --tsa or --ots")
    one_line(case("log", "--anchor", "--tsa", "tsa.example"), "tsa.example: expected an address")
    one_line(case("log", "--anchor", "--ots", "file:///etc/passwd"), "expected an address")
