"""CSV as spreadsheets write it: with BOM or UTF-16, commas, semicolons or tabs; shapes as WKT."""

import codecs
import csv
from io import StringIO

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.scene.input_files import Opened
from contrechamp.scene.table_rows import Rows

#: Columns that hold shapes as well-known text (OGC), longitude before latitude.
WKT = ("wkt", "geometry", "geom", "the_geom")
#: A cell longer than this is no shape of a house, but a quote that was never closed.
MAX_CELL = 16 * 1024**2


def read_csv(opened: Opened) -> Rows:
    """Read the cells; a row that is shorter than the header ends in missing cells.

    Raises:
        InputError: if the file is no text, has no header, or has a row with too many cells.
    """
    text = _text(opened)
    header_line = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=header_line.count)
    lines = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    csv.field_size_limit(MAX_CELL)
    header: list[str] = []
    cells: list[list[str]] = []
    labels: list[int] = []
    try:
        for row in lines:
            if not any(cell.strip() for cell in row):
                continue
            if not header:
                header = _header(row, opened.name)
                continue
            if any(cell.strip() for cell in row[len(header) :]):
                raise InputError(
                    _("{found} cells under {wanted} columns; expected as many").format(
                        found=len(row), wanted=len(header)
                    ),
                    where=f"{opened.name}:{lines.line_num}",
                )
            cells.append((row + [""] * len(header))[: len(header)])
            labels.append(lines.line_num)
    except csv.Error as error:
        raise InputError(
            _("the row cannot be read ({reason}); is a quote left open?").format(reason=error),
            where=f"{opened.name}:{lines.line_num}",
        ) from error
    frame = pd.DataFrame(cells, columns=header, dtype=object)
    return Rows(opened.name, np.array(labels, np.int64), frame, _shapes(frame))


def _shapes(frame: pd.DataFrame) -> NDArray[np.object_]:
    """Return the shapes of a column of well-known text; None where there is none to be read."""
    column = next((name for name in WKT if name in frame), None)
    if column is None:
        return np.full(len(frame), None, dtype=object)
    found = shapely.from_wkt(frame[column].to_numpy(object), on_invalid="ignore")
    return np.asarray(shapely.force_2d(found), dtype=object)


def _text(opened: Opened) -> str:
    content = opened.content
    encoding = "utf-8-sig"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(
            _("the text is not in UTF-8; save it as CSV UTF-8"), where=opened.name
        ) from error
    if "\x00" in text:
        raise InputError(_("this is no text; expected a CSV file"), where=opened.name)
    return text


def _header(row: list[str], file: str) -> list[str]:
    names = [cell.strip().lower() for cell in row]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise InputError(
            _("the column {name} is there twice; keep one").format(name=twice[0]), where=file
        )
    return names
