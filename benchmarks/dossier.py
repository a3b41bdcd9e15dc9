"""Records of a case: taking them in, opening the case, finding words; on made-up records.

Each figure is of a process of its own where the case was closed before: nothing of it is in the
memory of the program, though its pages are in that of the system.
"""

import csv
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from benchmarks.memory import memory_mb
from contrechamp.dossier import status
from contrechamp.dossier.formats.read import importing
from contrechamp.dossier.formats.write import exporting, json_lines
from contrechamp.dossier.index_tables import TABLES
from contrechamp.dossier.permission.standing import Standings
from contrechamp.dossier.reading import lookup, search
from contrechamp.dossier.reading.short_names import ShortNames
from contrechamp.dossier.reading.titles import citing
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records.field_types import Evidence, Position, Record, Text
from contrechamp.dossier.records.fieldwork import Camera, Observation
from contrechamp.dossier.records.findings import Finding
from contrechamp.dossier.records.kinds import kind_of
from contrechamp.dossier.records.schema import to_json
from contrechamp.dossier.writing.store import Put, new_id
from contrechamp.vault import case as cases
from contrechamp.vault import database, opening, verifying
from contrechamp.vault.access import keys, passphrases, slots

PASSPHRASE = "made-up passphrase of a benchmark"
NOW = datetime(2026, 5, 1, tzinfo=UTC)
RUNS = 5
#: Words that made-up texts are made of: English, French, Arabic, Hebrew; none says anything.
WORDS = (
    *("sample", "gate", "camera", "street", "north", "turnstile", "wall", "market", "school"),
    *("exemple", "porte", "caméra", "rue", "été", "marché", "école", "clinique", "fenêtre"),
    *("عينة", "بوابة", "كاميرا", "شارع", "شمال", "جدار", "سوق", "مدرسة", "عيادة"),
    *("דוגמה", "שער", "מצלמה", "רחוב", "צפון", "קיר", "שוק", "מחסום", "מרפאה"),
)
QUERIES = {
    "a word of one record": "unmistakable",
    "a word of every tenth record": "everytenth",
    "a word of nearly every record": "sample",
    "two words": "caméra marché",
    "Arabic, with article and vowel signs": "الكَامِيرا",
    "the beginning of a word": "turn*",
    "a phrase": '"gate camera"',
}


def made_up(count: int) -> Iterator[Put]:
    """Yield made-up records: observations, cameras, and findings that cite them."""
    rng = random.Random(1)
    before = ""
    record: Record
    for number in range(count):
        words = " ".join(["SAMPLE", *rng.choices(WORDS, k=40)])
        words += " everytenth" if number % 10 == 0 else ""
        words += " unmistakable" if number == count // 2 else ""
        record_id = new_id(rng.randbytes)
        if number % 5 == 0:
            claim = (Text(language="en", text=words),)
            cited = (Evidence(ref=f"record/{before}"),) if before else ()
            record = Finding(claim=claim, confidence="alleged", evidence=cited, sample=True)
        elif number % 5 == 1:
            place = Position(lon=Decimal(number % 90), lat=Decimal(number % 45))
            record = Camera(position=place, name=f"SAMPLE {number}", mount=words, sample=True)  # type: ignore[call-arg]  # from the table
        else:
            record = Observation(date="2026-05-01", seen=words, sample=True)
        yield Put(record, record_id, new=True)
        before = record_id if number % 5 else before


def made_case(folder: Path) -> None:
    """Make an empty case, locked as the weakest that the program makes."""

    def make_slots(unlocked: keys.Unlocked) -> list[slots.Slot]:
        return [
            slots.make_passphrase_slot(PASSPHRASE, passphrases.FLOOR, unlocked, random=os.urandom)
        ]

    cases.create(
        folder, make_slots, tables=TABLES, member_name="Sample", now=NOW, random=os.urandom
    )


def take_in(folder: Path, count: int) -> dict[str, float]:
    """Import made-up records from JSON Lines into a new case."""
    file = folder.with_suffix(".jsonl")
    with file.open("w", encoding="utf-8") as target:
        for one in made_up(count):
            told = {"id": one.id, "kind": kind_of(one.record), "fields": to_json(one.record)}
            target.write(json.dumps(told, ensure_ascii=False) + "\n")
    made_case(folder)
    with opening.opened(folder, PASSPHRASE, tables=TABLES, write=True) as case:
        spent = seconds(
            lambda: importing.import_files(case, [file], now=lambda: NOW, random=os.urandom)
        )
    return {f"import of {count:,} lines": spent}


def floor(folder: Path, count: int) -> dict[str, float]:
    """Put the same lines into a bare table of SQLCipher with full text: no rules and no log."""
    del count
    file = folder.with_suffix(".jsonl")
    bare = database.connect(folder.with_suffix(".db"), b"0" * 32)
    bare.execute("CREATE TABLE records (id TEXT PRIMARY KEY, line TEXT NOT NULL)")
    bare.execute("CREATE VIRTUAL TABLE search USING fts5 (text)")

    def put() -> None:
        with database.transaction(bare), file.open(encoding="utf-8") as lines_:
            for number, line in enumerate(lines_, start=1):
                told = json.loads(line)
                bare.execute("INSERT INTO records VALUES (?, ?)", (told["id"], line))
                text = " ".join(map(str, told["fields"].values()))
                bare.execute("INSERT INTO search (rowid, text) VALUES (?, ?)", (number, text))

    return {"the same lines into a bare encrypted table with full text": seconds(put)}


def use(folder: Path, count: int) -> dict[str, float]:
    """Open a case, look for words, and ask what it lacks."""
    del count
    day = date(2026, 5, 1)
    started = time.perf_counter()
    passphrases.kek(PASSPHRASE, b"0" * 32, passphrases.FLOOR)
    derived = time.perf_counter() - started
    started = time.perf_counter()
    with opening.opened(folder, PASSPHRASE, tables=TABLES, write=False) as case:
        found = {"key derivation (Argon2id floor)": derived, "open": time.perf_counter() - started}
        for name, query in QUERIES.items():
            first = seconds(lambda query=query: search.find(case, query))
            again = min(seconds(lambda query=query: search.find(case, query)) for _ in range(RUNS))
            found[f"find {name}, first"] = first
            found[f"find {name}, again"] = again
            assert search.find(case, query), name
        found["one line of JSON a record"] = seconds(
            lambda: sum(1 for _line in json_lines.record_lines(case, ShortNames(case), day))
        )
        found["status"] = seconds(lambda: status.lacks(case, day))
        found["verify"] = seconds(lambda: verifying.verify(case))
    return found


def entities(count: int) -> Iterator[dict[str, object]]:
    """Yield made-up companies, and who owns which, as FollowTheMoney has them."""
    rng, firms = random.Random(2), count // 2
    for number in range(firms):
        name = f"SAMPLE {' '.join(rng.choices(WORDS, k=3))} {number}"
        yield {"id": f"firm-{number}", "schema": "Company",
               "properties": {"name": [name], "country": ["fr"]}}  # fmt: skip
    for number in range(count - firms):
        owner, asset = number % firms, (7 * number + 1) % firms
        asset = asset if asset != owner else (asset + 1) % firms
        yield {"id": f"share-{number}", "schema": "Ownership",
               "properties": {"owner": [f"firm-{owner}"], "asset": [f"firm-{asset}"],
                              "percentage": ["50"]}}  # fmt: skip


def rows(count: int) -> Iterator[list[str]]:
    """Yield a table of made-up contracts: its header, and a row for each."""
    rng = random.Random(3)
    yield ["no", "title", "buyer", "amount"]
    for number in range(count):
        title = f"SAMPLE {' '.join(rng.choices(WORDS, k=6))}"
        yield [str(number), title, f"SAMPLE body {number % 50}", f"{number}.50"]


#: How the columns of `rows` become contracts.
MAPPING = """kind = "contract"
id = ["no"]
scheme = "benchmark"
decimal = "."
[fields]
name = "title"
"value.amount" = "amount"
[constants]
"value.currency" = "EUR"
[actors.buyer]
column = "buyer"
kind = "public-body"
"""


def take_in_entities(folder: Path, count: int) -> dict[str, float]:
    """Import FollowTheMoney entities from one file into a new case."""
    file = folder.with_suffix(".ftm.json")
    with file.open("w", encoding="utf-8") as target:
        for one in entities(count):
            target.write(json.dumps(one, ensure_ascii=False) + "\n")
    return {f"import of {count:,} entities of one file": _imported(folder, file)}


def take_in_rows(folder: Path, count: int) -> dict[str, float]:
    """Import the rows of a table by a mapping into a new case."""
    file, mapping = folder.with_suffix(".csv"), folder.with_suffix(".toml")
    with file.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target).writerows(rows(count))
    mapping.write_text(MAPPING, encoding="utf-8")
    return {f"import of {count:,} mapped rows of one table": _imported(folder, file, mapping)}


def _imported(folder: Path, file: Path, mapping: Path | None = None) -> float:
    made_case(folder)
    with opening.opened(folder, PASSPHRASE, tables=TABLES, write=True) as case:
        return processor_seconds(
            lambda: importing.import_files(
                case, [file], mapping=mapping, now=lambda: NOW, random=os.urandom
            )
        )


def look_through(folder: Path, count: int) -> dict[str, float]:
    """Ask a case of imported records what it lacks, and show, find and export them."""
    day, found = date(2026, 5, 1), {}
    with opening.opened(folder, PASSPHRASE, tables=TABLES, write=False) as case:
        found[f"status of {count:,}"] = processor_seconds(lambda: status.lacks(case, day))
        found[f"find among {count:,}"] = processor_seconds(lambda: search.find(case, "sample"))
        item = next(iter(lookup.items_there(case)))
        found[f"what {count:,} say of their file"] = processor_seconds(
            lambda: (Standings(View(case), day).of(f"item/{item}"), citing(case, f"item/{item}"))
        )
        for format_ in ("jsonl", "csv", "ftm"):
            found[f"{format_} of {count:,}"] = processor_seconds(
                lambda format_=format_: exporting.write(
                    case, folder.with_suffix(f".{format_}.out"), format_, day=day
                )
            )
    return found


def processor_seconds(work: Callable[[], object]) -> float:
    """Return how much of the processor some work takes, here and in processes that it started."""
    started = _spent()
    work()
    return _spent() - started


def _spent() -> float:
    own, others = (
        resource.getrusage(resource.RUSAGE_SELF),
        resource.getrusage(resource.RUSAGE_CHILDREN),
    )
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def seconds(work: Callable[[], object]) -> float:
    """Return how long some work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def in_own_process(task: str, folder: Path, count: int) -> dict[str, float]:
    """Return what a task measures in a process of its own, and its highest memory."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.dossier", task, str(folder), str(count)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return dict(json.loads(done.stdout))


def tables(
    count: int,
    *,
    heading: Callable[[str], None],
    header: Callable[..., None],
    row: Callable[..., None],
    figure: Callable[[float], str],
) -> None:
    """Print what records cost."""
    heading(f"Records of a case: {count:,} made-up ones")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "case"
        header("what", "seconds")
        for size in (count // 10, count // 3):
            small = Path(temporary) / f"case-{size}"
            for name, value in in_own_process("take_in", small, size).items():
                row(name, figure(value))
        for task in ("take_in", "floor", "use"):
            for name, value in in_own_process(task, folder, count).items():
                row(name, figure(value))
        size = (folder / "case.db").stat().st_size
        row("size of case.db, MB", figure(size / 1e6))

        imported_tables(Path(temporary), count, header=header, row=row, figure=figure)


def imported_tables(
    folder: Path,
    count: int,
    *,
    header: Callable[..., None],
    row: Callable[..., None],
    figure: Callable[[float], str],
) -> None:
    """Print what records of one source file cost: every one of them cites it."""
    for take_in in ("take_in_entities", "take_in_rows"):
        header("what, of records that were imported from one file", "seconds of processor")
        for size in (count // 100, count // 10, count):
            case = folder / f"{take_in}-{size}"
            for task in (take_in, "look_through"):
                for name, value in in_own_process(task, case, size).items():
                    row(name, figure(value))


TASKS = {
    "take_in": take_in,
    "take_in_entities": take_in_entities,
    "take_in_rows": take_in_rows,
    "look_through": look_through,
    "floor": floor,
    "use": use,
}


def main(task: str, folder: str, count: str) -> None:
    """Run one task and print what it measured, as JSON."""
    found = TASKS[task](Path(folder), int(count))
    print(json.dumps({**found, f"memory of {task}, MB": memory_mb("VmHWM")}))


if __name__ == "__main__":
    main(*sys.argv[1:])
