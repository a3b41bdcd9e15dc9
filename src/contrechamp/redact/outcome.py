"""The outcome of masking one file: what was covered, removed and checked, and what to look at.

An outcome comes as JSON from the child process, which read hostile bytes: the parent accepts
nothing but text, numbers and booleans, in the fields defined here.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

Kind = Literal["image", "video", "sound", "pdf", "office"]
CoveredBy = Literal["face", "hand", "word"]
#: x0, y0, x1, y1 from the top left of the upright picture (px) or page (points of 1/72 inch).
Box = tuple[float, float, float, float]

KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True)
class Covered:
    """One area that was covered, or one word that was removed.

    Args:
        by: what found it.
        box: where it is (a track: in the frame of its highest score); None where that is unknown.
        page: documents: the page, from 1.
        seconds: video and sound: when it begins.
        frames: video: first and last frame covered, from 0.
        score: of the detector; None for what was drawn or asked for.
    """

    by: CoveredBy
    box: Box | None = None
    page: int | None = None
    seconds: float | None = None
    frames: tuple[int, int] | None = None
    score: float | None = None


@dataclass(frozen=True)
class Look:
    """Something that a person must look at.

    Args:
        code: a stable name, for instance ``low-score-uncovered``, ``track-began-inside``,
            ``track-ended-inside``, ``small-face``, ``cut``, ``hidden-text``.
        message: what to look for, in the user's language.
        urgency: 1 first, 3 last.
    """

    code: str
    message: str
    urgency: Literal[1, 2, 3] = 2
    box: Box | None = None
    page: int | None = None
    seconds: float | None = None
    score: float | None = None


@dataclass(frozen=True)
class Check:
    """One check of the output, in the user's language: what was checked, and what was found."""

    name: str
    passed: bool
    detail: str = ""


@dataclass(frozen=True)
class Outcome:
    """What a masker did with one file.

    Args:
        kind: of the output.
        width: of the upright picture, px.
        height: of the upright picture, px.
        pages: documents: how many.
        frames: video: how many.
        duration_s: video and sound.
        covered: what was covered, in the order of pages or time.
        looks: what a person must look at.
        checks: the masker's checks of its own output.
        removed: what the output lacks of the source ("EXIF", "2 sound tracks").
        blind_below_px: most faces smaller than this are missed by the detector.
        facts: further facts, label and value, in the user's language.
    """

    kind: Kind
    width: int | None = None
    height: int | None = None
    pages: int | None = None
    frames: int | None = None
    duration_s: float | None = None
    covered: tuple[Covered, ...] = ()
    looks: tuple[Look, ...] = ()
    checks: tuple[Check, ...] = ()
    removed: tuple[str, ...] = ()
    blind_below_px: float | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


def to_json(outcome: Outcome) -> dict[str, Any]:
    """Return `outcome` in a form that ``json.dumps`` takes."""
    return asdict(outcome)


def from_json(data: Any) -> Outcome:
    """Return the outcome in `data`, with the type of every field checked.

    Raises:
        ValueError: `data` is not the JSON of an outcome.
    """
    fields = _object(data, Outcome)
    return Outcome(
        kind=_one_of(fields.get("kind"), KINDS),
        width=_whole(fields.get("width")),
        height=_whole(fields.get("height")),
        pages=_whole(fields.get("pages")),
        frames=_whole(fields.get("frames")),
        duration_s=_number(fields.get("duration_s")),
        blind_below_px=_number(fields.get("blind_below_px")),
        covered=tuple(_covered(item) for item in _list(fields.get("covered"))),
        looks=tuple(_look(item) for item in _list(fields.get("looks"))),
        checks=tuple(_check(item) for item in _list(fields.get("checks"))),
        removed=tuple(_text(item) for item in _list(fields.get("removed"))),
        facts={_text(k): _text(v) for k, v in _object(fields.get("facts") or {}, None).items()},
    )


def _covered(data: Any) -> Covered:
    fields = _object(data, Covered)
    frames = fields.get("frames")
    return Covered(
        by=_one_of(fields.get("by"), get_args(CoveredBy)),
        box=_box(fields.get("box")),
        page=_whole(fields.get("page")),
        seconds=_number(fields.get("seconds")),
        frames=None if frames is None else _frames(_list(frames)),
        score=_number(fields.get("score")),
    )


def _look(data: Any) -> Look:
    fields = _object(data, Look)
    return Look(
        code=_text(fields.get("code")),
        message=_text(fields.get("message")),
        urgency=_one_of(fields.get("urgency"), (1, 2, 3)),
        box=_box(fields.get("box")),
        page=_whole(fields.get("page")),
        seconds=_number(fields.get("seconds")),
        score=_number(fields.get("score")),
    )


def _check(data: Any) -> Check:
    fields = _object(data, Check)
    passed = fields.get("passed")
    if not isinstance(passed, bool):
        raise ValueError("passed")
    return Check(_text(fields.get("name")), passed, _text(fields.get("detail", "")))


def _object(data: Any, kind: type | None) -> dict[str, Any]:
    if not isinstance(data, dict) or (kind and not set(data) <= set(kind.__dataclass_fields__)):  # type: ignore[attr-defined]
        raise ValueError("object")
    return data


def _list(data: Any) -> list[Any]:
    if not isinstance(data, list | tuple):
        raise ValueError("list")
    return list(data)


def _text(data: Any) -> str:
    if not isinstance(data, str):
        raise ValueError("text")
    return data


def _one_of(data: Any, allowed: tuple[Any, ...]) -> Any:
    if data not in allowed:
        raise ValueError("choice")
    return data


def _number(data: Any) -> float | None:
    if data is None:
        return None
    if isinstance(data, bool) or not isinstance(data, int | float) or not math.isfinite(data):
        raise ValueError("number")
    return float(data)


def _whole(data: Any) -> int | None:
    if data is not None and (isinstance(data, bool) or not isinstance(data, int)):
        raise ValueError("whole number")
    return data


def _frames(data: list[Any]) -> tuple[int, int]:
    first, last = (_whole(item) for item in data)
    if first is None or last is None:
        raise ValueError("frames")
    return first, last


def _box(data: Any) -> Box | None:
    if data is None:
        return None
    x0, y0, x1, y1 = (_number(item) for item in _list(data))
    if x0 is None or y0 is None or x1 is None or y1 is None:
        raise ValueError("box")
    return x0, y0, x1, y1
