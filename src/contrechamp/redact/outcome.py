"""The outcome of masking one file: what was covered, removed and checked, and what to look at.

An outcome comes as JSON from the child process, which read hostile bytes: the parent accepts
nothing but text, numbers and booleans, in the fields defined here.
"""

import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from types import UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from contrechamp.base.i18n import _

Kind = Literal["image", "video", "sound", "pdf", "office", "text", "mail", "archive"]
CoveredBy = Literal["face", "hand", "word"]
#: The code of a look that says that no face was searched for.
NOT_SEARCHED = "not-searched"
_MAY_SHOW_FACES: tuple[Kind, ...] = ("image", "video", "pdf", "office")
#: Kinds from which words are taken out.
WRITTEN: tuple[Kind, ...] = ("pdf", "office", "text", "mail", "archive")
#: Kinds in which faces are searched for, in themselves or in what they hold.
SEARCHED: tuple[Kind, ...] = (*_MAY_SHOW_FACES, "mail", "archive")
#: x0, y0, x1, y1 from the top left of the upright picture (px) or page (points of 1/72 inch).
Box = tuple[float, float, float, float]


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
        part: archives and mail: what the file in it is called.
    """

    by: CoveredBy
    box: Box | None = None
    page: int | None = None
    seconds: float | None = None
    frames: tuple[int, int] | None = None
    score: float | None = None
    part: str = ""


@dataclass(frozen=True)
class Look:
    """Something that a person must look at.

    Args:
        code: a stable name, for instance ``low-score-uncovered``, ``track-began-inside``,
            ``track-ended-inside``, ``small-face``, ``cut``, ``hidden-text``.
        message: what to look for, in the user's language.
        urgency: 1 first, 3 last.
        part: archives and mail: what the file in it is called.
    """

    code: str
    message: str
    urgency: Literal[1, 2, 3] = 2
    box: Box | None = None
    page: int | None = None
    seconds: float | None = None
    score: float | None = None
    part: str = ""


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
        parts: archives and mail: SHA-256 of each copy in it, in their order.
        words: how many words were taken out of the text, of all parts together; None where none
            are looked for, or each is among `covered`.
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
    parts: tuple[str, ...] = ()
    words: int | None = None

    @property
    def searched(self) -> bool:
        """Whether faces were searched for, where there may be any."""
        return not any(look.code == NOT_SEARCHED for look in self.looks)


def taken_out(outcome: Outcome) -> int:
    """Return how many words were taken out: of the text, and as areas of pages."""
    return (outcome.words or 0) + sum(one.by == "word" for one in outcome.covered)


def with_search_told(outcome: Outcome, *, asked_for: bool) -> Outcome:
    """Return an outcome whose looks say first that no face was searched for, if none was."""
    if asked_for or not outcome.searched or outcome.kind not in _MAY_SHOW_FACES:
        return outcome
    text = _("No face was searched for: look over all of it.")
    return replace(outcome, looks=(Look(NOT_SEARCHED, text, 1), *outcome.looks))


_TYPES = {kind: get_type_hints(kind) for kind in (Covered, Look, Check, Outcome)}


def to_json(outcome: Outcome) -> dict[str, Any]:
    """Return `outcome` in a form that ``json.dumps`` takes."""
    return asdict(outcome)


def from_json(data: Any) -> Outcome:
    """Return the outcome in `data`, with the type of every field checked.

    Raises:
        ValueError: `data` is not the JSON of an outcome.
    """
    outcome: Outcome = _parsed(data, Outcome)
    return outcome


def _parsed(data: Any, kind: Any) -> Any:
    """Return `data` as a `kind`, one of the types of the fields above; ValueError if it is none."""
    origin, parts = get_origin(kind), get_args(kind)
    if types := _TYPES.get(kind):
        if isinstance(data, dict) and data.keys() <= types.keys():
            fields = {name: _parsed(value, types[name]) for name, value in data.items()}
            try:
                return kind(**fields)
            except TypeError as error:  # a field is missing
                raise ValueError(str(error)) from error
    elif origin is UnionType:
        return None if data is None else _parsed(data, parts[0])
    elif origin is tuple:
        if isinstance(data, list | tuple):
            parts = parts[:1] * len(data) if parts[-1] is Ellipsis else parts
            return tuple(_parsed(item, part) for item, part in zip(data, parts, strict=True))
    elif origin is Mapping:
        if isinstance(data, dict):
            return {_parsed(k, parts[0]): _parsed(v, parts[1]) for k, v in data.items()}
    elif origin is Literal:
        if any(type(data) is type(value) and data == value for value in parts):
            return data
    elif kind is float:
        if (
            type(data) in (int, float) and abs(data) <= sys.float_info.max
        ):  # neither NaN nor 10**400
            return float(data)
    elif type(data) is kind:
        return data
    raise ValueError(f"{kind}: {data!r:.80}")
