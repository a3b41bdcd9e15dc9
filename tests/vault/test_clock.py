"""A clock that runs backwards or ahead is told, and is no fault of a case."""

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from contrechamp.vault import adding, verifying
from contrechamp.vault.anchors import anchor, anchoring, rfc3161
from contrechamp.vault.discrepancies import is_sound
from contrechamp.vault.log import history
from vault import timestamp_authority
from vault.cases import NOW, files, new, opened


@pytest.fixture
def case(tmp_path: Path) -> Path:
    new(tmp_path / "case")
    return tmp_path / "case"


def add(case: Path, source: Path, now: datetime) -> str:
    files(source, 1)
    next(source.iterdir()).write_text(f"SAMPLE {source.name}")
    with opened(case, write=True) as found:
        (one,) = adding.add(found, [source], now=lambda: now, random=os.urandom)
    return one.item


def told(case: Path, **options: object) -> list[tuple[str, str]]:
    with opened(case) as found:
        findings = verifying.verify(found, **options)
        assert is_sound(findings)
        return [(one.kind, one.subject) for one in findings]


def test_each_step_back_is_told_once(case: Path, tmp_path: Path) -> None:
    for hours in (1, 5, 2, 3, 3, 0):
        add(case, tmp_path / f"source-{hours}-{os.urandom(2).hex()}", NOW + timedelta(hours=hours))
    # The case begins with two entries; 3 and 5 hours are followed by fewer.
    assert told(case) == [("clock", "4"), ("clock", "7")]
    with opened(case) as found:
        lines = history.history(found)
    assert [line.number for line in lines if line.set_back] == [4, 7]


def test_a_clock_that_goes_on_is_not_told(case: Path, tmp_path: Path) -> None:
    for seconds in (0, 0, 1, 10**8):
        now = NOW + timedelta(seconds=seconds)
        add(case, tmp_path / f"source-{os.urandom(4).hex()}", now)
    assert told(case) == []


def test_an_entry_that_was_there_before_the_time_it_says_is_told(
    case: Path, tmp_path: Path
) -> None:
    """The authority's word is what an entry is measured against, and only a trusted one's."""
    authority = timestamp_authority.new_authority(tmp_path / "tsa")
    late = datetime.now(tz=NOW.tzinfo) + timedelta(days=400)
    soon = datetime.now(tz=NOW.tzinfo) + timedelta(minutes=1)
    add(case, tmp_path / "soon", soon)
    add(case, tmp_path / "late", late)
    with opened(case, write=True) as found:
        note = history.newest_checkpoint(found)
        anchoring.queue(found, anchor.rfc3161_anchor(note, "http://127.0.0.1/tsa"))
        (sent,) = anchoring.send_waiting(
            found, lambda _to, body, _type: timestamp_authority.reply(authority, body)
        )
        assert sent.problem == ""
    add(case, tmp_path / "later", late + timedelta(days=1))  # no anchor is about this one
    trusted = rfc3161.roots((authority / "root.pem").read_bytes())
    assert told(case, trusted=trusted) == [("clock", "3")]
    assert told(case) == []
