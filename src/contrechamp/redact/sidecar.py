"""Boxes drawn by hand, beside a file: ``photo.jpg.boxes.json`` (docs/reference/boxes-sidecar.md).

Boxes are float64 x0, y0, x1, y1 from the top left of the upright (as displayed) picture, right and
bottom exclusive: pixels for images and video, points (1/72 inch) for pages of documents. Times are
seconds from the first frame that is shown.
"""

import json
import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from contrechamp.base.errors import InputError
from contrechamp.base.files import read_bounded, too_large
from contrechamp.base.i18n import _

FORMAT = "contrechamp/boxes-1"
SUFFIX = ".boxes.json"

MAX_BYTES = 16 * 2**20
MAX_BOXES = 10_000
MAX_KEYFRAMES = 200_000
MAX_COORDINATE = 1e6
MAX_SECONDS = 1e6
MAX_PAGE = 100_000
MAX_NOTE = 200
#: Files in files in files.
MAX_PARTS, MAX_DEPTH = 1000, 8

_FIELDS = ("format", "size", "cover", "leave", "parts")
_FIELDS_OF_PART = _FIELDS[1:]
_BOX_FIELDS = ("box", "page", "from", "to", "path", "note")
_KEYFRAME_FIELDS = ("at", "box")
_MOST_NAMES = 12

Boxes = npt.NDArray[np.float64]


@dataclass(frozen=True)
class HandBox:
    """One area: fixed or moving, always there or for a time, on one page or on all.

    Args:
        times: float64 (k,), seconds, ascending; one for a fixed area.
        boxes: float64 (k, 4), where it is at these times.
        begin: second at which it appears; None: at the start.
        end: second until which it stays; None: to the end.
        page: of a document, from 1; None: every page, or not a document.
        note: what it is, for the review.
    """

    times: npt.NDArray[np.float64]
    boxes: Boxes
    begin: float | None = None
    end: float | None = None
    page: int | None = None
    note: str = ""

    @property
    def timed(self) -> bool:
        """Whether it moves, appears or disappears."""
        return self.begin is not None or self.end is not None

    def during(self, first: float, last: float) -> tuple[float, float, float, float] | None:
        """Return the smallest box around the area from `first` to `last`; None if it is absent."""
        begin = first if self.begin is None else max(first, self.begin)
        end = last if self.end is None else min(last, self.end)
        if begin > end:
            return None
        inner = self.boxes[(self.times > begin) & (self.times < end)]
        at_ends = [
            [np.interp(seconds, self.times, self.boxes[:, side]) for side in range(4)]
            for seconds in (begin, end)
        ]
        around = np.concatenate([np.asarray(at_ends, dtype=np.float64), inner])
        low, high = around.min(axis=0), around.max(axis=0)
        return float(low[0]), float(low[1]), float(high[2]), float(high[3])


@dataclass(frozen=True)
class HandBoxes:
    """What was drawn by hand for one file.

    Args:
        cover: areas to cover.
        leave: areas in which the detector's hits stay uncovered: a person saw that they are no
            faces.
        size: width and height of the upright picture that the boxes were drawn on, px.
        where: the sidecar, for messages.
        parts: of archives and mail: what was drawn for the files in them, by their names there.
    """

    cover: tuple[HandBox, ...] = ()
    leave: tuple[HandBox, ...] = ()
    size: tuple[int, int] | None = None
    where: str = ""
    parts: Mapping[str, "HandBoxes"] = field(default_factory=dict)
    _raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def boxes(self) -> Boxes:
        """Return the areas to cover of an image, float64 (n, 4)."""
        return self.boxes_at(0.0)

    def boxes_on(self, page: int) -> Boxes:
        """Return the areas to cover of a page (from 1), float64 (n, 4), in points."""
        return _stack(box.during(0.0, 0.0) for box in self.cover if box.page in (None, page))

    def boxes_at(self, seconds: float, until: float | None = None) -> Boxes:
        """Return the areas to cover of a frame, float64 (n, 4).

        Args:
            seconds: when the frame is shown.
            until: when the next frame is shown: a moving area is covered wherever it goes in
                between, and one that appears or disappears in between is covered too.
        """
        last = seconds if until is None else until
        return _stack(box.during(seconds, last) for box in self.cover)

    def marked_no_face(
        self, boxes: npt.NDArray[Any], seconds: float = 0.0, page: int | None = None
    ) -> npt.NDArray[np.bool_]:
        """Tell which of a detector's hits a person marked as no face.

        Args:
            boxes: (n, 4), as the detector found them, before they are enlarged.
            seconds: when they are shown.
            page: of a document.

        Returns:
            (n,): True where the centre of the hit and three quarters of it lie in one area.
        """
        hits = np.asarray(boxes, dtype=np.float64).reshape(-1, 4)
        areas = _stack(
            box.during(seconds, seconds) for box in self.leave if box.page in (None, page)
        )
        low = np.maximum(hits[:, None, :2], areas[None, :, :2])
        high = np.minimum(hits[:, None, 2:], areas[None, :, 2:])
        shared = np.prod(np.clip(high - low, 0, None), axis=2)
        whole = np.prod(hits[:, 2:] - hits[:, :2], axis=1)[:, None]
        return np.asarray((shared >= 0.75 * whole).any(axis=1), dtype=np.bool_)

    def check_picture(self, width: int, height: int) -> None:
        """Refuse boxes that do not suit an image.

        Raises:
            InputError: an area has a time or a page, or the boxes were drawn on another size.
        """
        self._refuse_where(
            lambda box: box.timed, _("an image has no time: leave out from, to, path")
        )
        self._refuse_where(lambda box: box.page is not None, _("an image has no page"))
        self._check_size(width, height)

    def check_video(self, width: int, height: int) -> None:
        """Refuse boxes that do not suit a video.

        Raises:
            InputError: an area has a page, or the boxes were drawn on another size.
        """
        self._refuse_where(lambda box: box.page is not None, _("a video has no page"))
        self._check_size(width, height)

    def check_document(self, pages: int) -> None:
        """Refuse boxes that do not suit a document.

        Raises:
            InputError: an area has a time, or there is no such page.
        """
        self._refuse_where(lambda box: box.timed, _("a page has no time: leave out from, to, path"))
        self._refuse_where(
            lambda box: (box.page or 1) > pages,
            _("the document has no such page; its last page is {pages}").format(pages=pages),
        )

    def check_parts(self, names: Collection[str]) -> None:
        """Refuse boxes that do not suit a file that holds others.

        Args:
            names: of the files in it.

        Raises:
            InputError: an area is of the whole file, or there is no such file in it.
        """
        self._refuse_where(
            lambda _box: True, _("it holds other files: draw on one of these, under parts")
        )
        for name in self.parts:
            if name not in names:
                raise InputError(
                    _("there is no such file in it; there are {names}").format(
                        names=", ".join(sorted(names)[:_MOST_NAMES]) or _("none")
                    ),
                    where=f"{self.where}: parts: {name[:80]}",
                )

    def need_no_parts(self) -> None:
        """Refuse boxes on files within a file that holds none.

        Raises:
            InputError: there are such.
        """
        if self.parts:
            raise InputError(
                _("it holds no other files: leave out parts"), where=f"{self.where}: parts"
            )

    def to_json(self) -> dict[str, Any]:
        """Return the content of the sidecar, or what a sidecar of a part would hold."""
        return {"format": FORMAT, **self._raw}

    def _check_size(self, width: int, height: int) -> None:
        if self.size not in (None, (width, height)):
            raise InputError(
                _(
                    "drawn on {drawn} px, but the upright picture has {actual} px; draw the boxes "
                    "on this file"
                ).format(drawn="{} x {}".format(*self.size or ()), actual=f"{width} x {height}"),
                where=f"{self.where}: size",
            )

    def _refuse_where(self, wrong: Callable[[HandBox], bool], message: str) -> None:
        for name, boxes in (("cover", self.cover), ("leave", self.leave)):
            for number, box in enumerate(boxes, start=1):
                if wrong(box):
                    raise InputError(message, where=_place(self.where, name, number))


def sidecar_of(source: Path) -> Path:
    """Return the path of the sidecar of `source`.

    >>> sidecar_of(Path("march/photo.jpg")).name
    'photo.jpg.boxes.json'
    """
    return source.with_name(source.name + SUFFIX)


def read_sidecar(path: Path) -> HandBoxes:
    """Read and check a sidecar.

    Raises:
        InputError: it cannot be read, or is not a sidecar; the message names box and field.
    """
    return parse_sidecar(read_bounded(path, MAX_BYTES, where=str(path)), str(path))


def parse_sidecar(content: bytes, where: str) -> HandBoxes:
    """Read and check the content of a sidecar; `where` names it in messages.

    Raises:
        InputError: it is not a sidecar; the message names box and field.
    """
    if len(content) > MAX_BYTES:
        raise too_large(where, MAX_BYTES)
    try:
        raw = json.loads(
            content.decode("utf-8-sig"),
            object_pairs_hook=_without_twins,
            parse_constant=_no_constant,
        )
    except (ValueError, RecursionError) as error:
        raise InputError(
            _("is not JSON: {reason}").format(reason=str(error) or type(error).__name__),
            where=where,
        ) from error
    return from_json(raw, where)


def from_json(raw: Any, where: str) -> HandBoxes:
    """Check a sidecar as ``json.loads`` returns it; `where` names it in messages.

    Raises:
        InputError: it is not a sidecar; the message names box and field.
    """
    return _SidecarReader(where).sidecar(raw)


class _SidecarReader:
    """Reads one sidecar, counting its keyframes, and the files that it draws on."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.keyframes = self.parts = 0

    def sidecar(self, raw: Any) -> HandBoxes:
        fields = self._fields(raw, _FIELDS, self.where)
        if fields.get("format") != FORMAT:
            self._refuse(_("expected {format}").format(format=f'"{FORMAT}"'), self.where, "format")
        return self._of_file(fields, self.where, 0)

    def _of_file(self, fields: dict[str, Any], where: str, depth: int) -> HandBoxes:
        return HandBoxes(
            cover=self._boxes(fields, "cover", where),
            leave=self._boxes(fields, "leave", where),
            size=self._size(fields["size"], where) if "size" in fields else None,
            where=where,
            parts=self._parts(fields["parts"], where, depth) if "parts" in fields else {},
            _raw=fields,
        )

    def _parts(self, raw: Any, where: str, depth: int) -> dict[str, HandBoxes]:
        if not isinstance(raw, dict):
            self._refuse(_("expected an object in braces"), where, "parts")
        self.parts += len(raw)
        if self.parts > MAX_PARTS or depth >= MAX_DEPTH:
            self._refuse(
                _("more than {limit} files, or too many within one another").format(
                    limit=f"{MAX_PARTS:,}"
                ),
                where,
                "parts",
            )
        found = {}
        for name, said in raw.items():
            place = f"{where}: parts: {name[:80]}"
            found[name] = self._of_file(
                self._fields(said, _FIELDS_OF_PART, place), place, depth + 1
            )
        return found

    def _size(self, raw: Any, where: str) -> tuple[int, int]:
        if not (
            isinstance(raw, list)
            and len(raw) == 2
            and all(type(side) is int and 0 < side <= MAX_COORDINATE for side in raw)
        ):
            self._refuse(_("expected [width, height] in whole pixels"), where, "size")
        return raw[0], raw[1]

    def _boxes(self, fields: dict[str, Any], name: str, where: str) -> tuple[HandBox, ...]:
        raw = fields.get(name, [])
        if not isinstance(raw, list):
            self._refuse(_("expected a list of boxes"), where, name)
        if len(raw) > MAX_BOXES:
            self._refuse(_("more than {limit} boxes").format(limit=f"{MAX_BOXES:,}"), where, name)
        return tuple(
            self._box(item, _place(where, name, number)) for number, item in enumerate(raw, start=1)
        )

    def _box(self, raw: Any, place: str) -> HandBox:
        fields = self._fields(raw, _BOX_FIELDS, place)
        if ("box" in fields) == ("path" in fields):
            self._refuse(_("expected either box, or path for a moving area"), place)
        if "page" in fields and any(name in fields for name in ("from", "to", "path")):
            self._refuse(_("a page has no time: leave out from, to, path"), place, "page")
        if "path" in fields and ("from" in fields or "to" in fields):
            self._refuse(_("path has its own times: leave out from and to"), place, "path")
        note = fields.get("note", "")
        if not isinstance(note, str) or len(note) > MAX_NOTE:
            self._refuse(
                _("expected a text of {limit} characters at most").format(limit=MAX_NOTE),
                place,
                "note",
            )
        page = fields.get("page")
        if "page" in fields and not (type(page) is int and 1 <= page <= MAX_PAGE):
            self._refuse(_("expected a whole number from 1 on"), place, "page")
        if "path" in fields:
            return self._moving(fields["path"], note, place)
        begin, end = (
            self._seconds(fields[name], place, name) if name in fields else None
            for name in ("from", "to")
        )
        if begin is not None and end is not None and begin > end:
            self._refuse(_("ends before it begins"), place, "to")
        corners = self._corners(fields["box"], place, "box")
        return HandBox(np.zeros(1), np.asarray([corners], dtype=np.float64), begin, end, page, note)

    def _moving(self, raw: Any, note: str, place: str) -> HandBox:
        if not isinstance(raw, list) or not raw:
            self._refuse(_("expected a list of keyframes, each with at and box"), place, "path")
        self.keyframes += len(raw)
        if self.keyframes > MAX_KEYFRAMES:
            self._refuse(
                _("more than {limit} keyframes").format(limit=f"{MAX_KEYFRAMES:,}"), place, "path"
            )
        times, corners = [], []
        for number, item in enumerate(raw, start=1):
            name = f"path {number}"
            fields = self._fields(item, _KEYFRAME_FIELDS, place, name)
            for missing in (known for known in _KEYFRAME_FIELDS if known not in fields):
                self._refuse(_("is missing"), place, f"{name}: {missing}")
            times.append(self._seconds(fields["at"], place, f"{name}: at"))
            corners.append(self._corners(fields["box"], place, f"{name}: box"))
            if number > 1 and times[-1] <= times[-2]:
                self._refuse(_("is not later than the one before it"), place, f"{name}: at")
        return HandBox(
            np.asarray(times, dtype=np.float64),
            np.asarray(corners, dtype=np.float64),
            times[0],
            times[-1],
            None,
            note,
        )

    def _seconds(self, raw: Any, place: str, name: str) -> float:
        if not _is_number(raw, 0, MAX_SECONDS):
            self._refuse(
                _("expected seconds, from 0 to {limit}").format(limit=f"{MAX_SECONDS:,.0f}"),
                place,
                name,
            )
        return float(raw)

    def _corners(self, raw: Any, place: str, name: str) -> list[float]:
        if not (
            isinstance(raw, list)
            and len(raw) == 4
            and all(_is_number(value, -MAX_COORDINATE, MAX_COORDINATE) for value in raw)
        ):
            self._refuse(
                _("expected four numbers: left, top, right, bottom, each within ±{limit}").format(
                    limit=f"{MAX_COORDINATE:,.0f}"
                ),
                place,
                name,
            )
        if raw[0] >= raw[2] or raw[1] >= raw[3]:
            self._refuse(
                _("has no area: left must be smaller than right, top smaller than bottom"),
                place,
                name,
            )
        return [float(value) for value in raw]

    def _fields(
        self, raw: Any, known: tuple[str, ...], place: str, name: str = ""
    ) -> dict[str, Any]:
        if not isinstance(raw, dict):
            self._refuse(_("expected an object in braces"), place, name)
        for key in raw:
            if key not in known:
                close = get_close_matches(str(key)[:40], known, n=1)
                meant = _("did you mean {name}?").format(name=close[0]) if close else ""
                text = _("unknown field; known are {names}").format(names=", ".join(known))
                self._refuse(f"{text}. {meant}".strip(), place, f"{name}: {key}" if name else key)
        return dict(raw)

    def _refuse(self, message: str, place: str, name: str = "") -> NoReturn:
        raise InputError(message, where=f"{place}: {name[:80]}" if name else place)


def _place(where: str, name: str, number: int) -> str:
    return f"{where}: {name} {number}"


def _stack(boxes: Iterable[tuple[float, float, float, float] | None]) -> Boxes:
    return np.asarray([box for box in boxes if box is not None], dtype=np.float64).reshape(-1, 4)


def _is_number(value: Any, low: float, high: float) -> bool:
    return type(value) in (int, float) and low <= value <= high and math.isfinite(value)


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) != len(pairs):
        [(name, _times)] = Counter(name for name, _value in pairs).most_common(1)
        raise ValueError(_("{name} occurs twice in one object").format(name=name[:80]))
    return names


def _no_constant(name: str) -> float:
    raise ValueError(_("{name} is not a number").format(name=name))
