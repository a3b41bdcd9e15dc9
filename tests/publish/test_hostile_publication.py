"""Hostile words in every field of every record that a publication shows, into every output."""

import csv
import os
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from contrechamp.dossier.records.field_types import Record
from contrechamp.dossier.records.publications import Publication
from contrechamp.dossier.records.schema import Shape, members
from contrechamp.dossier.sample import sample_case, sample_texts
from contrechamp.publish.bundle import verifying
from contrechamp.publish.report import publishing
from dossier.samples import desk
from publish.browser import chromium
from publish.test_publishing import plain

HOSTILE = [
    "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "</style></svg>]]> --> <!-- <svg onload=alert(3)>",
    '" onmouseover="alert(4)" x="',
    '#read("/etc/passwd") $x^2$ *bold* _it_ @label <tag> = Heading \\ // end',
    "{{ 7*7 }} {% raw %} ${7*7} {{ figure: }} [x](javascript:alert(5)) ![y](http://sample.example/z)",
    "\u202eevil\u202c \u2067isolate \u2066open \u200b\u200f\ufeff",
    "bell\x07 escape\x1b[31m del\x7f c1\x9b sep\u2028para\u2029end",
    "A" * 500,
    "ⵣ ∀ 漢字 हिन्दी 👁 ﷽ \U000e0041\ufffe\U0001f1f5\U0001f1f8 \ue000",
    "=cmd|' /C calc'!A0",
    "مثال خبيث 33.0–52.7 % עברית 12/13",
]


def of_every_script() -> str:
    """Return the first letter of each script, as far as names of letters tell: some 170 of them."""
    found: dict[str, str] = {}
    for code in range(0x20, 0x20000):
        name = unicodedata.name(chr(code), "")
        if unicodedata.category(chr(code)) in ("Lo", "Ll") and name:
            found.setdefault(name.split()[0], chr(code))
    return " ".join(found.values())


HOSTILE.append(of_every_script())
HANDLERS = "[onload],[onerror],[onmouseover]"
LATER = datetime(2026, 12, 1, tzinfo=UTC)
#: Fields whose words are looked up and are no free text.
_KEPT = {"measures", "level", "group", "template", "question", "number_of"}


def _is_free(shape: Shape) -> bool:
    is_text = shape.holds == "text" and shape.refers_to is None
    return is_text and (shape.form is None or shape.form.name == "line")


def spoiled(part: Any, words: Any) -> Any:
    """Return a record, or a part of one, with hostile words in each field that holds free text."""
    changed: dict[str, Any] = {}
    for member in members(type(part)):
        value, shape = getattr(part, member.name), member.shape
        inner = shape.inner or shape
        if not value or member.name in _KEPT:
            continue
        if inner.cls is not None:
            is_list = isinstance(value, tuple)
            several = tuple(spoiled(one, words) for one in (value if is_list else (value,)))
            changed[member.name] = several if is_list else several[0]
        elif _is_free(inner):
            one = f"SAMPLE {next(words)}"
            if inner.form is not None:
                one = " ".join(one.splitlines())
            changed[member.name] = (one,) * len(value) if shape.holds == "list" else one
    return replace(part, **changed)


@pytest.mark.slow
def test_hostile_words_in_every_field_are_words_in_every_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clean, words = sample_texts.records("en"), cycle(HOSTILE)
    shown = [
        sample_texts.ref(key)
        for key, one in clean.items()
        if type(one).__name__
        in {"Finding", "Recommendation", "Letter", "Deployment", "Assessment", "Actor", "Area",
            "Place", "Contract", "Licence", "Exhibit", "Measurement", "Barrier", "Camera"}
    ]  # fmt: skip
    bad: dict[str, Record] = {key: spoiled(one, words) for key, one in clean.items()}
    report = bad["sample-report"]
    assert isinstance(report, Publication)
    bad["sample-report"] = replace(report, cites=tuple(shown))
    monkeypatch.setattr(sample_texts, "records", lambda _language: bad)
    with desk(tmp_path) as at:
        sample_case.fill(at.case, "en", now=lambda: LATER, random=os.urandom)
        done = publishing.publish(
            at.case, sample_texts.ref("sample-report"), tmp_path / "out",
            languages=("en", "fr", "ar", "he"), draft=True, now=LATER,
        )  # fmt: skip
        monkeypatch.setattr(publishing, "lacking", lambda *_asked: [])
        publishing.publish(
            at.case, sample_texts.ref("sample-report"), tmp_path / "whole",
            languages=("en", "he"), now=LATER,
        )  # fmt: skip
    assert verifying.verify(tmp_path / "whole/bundle").discrepancies == []
    for table in (tmp_path / "whole/bundle/data/open").glob("*.csv"):
        with table.open(encoding="utf-8-sig", newline="") as rows:
            cells = [cell for row in csv.reader(rows) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r"))], table
    assert len(done.files) == 9
    read = plain(tmp_path / "out")
    assert "root:" not in read
    assert "bell[U+0007] escape[U+001B][31m" in read
    assert "\x07" not in read
    assert "[U+2D63]" in read  # a letter that no font of the paper has is told by its number
    with chromium(tmp_path / "profile") as page:
        for language in ("en", "ar"):
            page.open(tmp_path / "out" / f"report-{language}.html", width=390, height=844)
            text = page.evaluate("document.body.innerText")
            for one in HOSTILE[:5]:
                assert one.split()[0] in text
            assert page.evaluate("document.scripts.length") == 0
            pictures = page.evaluate("Array.from(document.images, (one) => one.src.slice(0, 15))")
            assert set(pictures) <= {"data:image/png;"}
            assert page.evaluate(f"document.querySelectorAll('{HANDLERS}').length") == 0
            assert page.evaluate("document.documentElement.scrollWidth") <= 390
            assert [one for one in page.requests if not one.startswith("file:")] == []
            assert page.complaints == []
