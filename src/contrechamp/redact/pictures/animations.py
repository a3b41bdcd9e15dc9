"""Masks moving pictures: each frame is searched, and covered where its neighbours show a face."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress
from contrechamp.redact.faces.boxes import F8, as_boxes, clip, enlarge, iou
from contrechamp.redact.faces.cover import RGB, draw_covers
from contrechamp.redact.faces.hits import Hits, concatenated
from contrechamp.redact.faces.known_recall import blind_below_px
from contrechamp.redact.faces.search import PLAN
from contrechamp.redact.outcome import NOT_SEARCHED, Check, Covered, Look, Outcome
from contrechamp.redact.pictures.frames import (
    MovingPicture,
    as_written,
    merged,
    read_back,
    read_moving_picture,
    write_frames,
)
from contrechamp.redact.pictures.masking import (
    ROUNDS,
    PictureSearch,
    box_of,
    covers_alone,
    more_uncovered,
    search_for,
)
from contrechamp.redact.request import Request

#: A face is covered in the frames up to this much before and after one in which it was found, and
#: in at least so many frames on either side: it may have been missed there.
NEAR_S, NEAR_FRAMES = 0.7, 2
#: Faces of neighbouring frames that overlap by more are told as one.
_SAME_FACE_IOU = 0.3
#: At most this many doubtful places are listed, best first.
_LOOKS = 12
#: Largest difference between a grey of a cover and the nearest one of a palette.
_PALETTE_TOLERANCE = 8


@dataclass
class _Searched:
    """What was found in the frames, as aligned lists.

    Args:
        starts_s: when each frame begins; one more than there are frames.
        hits: of each frame.
        added: found only once the rest of a frame was covered.
    """

    starts_s: list[float] = field(default_factory=lambda: [0.0])
    hits: list[Hits] = field(default_factory=list)
    added: list[Hits] = field(default_factory=list)

    def near(self, number: int) -> range:
        """Return the frames whose faces are covered in frame `number` too."""
        first = last = number
        while first > 0 and (
            number - first < NEAR_FRAMES or self.starts_s[number] - self.starts_s[first] < NEAR_S
        ):
            first -= 1
        while last + 1 < len(self.hits) and (
            last - number < NEAR_FRAMES
            or self.starts_s[last + 1] - self.starts_s[number + 1] < NEAR_S
        ):
            last += 1
        return range(first, last + 1)


def mask_animation(source: Path, target: Path, request: Request, progress: Progress) -> Outcome:
    """Write a copy of a moving picture with faces and areas covered, and nothing else of the file.

    Args:
        source: GIF, APNG or moving WebP; its content counts, not its name.
        target: of the same kind.
        request: what the user asks for; boxes by hand may come, go and move.
        progress: opens a bar.

    Raises:
        InputError: the file is none of these, is damaged, or has more frames than a picture needs.
    """
    picture = read_moving_picture(source)
    if request.hand:
        request.hand.check_video(picture.width, picture.height)
    search = search_for(request)
    searched = _Searched()
    with progress(_("covering faces"), 2 * picture.count) as advance:
        known: dict[bytes, Hits] = {}
        for rgb, lasts_ms in picture.frames():
            _search(search, searched, known, rgb)
            searched.starts_s.append(searched.starts_s[-1] + lasts_ms / 1000)
            advance(1)
        covered = _Covering(picture, search, searched, target.suffix)
        frames, durations = merged(covered.frames(advance))
        write_frames(frames, durations, picture.loops, target)
    return _outcome(picture, search, searched, covered, frames, target)


def _search(search: PictureSearch, searched: _Searched, known: dict[bytes, Hits], rgb: RGB) -> None:
    """Search one frame, unless one like it was searched and no area is marked as no face."""
    seconds = searched.starts_s[-1]
    marked = search.request.hand is not None and search.request.hand.leave
    key = b"" if marked else hashlib.sha256(rgb.tobytes()).digest()
    if not key or key not in known:
        known[key] = search.everything(rgb, seconds=seconds)
    searched.hits.append(known[key])


class _Covering:
    """Covers the frames one by one, and keeps what the checks ask for."""

    def __init__(
        self, picture: MovingPicture, search: PictureSearch, searched: _Searched, suffix: str
    ) -> None:
        self._picture, self._search, self._searched = picture, search, searched
        self._suffix = suffix
        #: Hits that are left outside of covers; largest difference to a cover; covered shares.
        self.left, self.off_by, self.shares = 0, 0, list[float]()

    def frames(self, advance: Callable[[float], None]) -> Iterator[tuple[Image.Image, int]]:
        """Yield each frame as it is written, and for how many milliseconds."""
        for number, (rgb, lasts_ms) in enumerate(self._picture.frames()):
            yield self._covered(number, rgb), lasts_ms
            advance(1)

    def _covered(self, number: int, rgb: RGB) -> Image.Image:
        searched, search = self._searched, self._search
        faces = concatenated(
            searched.hits[other].at_least(search.cover_at) for other in searched.near(number)
        )
        seconds = searched.starts_s[number]
        added: list[Hits] = []
        left = concatenated(())
        for _round in range(ROUNDS):
            covers = np.vstack(
                [
                    enlarge(concatenated([faces, *added]).boxes),
                    _drawn(search, seconds, searched.starts_s[number + 1]),
                ]
            )
            drawn, under = draw_covers(rgb, covers, search.request.style)
            frame = as_written(drawn, under, self._suffix)
            shown = np.asarray(frame.convert("RGB"))
            hits = search.everything(shown, seconds=seconds).at_least(search.cover_at)
            left = search.outside(hits, covers)
            if not len(left):
                break
            added.append(left)
        searched.added.append(concatenated(added))
        self.left += len(left)
        off_by = np.abs(shown[under].astype(np.int16) - drawn[under]).max(initial=0)
        self.off_by = max(self.off_by, int(off_by))
        self.shares.append(float(under.mean()))
        return frame


def _drawn(search: PictureSearch, seconds: float, until: float) -> F8:
    hand = search.request.hand
    return hand.boxes_at(seconds, until) if hand else as_boxes([])


def _outcome(
    picture: MovingPicture,
    search: PictureSearch,
    searched: _Searched,
    covering: _Covering,
    frames: list[Image.Image],
    target: Path,
) -> Outcome:
    scales = PLAN.scales(picture.width, picture.height)
    facts = {_("Largest share of a frame that is covered"): f"{max(covering.shares):.1%}"}
    if search.detector:
        facts[_("Detector")] = search.detector.name
        facts[_("Covered from the score")] = f"{search.cover_at:g}"
    covered = tuple(_told(picture, search, searched))
    return Outcome(
        kind="image",
        width=picture.width,
        height=picture.height,
        frames=picture.count,
        duration_s=round(searched.starts_s[-1], 3),
        covered=covered,
        looks=tuple(sorted(_looks(search, searched, covered), key=lambda look: look.urgency)),
        checks=_checks(search, covering, frames, target),
        removed=picture.removed,
        blind_below_px=blind_below_px(scales[0]) if search.detector else None,
        facts=facts,
    )


def _told(picture: MovingPicture, search: PictureSearch, searched: _Searched) -> Iterator[Covered]:
    """Yield each face once for the run of frames in which it was found, then what was drawn."""
    running: list[tuple[F8, float, int, int]] = []
    done: list[tuple[F8, float, int, int]] = []
    for number, hits in enumerate(searched.hits):
        found = concatenated([hits.at_least(search.cover_at), searched.added[number]])
        for box, score in zip(found.boxes, found.scores, strict=True):
            for at, (other, best, first, last) in enumerate(running):
                if last < number and iou(as_boxes([box]), as_boxes([other]))[0, 0] > _SAME_FACE_IOU:
                    running[at] = (box, max(best, float(score)), first, number)
                    break
            else:
                running.append((box, float(score), number, number))
        ended = [one for one in running if number - one[3] > NEAR_FRAMES]
        running = [one for one in running if number - one[3] <= NEAR_FRAMES]
        done += ended
    for box, score, first, last in sorted([*done, *running], key=lambda one: one[2]):
        [head] = clip(enlarge(as_boxes([box])), picture.width, picture.height)
        yield Covered(
            "face",
            box_of(head),
            seconds=round(searched.starts_s[first], 3),
            frames=(searched.near(first)[0], searched.near(last)[-1]),
            score=round(score, 3),
        )
    for drawn in clip(_drawn(search, 0.0, searched.starts_s[-1]), picture.width, picture.height):
        yield Covered("hand", box_of(drawn), seconds=0.0)


def _looks(
    search: PictureSearch, searched: _Searched, covered: tuple[Covered, ...]
) -> Iterator[Look]:
    if search.detector is None:
        yield Look(NOT_SEARCHED, _("No face was searched for: look over every frame."), 1)
    elif not any(one.by == "face" for one in covered):
        text = _(
            "No face was found: look over every frame for heads that are turned away, partly "
            "hidden, dark or small."
        )
        yield Look("no-face", text, 1)
    doubtful = list(_doubtful(search, searched))
    for score, seconds, box in doubtful[:_LOOKS]:
        yield Look(
            "low-score-uncovered",
            _("Perhaps a face, and not covered."),
            2 if score >= 0.8 * search.cover_at else 3,
            box_of(box),
            seconds=seconds,
            score=score,
        )
    if len(doubtful) > _LOOKS:
        yield more_uncovered(len(doubtful) - _LOOKS)


def _doubtful(search: PictureSearch, searched: _Searched) -> list[tuple[float, float, F8]]:
    """Return hits too weak to cover and under no cover, the best first, each place once."""
    found: list[tuple[float, float, F8]] = []
    for number, hits in enumerate(searched.hits):
        covers = np.vstack(
            [
                enlarge(
                    concatenated(
                        searched.hits[other].at_least(search.cover_at)
                        for other in searched.near(number)
                    ).boxes
                ),
                _drawn(search, searched.starts_s[number], searched.starts_s[number + 1]),
            ]
        )
        weak = search.outside(hits.below(search.cover_at), covers)
        for box, score in zip(weak.boxes, weak.scores, strict=True):
            found.append((round(float(score), 3), round(searched.starts_s[number], 3), box))
    kept: list[tuple[float, float, F8]] = []
    for one in sorted(found, key=lambda one: -one[0]):
        boxes = as_boxes([other[2] for other in kept])
        if not len(kept) or iou(as_boxes([one[2]]), boxes).max() <= _SAME_FACE_IOU:
            kept.append(one)
    return kept


def _checks(
    search: PictureSearch, covering: _Covering, frames: list[Image.Image], target: Path
) -> tuple[Check, ...]:
    again = list(read_back(target))
    same = len(again) == len(frames) and all(
        np.array_equal(np.asarray(frame.convert("RGB")), shown)
        for frame, shown in zip(frames, again, strict=True)
    )
    allowed = _PALETTE_TOLERANCE if target.suffix == ".gif" else 0
    checks = [
        Check(_("every frame reads back as it was covered"), same, str(len(again))),
        covers_alone(covering.off_by, allowed),
    ]
    if search.detector:
        checks.append(
            Check(
                _("a search of the written frames finds no face outside the covers"),
                not covering.left,
                _("found: {count}").format(count=covering.left),
            )
        )
    return tuple(checks)
