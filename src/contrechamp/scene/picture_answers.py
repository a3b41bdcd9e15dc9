"""Tables of what people saw on pictures of streets: how many cameras, on how much street."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.base.shown_text import shown
from contrechamp.cell import failures
from contrechamp.scene.file_kinds import CSV
from contrechamp.scene.input_files import OpenedFile
from contrechamp.scene.table_file import read_csv
from contrechamp.scene.table_rows import Rows, between, settle, understood
from contrechamp.scene.tables import Notice
from contrechamp.scene.understood import notices_of_unused

COLUMNS: Final = ("picture", "length_m", "sides", "person", "cameras")
#: Nobody counts more cameras on one picture.
MOST_CAMERAS: Final = 100
#: No picture shows more of a street.
MOST_M: Final = 1000.0
MAX_ANSWERS: Final = 10_000_000


@dataclass(frozen=True)
class PictureAnswer:
    """What one person saw on one picture.

    Args:
        picture: its name.
        person: who looked; "" where one person, or a program, looked at each.
        length_m: of street that the picture shows.
        sides: of that street that it shows, 1 or 2.
        cameras: how many.
    """

    picture: str
    person: str
    length_m: float
    sides: int
    cameras: int


def read_answers(
    opened: OpenedFile, *, skip_bad_rows: bool
) -> tuple[tuple[PictureAnswer, ...], list[Notice]]:
    """Return the answers of a table, and what is to be told of it.

    Raises:
        InputError: if it is no CSV with the columns picture, length_m and cameras, or rows are bad
            that are not to be skipped.
    """
    if opened.format != CSV or not {"picture", "length_m", "cameras"} <= set(
        (rows := read_csv(opened)).frame.columns
    ):
        raise InputError(
            _(
                "expected a CSV of what was seen on pictures of streets, with the columns picture, "
                "length_m and cameras (and sides, person)"
            ),
            where=opened.name,
        )
    pictures, people = rows.texts("picture"), rows.texts("person")
    length = rows.numbers(
        "length_m",
        lambda values: (values > 0.0) & (values <= MOST_M),
        _("expected metres of street, more than 0 and at most {most}").format(most=f"{MOST_M:g}"),
    )
    sides = rows.numbers(
        "sides",
        lambda values: np.isin(values, (1.0, 2.0)),
        _("expected 1 or 2 sides of the street"),
    )
    whole_number = between(0, MOST_CAMERAS)
    cameras = rows.numbers(
        "cameras",
        lambda values: whole_number(values) & (values % 1.0 == 0.0),
        _("expected a whole number of cameras from 0 to {most}").format(most=MOST_CAMERAS),
    )
    for column, missing in (
        ("picture", pictures == ""),
        ("length_m", np.isnan(length)),
        ("cameras", np.isnan(cameras)),
    ):
        rows.refuse(missing & rows.good(), column, _("missing"))
    sides = np.nan_to_num(sides, nan=1.0)
    _refuse_contradictions(rows, pictures.tolist(), people.tolist(), length, sides)
    notices = [*settle(rows, skip=skip_bad_rows), *notices_of_unused(understood(rows, rows))]
    return tuple(
        PictureAnswer(
            str(pictures[row]),
            str(people[row]),
            float(length[row]),
            int(sides[row]),
            int(cameras[row]),
        )
        for row in np.flatnonzero(rows.good()).tolist()
    ), notices


def _refuse_contradictions(
    rows: Rows,
    pictures: list[str],
    people: list[str],
    length_m: NDArray[np.float64],
    sides: NDArray[np.float64],
) -> None:
    """Mark rows that say otherwise how much a picture shows, and second answers of one person."""
    shows: dict[str, int] = {}
    answered: dict[tuple[str, str], int] = {}
    for row in np.flatnonzero(rows.good()).tolist():
        picture, person = pictures[row], people[row]
        first = shows.setdefault(picture, row)
        here = np.arange(len(rows)) == row
        if (length_m[first], sides[first]) != (length_m[row], sides[row]):
            message = _("row {row} says otherwise how much of the street this picture shows")
            rows.refuse(here, "length_m", message.format(row=rows.labels[first]))
            continue
        before = answered.setdefault((picture, person), row)
        if before != row:
            message = _("row {row} is by the same person, of the same picture")
            rows.refuse(here, "person", message.format(row=rows.labels[before]))


def sent_answers(answers: tuple[PictureAnswer, ...]) -> Iterator[dict[str, Any]]:
    """Yield answers as plain values, on their way out of the cell."""
    for one in answers:
        yield {"answer": [one.picture, one.person, one.length_m, one.sides, one.cameras]}


def received_answers(
    answers: Iterator[Any], where: str
) -> tuple[list[PictureAnswer], list[Notice]]:
    """Return what ``in_cell.picture_answers`` yields after the format, checked.

    Args:
        answers: of the child.
        where: what the user calls the file.

    Raises:
        CellError: if they are not what a reader sends.
    """
    found: list[PictureAnswer] = []
    notices: list[Notice] = []
    for count, answer in enumerate(answers, start=1):
        match answer:
            case _ if count > MAX_ANSWERS:
                raise failures.nonsense(where)
            case {
                "answer": [str(picture), str(person), float(length_m), int(sides), int(cameras)],
                **more,
            } if (
                not more
                and 0.0 < length_m <= MOST_M
                and sides in (1, 2)
                and (0 <= cameras <= MOST_CAMERAS)
            ):
                found.append(PictureAnswer(shown(picture), shown(person), length_m, sides, cameras))
            case {"notice": [str(kind), str(place), str(message)], **more} if not more:
                notices.append(Notice(shown(kind), shown(place), shown(message)))
            case _:
                raise failures.nonsense(where)
    return found, notices
