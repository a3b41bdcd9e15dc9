"""Models of cameras on their way out of the cell, checked: strangers write their tables."""

from collections.abc import Iterator
from typing import Any, Final

from contrechamp.base.shown_text import shown
from contrechamp.cell import failures
from contrechamp.scene.camera_fields import BY_NAME
from contrechamp.scene.model_names import ModelName
from contrechamp.scene.model_spans import SPANS, Span, bounds
from contrechamp.scene.model_table import CameraModel
from contrechamp.scene.tables import Notice

#: More models than all makers together have.
MAX_MODELS: Final = 1_000_000


def received_models(answers: Iterator[Any], where: str) -> tuple[list[CameraModel], list[Notice]]:
    """Return what ``in_cell.models`` yields after the format.

    Args:
        answers: of the child.
        where: what the user calls the file.

    Raises:
        CellError: if they are not what a reader sends.
    """
    models: list[CameraModel] = []
    notices: list[Notice] = []
    for count, answer in enumerate(answers, start=1):
        match answer:
            case _ if count > MAX_MODELS:
                raise failures.nonsense(where)
            case {
                "model": [str(make), str(model), str(kind), str(place)],
                "spans": dict(spans),
                **more,
            } if not more and kind in {"", *BY_NAME["kind"].choices}:
                known = {str(name): _span(name, span, where) for name, span in spans.items()}
                name = ModelName(shown(make), shown(model))
                models.append(CameraModel(name, kind, known, shown(place)))
            case {"notice": [str(kind), str(place), str(message)], **more} if not more:
                notices.append(Notice(shown(kind), shown(place), shown(message)))
            case _:
                raise failures.nonsense(where)
    return models, notices


def _span(name: object, span: object, where: str) -> Span:
    match span:
        case [int() | float() as low, int() | float() as high] if name in SPANS:
            least, most = bounds(str(name))
            if least <= low <= high <= most:  # NaN is not
                return float(low), float(high)
    raise failures.nonsense(where)
