"""The publication of the sample: no position of its case is in any file of it, however rounded."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from decimal import ROUND_DOWN, Decimal
from pathlib import Path
from typing import Any

import pytest

from contrechamp.cli.run import run
from contrechamp.dossier.index_tables import TABLES
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.records.field_types import Position
from contrechamp.dossier.records.kinds import KINDS
from contrechamp.dossier.sample import sample_folder
from contrechamp.vault.opening import opened
from made_once import made_once
from publish.test_report_maps import streams

pytestmark = pytest.mark.slow
REPORT = "publication/sample-what-public-sources-say"


@pytest.fixture
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the sample and its publication in four languages."""

    def make(folder: Path) -> None:
        assert run(["sample", "--out", str(folder / "sample")]) == 0
        secret = (folder / "sample" / sample_folder.PASSPHRASE_FILE).open()
        with secret:
            words = ["publish", str(folder / "sample/case"), REPORT, "-o", str(folder / "report")]
            words += ["--lang", "en,fr,ar,he", "--passphrase-fd", str(secret.fileno())]
            assert run(words) == 0

    return made_once(tmp_path_factory, "sample-published", make)


def positions(value: Any) -> Iterator[Position]:
    """Yield every position in a record, wherever it stands."""
    if isinstance(value, Position):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from positions(one)
    elif is_dataclass(value):
        for field in fields(value):
            yield from positions(getattr(value, field.name))


def written(number: Decimal, digits: int) -> set[str]:
    """Return how a number is written with so many decimals, rounded and cut off."""
    unit = Decimal(1).scaleb(-digits)
    found = {f"{abs(number):.{digits}f}", str(abs(number).quantize(unit, ROUND_DOWN))}
    return (
        found | {one.replace(".", ",") for one in found} | {one.replace(".", "٫") for one in found}
    )


def test_no_position_of_the_case_is_in_the_publication(made: Path) -> None:
    with opened(made / "sample/case", sample_folder.PASSPHRASE, tables=TABLES, write=False) as case:
        found = {
            one
            for kind in KINDS
            for stored in lookup.every(case, kind)
            for one in positions(stored.record)
        }
    assert len(found) >= 8  # places and cameras; the sample has no position of anybody's home
    out = made / "report"
    texts = [one.read_text(encoding="utf-8") for one in out.rglob("report-*.html")]
    texts += [
        subprocess.run(["pdftotext", one, "-"], capture_output=True, check=True).stdout.decode()
        for one in out.rglob("report-*.pdf")
    ]
    texts += [one.read_text(encoding="utf-8") for one in out.rglob("data/open/*.csv")]
    texts += [one.read_text(encoding="utf-8") for one in out.rglob("data/open/*.json*")]
    papers = list(out.rglob("*.pdf"))
    others = (one for one in out.rglob("*") if one.is_file() and one not in papers)
    raw = "\n".join(one.read_bytes().decode("latin-1") for one in others)
    # What places letters on paper has up to five decimals, of which three are found by chance.
    packed = "\n".join(
        [*map(streams, papers), *(one.read_bytes().decode("latin-1") for one in papers)]
    )
    for place in found:
        pairs = [(place.lat, place.lon), (place.lon, place.lat)]
        for digits in range(1, 6):
            # With one or two decimals other figures read so, too: never both of a place near by.
            for one, other in pairs:
                firsts, seconds = written(one, digits), written(other, digits)
                for text in texts:
                    for first in firsts:
                        at = text.find(first)
                        while at >= 0:
                            near = text[max(0, at - 60) : at + 60]
                            assert not any(second in near for second in seconds), near
                            at = text.find(first, at + 1)
            for number in (place.lon, place.lat):
                for told in written(number, digits):
                    assert digits < 3 or not stands_in(raw, told), told
                    assert digits < 4 or not stands_in(packed, told), told


def stands_in(text: str, number: str) -> bool:
    """Return whether a number is in a text, and is no end of another one."""
    return number in text and bool(re.search(rf"(?<![\d.,]){re.escape(number)}", text))
