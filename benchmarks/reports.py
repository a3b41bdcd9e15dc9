"""Publications: what a paper costs beside typst alone, and a case in which 10,000 items are cited.

The peer is typst itself on the very files that it is given here: what is measured beside it is what
contrechamp does before (the tree as JSON, and which letters the fonts lack).
"""

import io
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pymupdf

from benchmarks.memory import memory_mb
from contrechamp.dossier.index_tables import TABLES
from contrechamp.dossier.records.field_types import Evidence, Text
from contrechamp.dossier.records.findings import Finding
from contrechamp.dossier.records.publications import Publication
from contrechamp.dossier.records.testimony import Exhibit
from contrechamp.dossier.writing import store
from contrechamp.publish.numbers import Numbers
from contrechamp.publish.report import html, pdf, publishing
from contrechamp.publish.report.document import (
    Document,
    Drawn,
    Label,
    Link,
    Listing,
    Paragraph,
    Section,
    Words,
)
from contrechamp.publish.report.drawing import maps
from contrechamp.publish.report.drawing.maps import Marked, Sheet
from contrechamp.publish.report.drawing.squares import square_of
from contrechamp.vault import adding, opening
from contrechamp.vault.new_case import make_case

NOW = datetime(2026, 12, 1, tzinfo=UTC)
RUNS = 5
MAPS, FINDINGS = 12, 250
ITEMS, A_FINDING = 10_000, 10
PASSPHRASE = "made-up passphrase of a benchmark"
LINE = "SAMPLE: a made-up sentence of some length, that says nothing of any place or person. "


def report() -> Document:
    """Return a made-up report: some 70 pages, with maps of 60 squares each."""
    made = random.Random(1)
    shades = ("confirmed", "corroborated", "single-source", "alleged", "inferred")
    drawings = []
    for number in range(MAPS):
        marked = [
            Marked(
                square_of((made.uniform(0, 60_000), made.uniform(0, 40_000)), 1000),
                made.choice(shades),
                str(one),
            )
            for one in range(60)
        ]
        bar = maps.bar_words(Numbers("en"))
        drawing = maps.drawn(marked, maps.extent_of(marked), Sheet((), "N", bar))
        drawings.append(Drawn(f"map-{number}", drawing, LINE, (Words(LINE),)))
    findings = tuple(
        Section(
            f"finding-{number}",
            (Words(f"Finding {number}"),),
            (
                Paragraph((Words(LINE * 4, own=False, strong=True), Label("corroborated", "good"))),
                Paragraph((Words(LINE * 3, own=False), Link("evidence-1", "[1]"))),
                Listing(tuple(("", (Paragraph((Words(LINE, own=False),)),)) for _ in range(3))),
            ),
        )
        for number in range(FINDINGS)
    )
    evidence = Listing((("evidence-1", (Paragraph((Words(LINE),)),)),), numbered=True)
    return Document(
        "en",
        Words("SAMPLE"),
        ("SAMPLE",),
        date(2026, 12, 1),
        (
            Section("maps", (Words("Maps"),), tuple(drawings)),
            Section("findings", (Words("Findings"),), sections=findings),
            Section("evidence", (Words("Evidence"),), (evidence,)),
        ),
    )


def paper() -> dict[str, float]:
    """Return what page and paper of a made-up report cost, the first in their process, in turn."""
    told = report()
    began = time.perf_counter()
    html.page(told, {})
    page = time.perf_counter() - began
    began = time.perf_counter()
    made = pdf.paper(told)
    took = time.perf_counter() - began
    pages = float(len(pymupdf.open(stream=made, filetype="pdf")))
    return {"s": took, "page, s": page, "pages": pages, "MB": len(made) / 1e6}


def typst_alone() -> dict[str, float]:
    """Return what typst needs for these files, the first in its process: it keeps what it set."""
    files = pdf.sources(report())
    began = time.perf_counter()
    pdf.typeset(files)
    return {"s": time.perf_counter() - began}


def many_items() -> dict[str, float]:
    """Return what a draft costs that cites 10,000 items in 1,000 findings."""
    with tempfile.TemporaryDirectory() as folder:
        return _many_items(Path(folder))


def _many_items(folder: Path) -> dict[str, float]:
    make_case(folder / "case", PASSPHRASE, tables=TABLES, name="SAMPLE", now=NOW)
    with opening.opened(folder / "case", PASSPHRASE, tables=TABLES, write=True) as case:
        contents = [
            adding.Content(f"{number}.txt", lambda number=number: io.BytesIO(b"SAMPLE %d" % number))
            for number in range(ITEMS)
        ]
        items = adding.add_contents(case, contents, now=lambda: NOW, random=os.urandom)
        exhibits = store.put_all(
            case,
            [
                store.Put(
                    Exhibit(item=f"item/{one}", what=LINE, people="none"), store.new_id(), new=True
                )
                for one in items
            ],
            now=NOW,
        )
        findings = store.put_all(
            case,
            [
                store.Put(
                    Finding(
                        claim=(Text(language="en", text=LINE),),
                        confidence="corroborated",
                        evidence=tuple(
                            Evidence(ref=one.ref) for one in exhibits[start : start + A_FINDING]
                        ),
                    ),
                    store.new_id(),
                    new=True,
                )
                for start in range(0, ITEMS, A_FINDING)
            ],
            now=NOW,
        )
        whole = Publication(
            name="SAMPLE", language="en", cites=tuple(one.ref for one in findings), sample=True
        )
        ref = store.put(case, whole, now=NOW).ref
        before, began = memory_mb("VmHWM"), time.perf_counter()
        publishing.publish(case, ref, folder / "out", draft=True, now=NOW)
        took = time.perf_counter() - began
    return {
        "s": took,
        "memory before, MB": before,
        "memory at its highest, MB": memory_mb("VmHWM"),
        "page, MB": (folder / "out/report-en.html").stat().st_size / 1e6,
        "PDF, MB": (folder / "out/report-en.pdf").stat().st_size / 1e6,
    }


TASKS = {"paper": paper, "typst_alone": typst_alone, "many_items": many_items}


def in_own_process(task: str) -> dict[str, float]:
    """Return what a task came to in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.reports", task],
        check=True,
        capture_output=True,
        text=True,
    )
    told = (line.rpartition(": ") for line in done.stdout.splitlines())
    return {name: float(value) for name, _mark, value in told}


def tables() -> dict[str, dict[str, float]]:
    """Return all measurements: of a paper and of typst alone the median of runs in turn."""
    found: dict[str, list[dict[str, float]]] = {}
    for _run in range(RUNS):
        for task in ("paper", "typst_alone"):
            found.setdefault(task, []).append(in_own_process(task))
    medians = {
        task: {name: statistics.median(run[name] for run in runs) for name in runs[0]}
        for task, runs in found.items()
    }
    return {**medians, "many_items": in_own_process("many_items")}


def main(task: str) -> None:
    """Print what a task came to, a line each; without one, all of them."""
    if task:
        for name, value in TASKS[task]().items():
            print(f"{name}: {value:.3f}")
        return
    for name, values in tables().items():
        for what, value in values.items():
            print(f"{name}, {what}: {value:.3f}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:] or [""])
