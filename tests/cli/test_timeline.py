"""``contrechamp timeline``: what happened when, on the terminal, as a table and as a calendar."""

import csv
import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from cli import forms
from cli.commands import CaseRun, one_line
from contrechamp.dossier.formats.write.timeline_files import MAX_LINE, escaped, folded
from contrechamp.dossier.reading.lookup import Stored
from contrechamp.dossier.reading.timeline import events
from contrechamp.dossier.records.contracts import Contract

SPITEFUL = "SAMPLE, a;b\\c\r\nEND:VEVENT\x1b\u2028BEGIN:VEVENT é" + "ﷺ" * 60


def _take_in(case: CaseRun, tmp_path: Path, *rows: dict[str, object]) -> None:
    file = tmp_path / "r.jsonl"
    file.write_text(forms.lines(*rows))
    assert case("import", file).status == 0


def _contract(name: str, **dates: str) -> dict[str, object]:
    return {"kind": "contract", "fields": {"name": name, **dates}}


def _relation(**dates: str) -> list[dict[str, object]]:
    actors = [{**forms.actor_row(f"SAMPLE {one}"), "id": one * 16} for one in "ab"]
    ends = {"from_actor": f"record/{'a' * 16}", "to_actor": f"record/{'b' * 16}"}
    told = {"kind": "supplies", "confidence": "alleged"}
    return [*actors, {"kind": "relation", "fields": {**ends, **told, **dates}}]


@pytest.fixture
def dates(case: CaseRun, tmp_path: Path) -> CaseRun:
    """A case with dates of every sort."""
    _take_in(
        case, tmp_path,
        _contract("SAMPLE gates", signed_on="2026-03-01", from_date="2026-04", to_date="2028"),
        _contract("SAMPLE lamps", signed_on="2024~"),
        _contract("SAMPLE end", to_date="9999-12-31"),
        *_relation(from_date="2025-12?"),
    )  # fmt: skip
    return case


def test_dates_are_in_order_as_exact_and_as_sure_as_they_are_known(dates: CaseRun) -> None:
    shown = dates("timeline").out.splitlines()
    assert [line.partition("  ")[0] for line in shown] == [
        "about 2024",
        "from December 2025, uncertain, no end known",
        "1 March 2026",
        "April 2026\u2009–\u20092028",
        "until 31 December 9999",
    ]
    assert shown[1].endswith("(from_date, alleged)")
    assert "contract/sample-gates  SAMPLE gates (signed_on)" in shown[2]
    told = dates("timeline", "--json").json()
    assert [(one["first_day"], one["last_day"], one["precision"], one["qualified"])
            for one in told] == [
        ("2024-01-01", "2024-12-31", "year", "approximate"),
        ("2025-12-01", "2025-12-31", "month", "uncertain"),
        ("2026-03-01", "2026-03-01", "day", ""),
        ("2026-04-01", "2028-12-31", "year", ""),
        ("9999-12-31", "9999-12-31", "day", ""),
    ]  # fmt: skip


def test_a_kind_and_a_time_can_be_chosen(dates: CaseRun) -> None:
    def titles(*options: str) -> list[str]:
        return [one["title"] for one in dates("timeline", "--json", *options).json()]

    assert titles("--kind", "relation") == ["supplies"]
    # What goes on without an end, or has begun nobody knows when, may have been.
    assert titles("--since", "2029-01-01") == ["supplies", "SAMPLE end"]
    assert titles("--until", "2024-06-01", "--kind", "contract") == ["SAMPLE lamps", "SAMPLE end"]
    one_line(dates("timeline", "--kind", "nokind"), "no such kind")
    one_line(dates("timeline", "--since", "2026-01-02", "--until", "2026-01-01"), "--since")
    one_line(dates("timeline", "--team"), "-o")


def test_letters_due_and_consents_that_end_are_in_it_and_closed_parts_are_not(
    case: CaseRun, tmp_path: Path
) -> None:
    who = "c" * 16
    _take_in(
        case, tmp_path,
        {"kind": "source", "id": who, "fields": {"pseudonym": "SAMPLE"}},
        {"kind": "consent", "fields": {
            "source": f"record/{who}", "given_on": "2025", "given_how": "spoken",
            "until": "2026-08", "grants": [{"use": "held"}]}},
        {**forms.actor_row("SAMPLE"), "id": "d" * 16},
        {"kind": "letter", "fields": {
            "to": f"record/{'d' * 16}", "language": "en", "subject": "SAMPLE", "sent_on": "2026-04",
            "due_on": "2026-05-17", "questions": [{"key": "q", "text": "SAMPLE?"}]}},
    )  # fmt: skip
    told = [(one["field"], one["begin"]) for one in case("timeline", "--json").json()]
    assert told == [
        ("given_on", "2025"), ("sent_on", "2026-04"), ("due_on", "2026-05-17"), ("until", "2026-08")
    ]  # fmt: skip
    done = case("timeline", "-o", tmp_path / "out")
    assert "2 records stay in the case" in done.err
    text = (tmp_path / "out" / "timeline.ics").read_text(encoding="utf-8")
    assert "given_on" not in text
    assert text.count("BEGIN:VEVENT") == 2
    assert case("timeline", "-o", tmp_path / "team", "--team").status == 0
    assert "given_on" in (tmp_path / "team" / "timeline.csv").read_text(encoding="utf-8")
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "team").iterdir()} == {0o600}
    assert (tmp_path / "team" / "FOR-WHOM.txt").exists()
    one_line(case("timeline", "-o", tmp_path / "team", "--team"), "team")


def _content_lines(content: bytes) -> list[tuple[str, str]]:
    """Return name with parameters -> value of each line, by the grammar of RFC 5545, 3.1."""
    assert content.endswith(b"\r\n")
    physical = content.removesuffix(b"\r\n").split(b"\r\n")
    assert all(len(line) <= MAX_LINE for line in physical)
    for line in physical:  # no character is torn apart, and nothing else ends a line
        assert line.decode().splitlines() == [line.decode()]
        assert not re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", line)
    lines = content.removesuffix(b"\r\n").decode().replace("\r\n ", "").split("\r\n")
    found = [re.fullmatch(r"([A-Z-]+(?:;[A-Z-]+=[A-Z-]+)*):(.*)", line) for line in lines]
    assert all(found), lines
    return [(one[1], one[2]) for one in found if one]


def _entries(content: bytes) -> list[dict[str, str]]:
    entries: list[dict[str, str]] = []
    lines = _content_lines(content)
    assert lines[0] == ("BEGIN", "VCALENDAR")
    assert lines[-1] == ("END", "VCALENDAR")
    assert {"VERSION", "PRODID"} == {name for name, _value in lines[1:3]}
    inside = False
    for name, value in lines[3:-1]:
        if name == "BEGIN":
            assert (inside, value) == (False, "VEVENT")
            inside = True
            entries.append({})
        elif name == "END":
            assert (inside, value) == (True, "VEVENT")
            inside = False
        else:
            assert inside
            assert name not in entries[-1]
            entries[-1][name] = value
    return entries


def test_the_calendar_has_whole_days_and_an_end_that_is_no_longer_in_it(
    dates: CaseRun, tmp_path: Path
) -> None:
    assert dates("timeline", "-o", tmp_path / "out").status == 0
    content = (tmp_path / "out" / "timeline.ics").read_bytes()
    entries = _entries(content)
    spans = [(one["DTSTART;VALUE=DATE"], one["DTEND;VALUE=DATE"]) for one in entries]
    assert spans == [
        ("20240101", "20250101"), ("20251201", "20260101"), ("20260301", "20260302"),
        ("20260401", "20290101"), ("99991231", "99991231"),
    ]  # fmt: skip
    assert "known to the year alone\\, approximate" in entries[0]["SUMMARY"]
    assert len({one["UID"] for one in entries}) == len(entries)
    ids = {one["id"] for one in dates("timeline", "--json").json()}
    assert not any(one.encode() in content for one in ids)
    assert dates("timeline", "-o", tmp_path / "again").status == 0
    again = _entries((tmp_path / "again" / "timeline.ics").read_bytes())
    assert [one["UID"] for one in again] == [one["UID"] for one in entries]


def test_no_title_makes_an_entry_or_a_formula(case: CaseRun, tmp_path: Path) -> None:
    spiteful = SPITEFUL.replace("\r\n", " ").replace("\u2028", " ")
    _take_in(
        case, tmp_path, _contract(spiteful, signed_on="2026"), _contract("=cmd()", signed_on="2025")
    )
    assert case("timeline", "-o", tmp_path / "out").status == 0
    entries = _entries((tmp_path / "out" / "timeline.ics").read_bytes())
    assert len(entries) == 2
    with (tmp_path / "out" / "timeline.csv").open(encoding="utf-8-sig", newline="") as table:
        rows = list(csv.DictReader(table))
    assert [row["title"][:7] for row in rows] == ["'=cmd()", "SAMPLE,"]


def test_a_text_is_escaped_and_folded_so_that_it_comes_back() -> None:
    lines = list(folded(f"SUMMARY:{escaped(SPITEFUL)}"))
    whole = "".join([lines[0], *(line.removeprefix(" ") for line in lines[1:])])
    _content_lines("".join(f"{line}\r\n" for line in lines).encode())
    value = whole.removeprefix("SUMMARY:")
    back = re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)
    assert back == SPITEFUL.replace("\r\n", "\n").replace("\x1b", " ").replace("\u2028", " ")
    assert list(folded("")) == [""]


def test_ten_thousand_dates_are_written_in_the_order_of_their_days() -> None:
    days = [date(2000, 1, 1) + timedelta(days=(n * 7919) % 10_000) for n in range(10_000)]
    records = [
        Stored(f"{n:016x}", "contract", Contract(name="SAMPLE", signed_on=day.isoformat()),
               1, n, "", "", "")
        for n, day in enumerate(days)
    ]  # fmt: skip
    assert [one.first_day for one in events(records)] == sorted(days)
