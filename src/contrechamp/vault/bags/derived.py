"""What is in a bag beside contents, records and proofs: all of it follows from those.

Whoever exports writes what these functions return, and whoever verifies compares with it, byte for
byte. What a bag of some format looks like never changes: a new look is a new format.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from contrechamp.base.spreadsheets import as_cell
from contrechamp.vault.bags import bag, texts
from contrechamp.vault.bags.signed import Making
from contrechamp.vault.bags.texts import ExportedItem

README, PROGRAM, TABLE, CRATE = "README.txt", "check.py", "items.csv", "ro-crate-metadata.json"
SEALED_TABLE, SEALED_CRATE = f"{bag.PAYLOAD}/{TABLE}.age", f"{bag.PAYLOAD}/{CRATE}.age"


@dataclass(frozen=True)
class Outline:
    """What is known of a bag as a whole.

    Args:
        encrypted: whether contents are.
        open_records: whether everybody can read the records.
        origin: name of the log.
        made: when, with what.
    """

    encrypted: bool
    open_records: bool
    origin: str
    made: Making


def content_path(item: str, name: str, outline: Outline) -> str:
    """Return the path of an item's content; the id in it keeps equal names apart.

    Args:
        item: id of the item.
        name: its name in the case.
        outline: the bag.
    """
    safe = bag.safe_name(name) if outline.open_records else "content"
    return f"{bag.PAYLOAD}/{item}/{safe}{'.age' if outline.encrypted else ''}"


def record_path(item: str) -> str:
    """Return the path of an item's encrypted record."""
    return f"{bag.PAYLOAD}/{item}/record.json.age"


def ordered(items: Iterable[ExportedItem]) -> list[ExportedItem]:
    """Return items in the order of tables: that in which they were added."""
    return sorted(items, key=lambda one: (one.added_at, one.item))


def names(outline: Outline) -> set[str]:
    """Return the paths of the files that a bag has whatever its items are, signature aside."""
    lists = {bag.manifest_name(one, tag=tag) for one in bag.ALGORITHMS for tag in (False, True)}
    tables = {TABLE} if outline.open_records else {SEALED_TABLE, SEALED_CRATE}
    return {bag.DECLARATION, bag.INFO, README, PROGRAM, CRATE} | lists | tables


def texts_of(outline: Outline) -> dict[str, bytes]:
    """Return the files that are the same in all bags of a kind."""
    readme = texts.readme(encrypted=outline.encrypted, open_records=outline.open_records)
    return {README: readme, PROGRAM: texts.PROGRAM.encode()}


def frame(outline: Outline, sizes: Mapping[str, int]) -> dict[str, bytes]:
    """Return the files that tell of the bag alone.

    Args:
        outline: the bag.
        sizes: size in bytes of every file below data/.
    """
    told = {
        "Bagging-Date": outline.made.at[:10],
        "Bag-Software-Agent": outline.made.software,
        "External-Identifier": outline.origin,
        "External-Description": "Items of a case, with proofs of custody; see README.txt",
    }
    return {bag.DECLARATION: bag.DECLARED.encode(), bag.INFO: bag.info(told, sizes)}


def tables(
    outline: Outline, items: Sequence[ExportedItem], *, cell: Callable[[str], str] = as_cell
) -> dict[str, bytes]:
    """Return the files that tell of the items, to be encrypted if their records are.

    Args:
        outline: the bag.
        items: in the order in which they are told.
        cell: makes of a text what stands in a cell.
    """
    table, crate = (TABLE, CRATE) if outline.open_records else (SEALED_TABLE, SEALED_CRATE)
    told = texts.crate(items, published=outline.made.at[:10], origin=outline.origin)
    return {table: texts.items_csv(items, cell=cell), crate: told}


def closed_crate(outline: Outline, sizes: Mapping[str, int]) -> bytes:
    """Return the RO-Crate that stands in the open where records are encrypted.

    Args:
        outline: the bag.
        sizes: size in bytes of every file below data/, in the order in which they are told.
    """
    return texts.closed_crate(sizes, published=outline.made.at[:10], origin=outline.origin)
