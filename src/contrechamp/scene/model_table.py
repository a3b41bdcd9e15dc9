"""Tables of makers' models: what the data sheet of a camera says of its lens and its picture."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.scene.camera_fields import BY_NAME
from contrechamp.scene.file_kinds import CSV
from contrechamp.scene.input_files import OpenedFile
from contrechamp.scene.model_names import ModelName
from contrechamp.scene.model_spans import COLUMNS, SPANS, Span, expected, parse_span
from contrechamp.scene.table_file import read_csv
from contrechamp.scene.table_rows import Rows, settle, understood
from contrechamp.scene.tables import Notice
from contrechamp.scene.understood import notices_of_unused

#: What others call a column.
_ALIASES = {"manufacturer": "make", "brand": "make"}


@dataclass(frozen=True)
class CameraModel:
    """What is known of a model.

    Args:
        name: of maker and model.
        kind: of camera; "" where the table does not say.
        spans: column of `SPANS` -> lowest and highest value, equal where there is one.
        where: file and row.
    """

    name: ModelName
    kind: str
    spans: Mapping[str, Span]
    where: str


def read_models(
    opened: OpenedFile, *, skip_bad_rows: bool
) -> tuple[tuple[CameraModel, ...], list[Notice]]:
    """Return the models of a table, and what is to be told of it.

    Raises:
        InputError: if it is no CSV with the column model, or rows are bad that are not to be
            skipped.
    """
    if opened.format != CSV:
        raise InputError(_("expected a table of models as CSV"), where=opened.name)
    whole = read_csv(opened)
    rows = _named_as_ours(whole)
    if "model" not in rows.frame:
        raise InputError(
            _("expected a table of models with the columns {columns}").format(
                columns=", ".join(COLUMNS)
            ),
            where=opened.name,
        )
    makes, names = rows.texts("make"), rows.texts("model")
    kind_field = BY_NAME["kind"]
    kinds = rows.one_of("kind", kind_field.choices, kind_field.expected())
    spans = {column: _spans(rows, column) for column in SPANS}
    rows.texts("source")
    found = [ModelName(str(make), str(name)) for make, name in zip(makes, names, strict=True)]
    _refuse_names(rows, found)
    notices = [*settle(rows, skip=skip_bad_rows), *notices_of_unused(understood(rows, whole))]
    where = rows.sources()
    models = tuple(
        CameraModel(
            found[row],
            "" if kinds[row] == "unknown" else str(kinds[row]),
            {column: span for column in SPANS if (span := spans[column][row]) is not None},
            str(where[row]),
        )
        for row in np.flatnonzero(rows.good()).tolist()
    )
    return models, notices


def _named_as_ours(rows: Rows) -> Rows:
    names = {str(name) for name in rows.frame.columns}
    other = next((name for name in _ALIASES if name in names), "")
    if "make" in names or not other:
        return rows
    frame = rows.frame.rename(columns={other: "make"})
    return replace(rows, frame=frame, renamed={**rows.renamed, "make": other})


def _spans(rows: Rows, column: str) -> list[Span | None]:
    texts = rows.texts(column)
    spans = [parse_span(text, column) if text else None for text in texts]
    bad: NDArray[np.bool_] = np.array(
        [bool(text) and span is None for text, span in zip(texts, spans, strict=True)], bool
    )
    rows.refuse_text(bad, column, expected(column))
    return spans


def _refuse_names(rows: Rows, names: list[ModelName]) -> None:
    empty = np.array([not name.keys for name in names], bool)
    rows.refuse(empty, "model", _("missing; expected the name of a model"))
    first: dict[ModelName, int] = {}
    for row, name in enumerate(names):
        if name.keys and first.setdefault(name.plain, row) != row:
            twice = np.arange(len(names)) == row
            message = _("the same model as in row {row}")
            rows.refuse_text(twice, "model", message.format(row=rows.labels[first[name.plain]]))
