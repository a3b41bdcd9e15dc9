"""Where the tables of a CSV file or workbook are: which sheets, and in which row their header."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from contrechamp.base.csv_and_xlsx import named
from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _, ngettext
from contrechamp.dossier.formats.read.mapped_rows import columns_of
from contrechamp.dossier.formats.read.source_file import Beginning, SourceFile

#: Columns that an error lists.
MAX_LISTED = 12


@dataclass(frozen=True)
class Header:
    """The row in which the names of columns stand.

    Args:
        title: of the sheet; "" for CSV.
        row: its number; 0 for an empty table.
        names: of the columns.
        above: rows above it, which are not used.
        missing: columns that are wanted and not there.
    """

    title: str
    row: int
    names: tuple[str, ...]
    above: int
    missing: tuple[str, ...]

    def missing_in(self, mapping: str) -> str:
        """Return in the user's language what is missing, and what is there."""
        there = ", ".join(name for name in self.names[:MAX_LISTED] if name)
        told = _("there is no column {column}, which {mapping} names").format(
            column=self.missing[0], mapping=mapping
        )
        if not there:
            return told
        return _("{told}; row {row} has {columns}").format(told=told, row=self.row, columns=there)


@dataclass(frozen=True)
class Layout:
    """The tables of a file that are read.

    Args:
        headers: of them.
        left: of the sheets that are not read.
        delimiter: between cells of CSV; "" for the one that its first line has.
    """

    headers: list[Header]
    left: list[Header] = field(default_factory=list)
    delimiter: str = ""

    @property
    def header_rows(self) -> dict[str, int]:
        """Title of each table -> row of its header."""
        return {one.title: one.row for one in self.headers}

    def not_used(self, where: str, mapping: str) -> list[tuple[str, str]]:
        """Return what is not read of the file, each with its place."""
        told = []
        for one in self.headers:
            if one.above:
                message = ngettext(
                    "the header is row {row}; {count} row above it is not used",
                    "the header is row {row}; {count} rows above it are not used",
                    one.above,
                )
                told.append((place(where, one.title), message.format(row=one.row, count=one.above)))
        for one in self.left:
            why = one.missing_in(mapping) if one.missing else _("the mapping names other sheets")
            told.append((place(where, one.title), _("left out: {reason}").format(reason=why)))
        return told


def layout_of(
    table: SourceFile, wanted: set[str], *, header_row: int, sheets: Sequence[str], mapping: str
) -> Layout:
    """Find the tables of a CSV file or workbook: each sheet that has the columns.

    Args:
        table: the file.
        wanted: names of the columns that are needed.
        header_row: number of the row with the header; 0 to find it: the first that has them all.
        sheets: titles of those that are read; none for each that has the columns.
        mapping: name of the mapping file, for errors.

    Raises:
        InputError: if no sheet has the columns, or one that is named does not.
    """
    found, delimiter = _headers(table, "", wanted, header_row), ""
    if not table.is_xlsx:  # a title above the header may have commas of its own
        for other in ",;\t" if _missing(found) else "":
            again = _headers(table, other, wanted, header_row)
            if _missing(again) < _missing(found):
                found, delimiter = again, other
    if sheets:
        titles = [one.title for one in found]
        for title in sheets:
            if title not in titles:
                raise InputError(
                    _("there is no sheet {title}; there are: {titles}").format(
                        title=title, titles=", ".join(titles[:MAX_LISTED])
                    ),
                    where=table.name,
                )
    chosen = [one for one in found if one.title in sheets] if sheets else found
    whole = [one for one in chosen if not one.missing]
    lacking = [one for one in chosen if one.missing]
    if lacking and (sheets or not whole):
        worst = min(lacking, key=lambda one: len(one.missing))
        raise InputError(worst.missing_in(mapping), where=place(table.name, worst.title))
    left = [one for one in found if one not in whole and one.names]
    return Layout(whole, left, delimiter)


def _missing(found: list[Header]) -> float:
    """Return how many columns a CSV file lacks."""
    return min((len(one.missing) for one in found), default=math.inf)


def place(name: str, title: str) -> str:
    """Return file and sheet, for errors."""
    return f"{name}: {title}" if title else name


def _headers(table: SourceFile, delimiter: str, wanted: set[str], row: int) -> list[Header]:
    try:
        return [_header(one, wanted, row) for one in table.beginnings(delimiter)]
    except InputError:
        if delimiter:  # it is not the one
            return []
        raise


def _header(beginning: Beginning, wanted: set[str], header_row: int) -> Header:
    """Return the header of a table: the first row that lacks the fewest of the wanted columns."""
    best = Header(beginning.title, 0, (), 0, tuple(sorted(wanted)))
    for above, (number, cells) in enumerate(beginning.rows):
        if header_row and number != header_row:
            continue
        names = tuple(map(named, cells))
        missing = tuple(sorted(wanted - columns_of(names)))
        if not best.names or len(missing) < len(best.missing):
            best = Header(beginning.title, number, names, above, missing)
    return best
