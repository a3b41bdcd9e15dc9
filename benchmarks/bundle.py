"""The bundle of a large publication: written, verified, and how much of it is proof.

The case is made up: items that have records and entries in the log but no content, and findings
that cite some of them. Times and the highest memory are those of processes that do nothing else:
the whole of `publish` (case opened, lock, page, PDF, bundle), and `verify`.
"""

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.dossier import NOW, PASSPHRASE, WORDS, made_case
from contrechamp.dossier.index_tables import TABLES
from contrechamp.dossier.permission import reviews
from contrechamp.dossier.permission.gates import GATES
from contrechamp.dossier.records.field_types import Evidence, Text
from contrechamp.dossier.records.findings import Finding
from contrechamp.dossier.records.publications import Publication
from contrechamp.dossier.writing import store
from contrechamp.dossier.writing.store import Put, new_id
from contrechamp.publish.report import publishing
from contrechamp.vault import case as cases
from contrechamp.vault import database, opening
from contrechamp.vault.case import Case, Change

ITEMS, CLAIMS, CITED = 10_000, 1_000, 3


def filled(case: Case) -> str:
    """Fill a case; return the reference of its publication, which is released."""
    rng = random.Random(1)
    items = [new_id() for _ in range(ITEMS)]
    with database.transaction(case.database):
        changes = [
            Change("add", f"item/{one}", {
                "name": f"sample-{number}.jpg", "size": "1", "sha256": "0" * 64, "blake3": "0" * 64,
            })
            for number, one in enumerate(items)
        ]  # fmt: skip
        cases.append(case, changes, NOW)
    findings = [
        Put(
            Finding(
                claim=(Text(language="en", text=f"SAMPLE {' '.join(rng.choices(WORDS, k=12))}."),),
                confidence="corroborated",
                evidence=tuple(Evidence(ref=f"item/{one}") for one in rng.sample(items, CITED)),
                sample=True,
            ),
            new_id(),
            new=True,
        )
        for _ in range(CLAIMS)
    ]
    store.put_all(case, findings, now=NOW)
    cites = tuple(f"record/{one.id}" for one in findings)
    publication = Publication(name="SAMPLE", language="en", cites=cites, sample=True)
    ref = store.put(case, publication, now=NOW).ref
    reasons: dict[str, str] = dict.fromkeys(GATES, "SAMPLE")
    reviews.release(case, ref, on="2026-05-01", overrides=reasons, now=NOW)
    return ref


def build(folder: str, ref: str) -> None:
    """Publish what `filled` left in a case."""
    with opening.opened(Path(folder, "case"), PASSPHRASE, tables=TABLES, write=True) as case:
        publishing.publish(case, ref, Path(folder, "out"), now=NOW)


def cost(module: str, *words: str) -> tuple[float, float]:
    """Run a module in a process of its own; return its seconds, and its highest memory in MB."""
    started = time.perf_counter()
    asked = [sys.executable, "-m", module, *words]
    with subprocess.Popen(asked, stdout=subprocess.DEVNULL) as process:
        _pid, status, spent = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, asked)
    return time.perf_counter() - started, spent.ru_maxrss / 1e3


def tables(
    *,
    heading: Callable[[str], None],
    header: Callable[..., None],
    row: Callable[..., None],
    figure: Callable[[float], str],
) -> None:
    """Print the table of the docs."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made_case(folder / "case")
        with opening.opened(folder / "case", PASSPHRASE, tables=TABLES, write=True) as case:
            ref = filled(case)
            entries = case.size
        built = cost("benchmarks.bundle", name, ref)
        bundle = folder / "out/bundle"
        verified = cost("contrechamp", "verify", str(bundle))
        sizes = {
            one: (bundle / one).stat().st_size / CLAIMS
            for one in ("log/entries.txt", "log/nodes.txt", "statement.json", "data/claims.json")
        }
    heading(f"A publication of {CLAIMS:,} findings over {ITEMS:,} items")
    header("what", "value")
    for what, (seconds, memory_mb) in (
        ("publish: lock, page, PDF, bundle", built),
        ("verify", verified),
    ):
        row(f"{what}; s", figure(seconds))
        row(f"{what}; highest memory, MB", figure(memory_mb))
    row("entries of the log", f"{entries:,}")
    for one, size in sizes.items():
        row(f"{one}, bytes a claim", f"{size:,.0f}")


if __name__ == "__main__":
    build(*sys.argv[1:])
