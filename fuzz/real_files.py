"""Files of others that somebody has fetched, tried as imports: kind, file, and what came of each.

    python -m fuzz.real_files FOLDER

Nothing is fetched and nothing is written: a case is made in a temporary folder, and each file is
only previewed. The folder has one below it for each kind (ocds, odk, kobo, uwazi...); where
one of these holds mapping.toml, or NAME.mapping.toml for one file, its tables are read with that. A
file that is no format of records is shown as what `add` would keep of it: evidence.
"""

import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from contrechamp.base.errors import ContrechampError
from contrechamp.dossier.formats.read.previewing import Preview, preview
from contrechamp.dossier.formats.read.source_file import source_cell
from contrechamp.dossier.index_tables import TABLES
from contrechamp.vault.case import Case
from contrechamp.vault.new_case import make_case
from contrechamp.vault.opening import opened

PASSPHRASE = "nothing is kept in this case"
MAPPING = "mapping.toml"
#: Files that belong to others of the folder, and are no trial of their own.
BESIDE = {"README.md", "LICENSE", "SOURCES.md"}


def files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield each file with its kind, the name of the folder that it lies in."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name not in BESIDE and not path.name.endswith(MAPPING):
            yield path.relative_to(folder).parts[0], path


def outcome(case: Case, path: Path) -> str:
    """Return in one line what an import would do with a file."""
    mapping = path.with_name(f"{path.stem}.{MAPPING}")
    if not mapping.exists():
        mapping = path.parent / MAPPING
    try:
        with source_cell() as cell:
            found = preview(
                case,
                [path],
                cell,
                mapping=mapping if mapping.exists() else None,
                accept=True,
                today=datetime.now(UTC).date(),
            )
    except ContrechampError as error:
        return f"refused: {str(error).splitlines()[0]}"
    return _told(found)


def _told(found: Preview) -> str:
    formats = {one.format for one in found.files if one.format}
    if not formats:
        return "no format of records: evidence for `add`"
    counts = ", ".join(f"{kind} {count}" for kind, count in found.counts.items()) or "no record"
    told = [f"{'+'.join(sorted(formats))}: {counts}"]
    if found.problems:
        told.append(f"{len(found.problems)} refused, such as: {found.problems[0]}")
    if found.notices:
        first = found.notices[0]
        told.append(f"{len(found.notices)} told, such as: {first.where}: {first.message}")
    return "; ".join(told)


def main(folder: Path) -> None:
    """Print a row for each file of the folder."""
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch) / "case"
        make_case(place, PASSPHRASE, tables=TABLES, name="Trial", now=datetime.now(UTC))
        with opened(place, PASSPHRASE, tables=TABLES, write=False) as case:
            for kind, path in files(folder):
                print(f"| {kind} | {path.name} | {outcome(case, path)} |", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
