"""Unchecked rows of a table, checks by column, and what happens to the rows that fail them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _, ngettext
from contrechamp.scene.tables import Notice
from contrechamp.scene.understood import COLUMN, PLACE, TagCounts, Understood, shortened
from contrechamp.scene.written_cells import may_be_grouped, numbers_of

F8 = NDArray[np.float64]
Mask = NDArray[np.bool_]
Texts = NDArray[np.object_]

#: Cells of a table, empty ones too, which all are in memory.
MAX_CELLS = 200_000_000
#: How many bad rows are listed at once.
SHOWN = 10


@dataclass(frozen=True)
class RowProblem:
    """What is wrong with one row: `row` counts from 0 in the table, not in the file.

    Without a column, the row as a whole cannot be used, whatever its cells seem to say.
    """

    row: int
    column: str
    message: str


@dataclass
class Rows:
    """A table whose cells have not been checked yet.

    Args:
        file: its name.
        labels: (n,) the number of each row, for people: its line in a CSV file, else from 1.
        frame: the cells; missing ones are NA. Names of columns are in lower case.
        shapes: (n,) geometry in WGS 84, None where a row has none.
        problems: found so far.
        notices: of what was read but is not used.
        used_columns: those that were read so far.
        renamed: names of ours -> what these columns are called in the file.
        columns: of the file, in their order; by default those of `frame`.
        tag_counts: of columns that were read as tags.
    """

    file: str
    labels: NDArray[np.int64]
    frame: pd.DataFrame
    shapes: NDArray[np.object_]
    problems: list[RowProblem] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    used_columns: set[str] = field(default_factory=set)
    renamed: dict[str, str] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    tag_counts: TagCounts | None = None

    def __post_init__(self) -> None:
        self.columns = self.columns or tuple(str(name) for name in self.frame.columns)

    def __len__(self) -> int:
        return len(self.labels)

    def only(self, rows: Mask) -> "Rows":
        """Return some of the rows, with what was found of them."""
        number = np.cumsum(rows) - 1
        return replace(
            self,
            labels=self.labels[rows],
            frame=self.frame.loc[rows].reset_index(drop=True),
            shapes=self.shapes[rows],
            problems=[
                replace(one, row=int(number[one.row])) for one in self.problems if rows[one.row]
            ],
            used_columns=set(self.used_columns),
        )

    def refuse(self, rows: Mask, column: str, message: str) -> None:
        """Mark rows as bad."""
        self.problems += [RowProblem(int(row), column, message) for row in np.flatnonzero(rows)]

    def refuse_text(self, rows: Mask, column: str, expected: str) -> None:
        """Mark rows as bad because of a cell, which the message quotes before `expected`."""
        cells = self.texts(column)
        self.problems += [
            RowProblem(int(i), column, f"{_quoted(cells[i])}: {expected}")
            for i in np.flatnonzero(rows)
        ]

    def texts(self, column: str) -> Texts:
        """Return the cells of a column as stripped text, "" where the cell or column is missing."""
        self.used_columns.add(column)
        if column not in self.frame:
            return np.full(len(self), "", dtype=object)
        cells = self.frame[column]
        if pd.api.types.is_float_dtype(cells) and (cells.dropna() % 1 == 0).all():
            cells = cells.astype("Int64")  # an id of 7 read as 7.0
        return np.array(
            [
                "" if cell is None or cell is pd.NA or cell != cell else str(cell).strip()
                for cell in cells
            ],
            dtype=object,
        )

    def numbers(self, column: str, within: Callable[[F8], Mask], expected: str) -> F8:
        """Return the cells of a column as numbers, NaN where missing.

        Args:
            column: its name.
            within: returns which numbers are possible.
            expected: for the message about a cell that is not a possible, finite number.
        """
        self.used_columns.add(column)
        if column in self.frame and pd.api.types.is_numeric_dtype(self.frame[column]):
            values = self.frame[column].to_numpy(np.float64, na_value=np.nan)
            missing = np.isnan(values)
        else:
            values, missing = self._written_numbers(column, within)
        with np.errstate(invalid="ignore"):
            good = np.isfinite(values) & within(values)
        self.refuse_text(~missing & ~good, column, expected)
        return np.where(good, values, np.nan)

    def _written_numbers(self, column: str, within: Callable[[F8], Mask]) -> tuple[F8, Mask]:
        """Return the numbers of a column of text, NaN for what is none, and what is empty.

        A cell that can be two numbers is refused here, with both.
        """
        cells = self.texts(column)
        missing = cells == ""
        values = np.array(pd.to_numeric(pd.Series(cells), errors="coerce"), np.float64)
        odd = ~missing & (np.isnan(values) | may_be_grouped(column, cells))
        rows = np.flatnonzero(odd)
        for row, found in zip(rows, numbers_of(column, cells[rows].tolist(), within), strict=True):
            values[row] = found[0] if found else np.nan
            if len(found) > 1:
                text = _(
                    "{text} is {one} or {other}, and nothing in the column tells which; write "
                    "nothing between thousands, and other than three decimals"
                ).format(text=cells[row], one=f"{found[0]:.15g}", other=f"{found[1]:.15g}")
                self.problems.append(RowProblem(int(row), column, text))
        return values, missing

    def one_of(self, column: str, known: Mapping[str, str], expected: str) -> Texts:
        """Return what the words of a column stand for, whatever their case; "" where missing."""
        words = self.texts(column)
        meant = [known.get(word.lower()) if word else "" for word in words]
        self.refuse_text(np.array([word is None for word in meant], bool), column, expected)
        return np.array([word or "" for word in meant], dtype=object)

    def good(self) -> Mask:
        """Return the rows without problems, as an (n,) mask."""
        good = np.ones(len(self), bool)
        good[[problem.row for problem in self.problems]] = False
        return good

    def sources(self) -> Texts:
        """Return where each row comes from: its file and number."""
        return np.array([f"{self.file}:{label}" for label in self.labels], dtype=object)


#: Columns that hold shapes as well-known text (OGC), longitude before latitude.
WKT = ("wkt", "geometry", "geom", "the_geom")
LON, LAT = ("lon", "longitude", "lng", "long", "@lon"), ("lat", "latitude", "@lat")
_PLACES = frozenset({*WKT, *LON, *LAT})


def understood(rows: Rows, whole: Rows, ours: Mapping[str, str] = {}) -> list[Understood]:
    """Return what became of each column.

    Args:
        rows: after all columns have been read.
        whole: the same rows as the file has them.
        ours: name of a column -> what it is used as, where that is not its name.
    """
    bad: dict[str, set[int]] = {}
    for problem in rows.problems:
        bad.setdefault(problem.column, set()).add(problem.row)
    said = {old: new for new, old in rows.renamed.items()}
    found = []
    for name in whole.columns:
        new = said.get(name, name)
        used = new in rows.used_columns
        filled = [text for text in whole.texts(name) if text]
        means = PLACE if new in _PLACES else ours.get(new, new)
        found.append(
            Understood(
                whole.file,
                COLUMN,
                name,
                (means,) if used else (),
                len(filled),
                0 if used else len(filled),
                len(bad.get(new, ())),
                shortened(filled[0]) if filled else "",
            )
        )
    return found


def check_cells(count: int, name: str) -> None:
    """Check that a table is not larger than any map needs.

    Args:
        count: of its cells.
        name: of the file.

    Raises:
        InputError: if it is.
    """
    if count > MAX_CELLS:
        raise InputError(
            _("the table has more than {count} million cells; split it").format(
                count=MAX_CELLS // 10**6
            ),
            where=name,
        )


def settle(rows: Rows, *, skip: bool) -> list[Notice]:
    """Stop at bad rows, or return notices of them and of the rows so far.

    Args:
        rows: after all columns have been read.
        skip: leave bad rows out instead of stopping.

    Raises:
        InputError: listing the first bad rows as ``file:row: column: what is wrong``.
    """
    file, notices = rows.file, list(rows.notices)
    whole_rows = {problem.row for problem in rows.problems if not problem.column}
    messages = [
        (f"{file}:{rows.labels[p.row]}" + (f": {p.column}" if p.column else ""), p.message)
        for p in sorted(rows.problems, key=lambda p: p.row)
        if not p.column or p.row not in whole_rows
    ]
    if skip or not messages:
        return notices + [
            Notice("row-left-out", where, _("{what}; the row is left out").format(what=message))
            for where, message in messages
        ]
    lines = [f"{where}: {message}" for where, message in messages[:SHOWN]]
    bad = len({problem.row for problem in rows.problems})
    if len(messages) > SHOWN:
        lines.append(_("... and {count} more").format(count=len(messages) - SHOWN))
    lines.append(
        ngettext(
            "{count} row of {file} cannot be read: correct it, or leave it out with "
            "--skip-bad-rows",
            "{count} rows of {file} cannot be read: correct them, or leave them out with "
            "--skip-bad-rows",
            bad,
        ).format(count=bad, file=file)
    )
    raise InputError("\n".join(lines))


def refuse_off_earth(rows: Rows, there: Mask) -> None:
    """Mark the rows whose shape leaves the earth, or looks as if its axes were swapped.

    Args:
        rows: of a table.
        there: (n,) which of them have a shape of the right kind.
    """
    west, south, east, north = shapely.bounds(rows.shapes).T
    with np.errstate(invalid="ignore"):
        swapped = there & (np.abs(west) <= 90.0) & (np.abs(east) <= 90.0)
        swapped &= (np.maximum(np.abs(south), np.abs(north)) > 90.0) & (north <= 180.0)
        on_earth = (west >= -180.0) & (east <= 180.0) & (south >= -90.0) & (north <= 90.0)
    rows.refuse(
        swapped,
        "geometry",
        _("no latitude is beyond 90 degrees: longitude and latitude look swapped"),
    )
    rows.refuse(
        there & ~on_earth & ~swapped,
        "geometry",
        _("expected longitudes from -180 to 180 and latitudes from -90 to 90"),
    )


def _quoted(text: str) -> str:
    return f'"{text if len(text) <= 40 else text[:37] + "..."}"'


def between(low: float, high: float) -> Callable[[F8], Mask]:
    """Return a function that tells which numbers lie between `low` and `high`, both included."""
    return lambda values: (values >= low) & (values <= high)


#: Words for yes and no.
YES_NO: Mapping[str, str] = {
    **dict.fromkeys(("yes", "true", "1"), "yes"),
    **dict.fromkeys(("no", "false", "0"), "no"),
}
