"""Rows of a table as they came, column checks that say what is wrong where, and what to do then."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _, ngettext
from contrechamp.scene.tables import Notice

F8 = NDArray[np.float64]
Mask = NDArray[np.bool_]
Texts = NDArray[np.object_]

#: As many bad rows as are told at once.
SHOWN = 10


@dataclass(frozen=True)
class Problem:
    """What is wrong in one row: `row` counts from 0 in the table, not in the file.

    Without a column it is the row itself that cannot be used, whatever its cells seem to say.
    """

    row: int
    column: str
    message: str


@dataclass
class Rows:
    """A table whose cells are not yet checked.

    Args:
        file: its name.
        labels: (n,) the number of each row for people: the line of a CSV file, else from 1.
        frame: the cells; names of columns in lower case. Missing ones are NA.
        shapes: (n,) geometry in WGS 84, None where a row has none.
        problems: found so far.
        notices: of what was read and is not used.
        asked: columns that were asked for.
    """

    file: str
    labels: NDArray[np.int64]
    frame: pd.DataFrame
    shapes: NDArray[np.object_]
    problems: list[Problem] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self.labels)

    def refuse(self, rows: Mask, column: str, message: str) -> None:
        """Call rows bad."""
        self.problems += [Problem(int(row), column, message) for row in np.flatnonzero(rows)]

    def refuse_text(self, rows: Mask, column: str, expected: str) -> None:
        """Call rows bad whose cell is not what was expected, and say what it is."""
        cells = self.texts(column)
        self.problems += [
            Problem(int(i), column, f"{_quoted(cells[i])}: {expected}")
            for i in np.flatnonzero(rows)
        ]

    def texts(self, column: str) -> Texts:
        """Return the cells of a column as stripped text, "" where missing or no such column."""
        self.asked.add(column)
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

    def numbers(
        self, column: str, within: Callable[[F8], Mask], expected: str, *, unit: float = 1.0
    ) -> F8:
        """Return the cells of a column as numbers, NaN where missing.

        Args:
            column: name.
            within: tells which numbers are possible.
            expected: for the message of a cell that is no number, not finite, or not possible.
            unit: factor.
        """
        self.asked.add(column)
        if column in self.frame and pd.api.types.is_numeric_dtype(self.frame[column]):
            values = self.frame[column].to_numpy(np.float64, na_value=np.nan)
            missing = np.isnan(values)
        else:
            cells = pd.Series(self.texts(column), dtype=object)
            missing = (cells == "").to_numpy(bool)
            plain = cells.where(~missing, None).str.replace(",", ".", regex=False)
            values = pd.to_numeric(plain, errors="coerce").to_numpy(np.float64, na_value=np.nan)
        with np.errstate(invalid="ignore"):
            good = np.isfinite(values) & within(values)
        self.refuse_text(~missing & ~good, column, expected)
        return np.where(good, values * unit, np.nan)

    def one_of(self, column: str, known: Mapping[str, str], expected: str) -> Texts:
        """Return what the words of a column stand for, whatever their case; "" where missing."""
        words = self.texts(column)
        found = [known.get(word.lower()) if word else "" for word in words]
        self.refuse_text(np.array([one is None for one in found], bool), column, expected)
        return np.array([one or "" for one in found], dtype=object)

    def good(self) -> Mask:
        """Return the rows that nothing is wrong with, (n,)."""
        good = np.ones(len(self), bool)
        good[[problem.row for problem in self.problems]] = False
        return good

    def sources(self) -> Texts:
        """Return the place of each row: file and row."""
        return np.array([f"{self.file}:{label}" for label in self.labels], dtype=object)


def settle(rows: Rows, *, skip: bool) -> list[Notice]:
    """Stop at bad rows, or tell of each that it is left out; tell of what is not used at all.

    Args:
        rows: whose columns were all asked for.
        skip: leave bad rows out instead of stopping.

    Raises:
        InputError: that lists the first bad rows as ``file:row: column: what is wrong``.
    """
    file, notices = rows.file, [*rows.notices, *_columns_not_used(rows)]
    no_rows = {problem.row for problem in rows.problems if not problem.column}
    told = [
        (f"{file}:{rows.labels[p.row]}" + (f": {p.column}" if p.column else ""), p.message)
        for p in sorted(rows.problems, key=lambda p: p.row)
        if not p.column or p.row not in no_rows
    ]
    if skip or not told:
        return notices + [
            Notice("row-left-out", where, _("{what}; the row is left out").format(what=message))
            for where, message in told
        ]
    lines = [f"{where}: {message}" for where, message in told[:SHOWN]]
    bad = len({problem.row for problem in rows.problems})
    if len(told) > SHOWN:
        lines.append(_("... and {count} more").format(count=len(told) - SHOWN))
    lines.append(
        ngettext(
            "{count} row of {file} cannot be read: mend it, or leave it out with --skip-bad-rows",
            "{count} rows of {file} cannot be read: mend them, or leave them out with "
            "--skip-bad-rows",
            bad,
        ).format(count=bad, file=file)
    )
    raise InputError("\n".join(lines))


def _columns_not_used(rows: Rows) -> list[Notice]:
    """Tell of columns that mean nothing here: one that is misspelt would be missed by nobody."""
    names = [str(name) for name in rows.frame.columns if name and name not in rows.asked]
    if not names:
        return []
    more = ", ..." if len(names) > SHOWN else ""
    told = ngettext("column that is not used: {names}", "columns that are not used: {names}",
                    len(names))  # fmt: skip
    return [
        Notice("column-not-used", rows.file, told.format(names=", ".join(names[:SHOWN]) + more))
    ]


def _quoted(text: str) -> str:
    return f'"{text if len(text) <= 40 else text[:37] + "..."}"'


def between(low: float, high: float) -> Callable[[F8], Mask]:
    """Return a test for numbers from `low` to `high`."""
    return lambda values: (values >= low) & (values <= high)


#: Words for yes and no.
YES_NO: Mapping[str, str] = {
    **dict.fromkeys(("yes", "true", "1"), "yes"),
    **dict.fromkeys(("no", "false", "0"), "no"),
}
