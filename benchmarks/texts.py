"""Words in what was collected: 10,000 made-up PDFs of ten pages, read, indexed, found and erased.

PDFs are made and read by the real door for a sample; so many texts of that size are then put in as
the readers would have returned them, since reading them all says nothing more and takes an hour.
"""

import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pymupdf

from benchmarks.dossier import NOW, PASSPHRASE, WORDS, made_case
from benchmarks.memory import memory_mb
from contrechamp.base.search_words import query_of
from contrechamp.dossier.index_tables import TABLES
from contrechamp.vault import adding, erasing, opening, verifying
from contrechamp.vault.texts import finding, reading, taking
from contrechamp.vault.texts.packed import TextPart

PAGES, WORDS_A_PAGE = 10, 300
#: Words of a vocabulary beside `WORDS`: texts of people have a long tail of rare ones.
TAIL = 60_000
QUERIES = {
    "a word of one PDF": "unmistakable",
    "a word of every tenth PDF": "everytenth",
    "a word of every PDF": "camera",
    "two words": "caméra marché",
    "Arabic, with article and vowel signs": "الكَامِيرا",
    "the beginning of a word": "turn*",
    "a short beginning": "t*",
    "a phrase": '"gate camera"',
}


def page(rng: random.Random, number: int, of: int) -> str:
    """Return a made-up page: half common words, half of the tail, rarer the further on."""
    common = rng.choices(WORDS, k=WORDS_A_PAGE // 2)
    rare = [f"w{int(TAIL ** rng.random())}x" for _word in range(WORDS_A_PAGE - len(common))]
    words = [*common, *rare]
    rng.shuffle(words)
    extra = " everytenth" if number % 10 == 0 else ""
    extra += " unmistakable" if number == of // 2 else ""
    return "SAMPLE " + " ".join(words) + extra


def pdf(rng: random.Random, number: int, of: int) -> bytes:
    """Return a PDF of made-up pages."""
    document = pymupdf.open()
    for _page in range(PAGES):
        sheet = document.new_page()
        place = sheet.rect + (36, 36, -36, -36)  # noqa: RUF005  numbers are added to numbers
        sheet.insert_htmlbox(place, page(rng, number, of))
    return bytes(document.tobytes(garbage=3, deflate=True))


def real(folder: Path, count: int) -> dict[str, float]:
    """Add some PDFs and have their text read."""
    rng = random.Random(1)
    source = folder / "pdfs"
    source.mkdir()
    for number in range(count):
        (source / f"{number}.pdf").write_bytes(pdf(rng, number, count))
    made_case(folder / "real")
    with opening.opened(folder / "real", PASSPHRASE, tables=TABLES, write=True) as case:
        started = _spent()
        list(adding.add(case, [source], now=lambda: NOW, random=os.urandom))
        added = _spent()
        taking.take(case)
        read = _spent()
    return {
        "add, ms a PDF": 1000 * (added - started) / count,
        "read its text, ms a PDF": 1000 * (read - added) / count,
    }


def _spent() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def filled(folder: Path, count: int) -> None:
    """Make a case of so many small files, each with the text of a PDF of ten pages."""
    rng = random.Random(1)
    source = folder / "files"
    source.mkdir()
    for number in range(count):
        (source / f"{number}.txt").write_text(f"SAMPLE {number}", encoding="utf-8")
    made_case(folder / "case")
    texts = _texts(rng, count)

    def read(*_given: object) -> tuple[str, reading.Text]:
        return "pdf", reading.Text(next(texts))

    taking._read = read  # type: ignore[assignment]
    with opening.opened(folder / "case", PASSPHRASE, tables=TABLES, write=True) as case:
        list(adding.add(case, [source], now=lambda: NOW, random=os.urandom))
        taking.take(case)


def _texts(rng: random.Random, count: int) -> Iterator[list[TextPart]]:
    for number in range(count):
        yield [
            TextPart((("page", str(place)),), page(rng, number, count))
            for place in range(1, PAGES + 1)
        ]


def measured(folder: Path) -> dict[str, float]:
    """Look for words, erase one item, verify."""
    found = {}
    with opening.opened(folder / "case", PASSPHRASE, tables=TABLES, write=False) as case:
        for name, asked in QUERIES.items():
            times = []
            for _run in range(6):
                started = time.process_time()
                hits = finding.find(case, query_of(asked), asked)
                times.append(time.process_time() - started)
            assert hits, name
            found[f"find {name}, first, ms"] = 1000 * times[0]
            found[f"find {name}, again, ms"] = 1000 * min(times[1:])
        started = time.process_time()
        assert verifying.verify(case) == []
        found["verify, s"] = time.process_time() - started
    with opening.opened(folder / "case", PASSPHRASE, tables=TABLES, write=True) as case:
        (hit,) = finding.find(case, query_of("unmistakable"), "unmistakable")
        started = time.process_time()
        erasing.erase(case, [hit.items[0].removeprefix("item/")], reason="SAMPLE", now=NOW)
        found["erase an item, s"] = time.process_time() - started
    return found


def main(count: int) -> None:
    """Measure, and print it as JSON."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        found: dict[str, float] = real(folder, 40)
        started = _spent()
        filled(folder, count)
        found[f"pack and index {count:,} texts of {PAGES} pages, s"] = _spent() - started
        found |= measured(folder)
        case = folder / "case"
        found["case.db, MB"] = (case / "case.db").stat().st_size / 1e6
        objects = sum(
            path.stat().st_size for path in (case / "objects").rglob("*") if path.is_file()
        )
        found["objects, MB"] = objects / 1e6
        rng = random.Random(1)
        letters = sum(len(page(rng, 1, 2)) for _page in range(100)) / 100
        found["letters of all texts, millions"] = count * PAGES * letters / 1e6
        found["memory, MB"] = memory_mb("VmHWM")
    print(json.dumps({name: round(value, 3) for name, value in found.items()}, indent=1))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
