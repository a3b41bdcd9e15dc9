"""Masks pictures: covers faces and areas, writes the copy from pixels alone, and checks it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from contrechamp.base.i18n import _, ngettext
from contrechamp.base.progress import Progress
from contrechamp.redact.faces.boxes import F8, as_boxes, clip, covered_share, heads
from contrechamp.redact.faces.cover import RGB, draw_covers, on_grid, with_places_of
from contrechamp.redact.faces.hits import Detector, Hits, concatenated
from contrechamp.redact.faces.known_recall import blind_below_px
from contrechamp.redact.faces.search import COVER_AT, PLAN, REPORT_AT, SearchPlan, find_faces
from contrechamp.redact.outcome import NOT_SEARCHED, Box, Check, Covered, Look, Outcome
from contrechamp.redact.pictures.reading import DecodedPicture, read_picture
from contrechamp.redact.pictures.writing import Written, as_read_back, write
from contrechamp.redact.request import Request

#: The covered picture is searched at most this often around covers, and what is found is covered
#: as well: elsewhere it is what was searched before. Two or three rounds are usual; more than six
#: at a threshold of 0.01, where covers cause new hits.
ROUNDS = 20
#: A hit with at least this share under covers is caused by the covers, not by a face.
UNDER_COVERS = 0.5
#: JPEG's rounding can make a block of one colour this much brighter or darker.
TOLERANCE = 2
#: At most this many doubtful hits are listed one by one, best first.
LOOKS = 12
#: Faces of up to this many times the smallest size that is found call for a second look.
NEARLY_BLIND = 1.5


@dataclass(frozen=True)
class PictureSearch:
    """Finds what to cover for a request.

    Args:
        detector: the net; None: only areas drawn by hand are covered.
        plan: how thoroughly to search.
        cover_at: lowest score of a hit to cover.
        request: what the user asks for.
    """

    detector: Detector | None
    plan: SearchPlan
    cover_at: float
    request: Request

    def everything(self, rgb: RGB, near: F8 | None = None, *, seconds: float = 0.0) -> Hits:
        """Return every hit around `near`, or everywhere, that nobody marked as no face then."""
        if self.detector is None:
            return concatenated(())
        hits = find_faces(rgb, self.detector, self.plan, near)
        if self.request.hand is None:
            return hits
        return hits[~self.request.hand.marked_no_face(hits.boxes, seconds)]

    def covers(self, faces: Hits) -> F8:
        """Return the areas to cover: whole heads, and what was drawn by hand."""
        drawn = self.request.hand.boxes() if self.request.hand else as_boxes([])
        return np.vstack([heads(faces.boxes), drawn])

    def outside(self, hits: Hits, covers: F8) -> Hits:
        """Return the hits that are not under covers."""
        return hits[covered_share(hits.boxes, covers) < UNDER_COVERS]


def mask_image(source: Path, target: Path, request: Request, progress: Progress) -> Outcome:
    """Write a copy of the picture with faces and areas covered, and nothing else of the file.

    Args:
        source: the picture; its content counts, not its name.
        target: JPEG, PNG, WebP or TIFF, as the source; JPEG for other sources.
        request: what the user asks for.
        progress: opens a bar.

    Returns:
        The outcome; if one of its checks failed, `target` must not be kept.

    Raises:
        InputError: the file is not a picture that can be masked, or the detector is not the one
            that was measured.
    """
    search = search_for(request)
    picture = read_picture(source)
    height, width = picture.rgb.shape[:2]
    if request.hand:
        request.hand.check_picture(width, height)
    with progress(_("covering faces"), 2) as advance:
        # What is searched is what a reader of the copy gets, so that no face comes up by writing.
        plain = as_read_back(picture.rgb, picture.suffix)
        found = search.everything(plain)
        advance(1)
        covers, faces, written, left = _covered_and_written(
            search, picture, plain, found.at_least(search.cover_at), target
        )
        advance(1)
    doubtful = search.outside(found.below(search.cover_at), covers)
    scales = PLAN.scales(width, height)
    return Outcome(
        kind="image",
        width=width,
        height=height,
        covered=_covered(faces, request, width, height),
        looks=_looks(search, faces, doubtful, written.share, blind_below_px(scales[0])),
        checks=_checks(search, picture.rgb, written, left),
        removed=picture.removed,
        blind_below_px=blind_below_px(scales[0]) if search.detector else None,
        facts=_facts(search, scales, written.share),
    )


def search_for(request: Request) -> PictureSearch:
    """Return what finds what to cover for a request."""
    cover_at = COVER_AT if request.cover_at is None else request.cover_at
    detector: Detector | None = None
    if request.searches:
        from contrechamp.redact.faces.centerface import loaded

        detector = loaded()  # for one thread: several pictures are masked at once
    return PictureSearch(
        detector, SearchPlan(report_at=min(REPORT_AT, cover_at)), cover_at, request
    )


def _covered_and_written(
    search: PictureSearch, picture: DecodedPicture, plain: RGB, faces: Hits, target: Path
) -> tuple[F8, Hits, Written, Hits]:
    """Cover faces, search around the covers, and cover what is found there; write it at last.

    Args:
        search: what finds faces.
        picture: the source.
        plain: how it is read back where nothing is covered.
        faces: found in that.
        target: written.

    Returns:
        The covers, all faces under them, what was written, and faces that are left beside them.
    """
    style = search.request.style
    height, width = plain.shape[:2]
    near, left, written = search.covers(faces), concatenated(()), None
    for _round in range(ROUNDS):
        covers = search.covers(faces)
        covered, under = draw_covers(picture.rgb, covers, style)
        places = on_grid(covers, width, height)
        painted = with_places_of(plain, covered, places)
        left = search.outside(_again(search, painted, near), covers)
        if not len(left):
            written = write(covered, under, places, target, picture.suffix)
            if np.array_equal(written.rgb, painted):
                break
            # JPEG rounds noise in the covers: what lies around them is searched as it became.
            left = search.outside(_again(search, written.rgb, covers), covers)
            if not len(left):
                break
        faces = concatenated([faces, left])
        # Noise is drawn anew everywhere; one colour changes nothing but where it is new.
        near = search.covers(left if style == "fill" else faces)
    written = written or write(covered, under, places, target, picture.suffix)
    return covers, faces, written, left


def _again(search: PictureSearch, rgb: RGB, near: F8) -> Hits:
    """Return the faces in a picture that changed around `near`."""
    if not len(near):
        return concatenated(())
    return search.everything(rgb, near).at_least(search.cover_at)


def _covered(faces: Hits, request: Request, width: int, height: int) -> tuple[Covered, ...]:
    around = clip(heads(faces.boxes), width, height)
    drawn = clip(request.hand.boxes(), width, height) if request.hand else as_boxes([])
    by_face = zip(around, faces.scores, strict=True)
    return (
        *(Covered("face", box_of(box), score=float(score)) for box, score in by_face),
        *(Covered("hand", box_of(box)) for box in drawn),
    )


def box_of(box: F8) -> Box:
    """Return a box as an outcome has it."""
    left, top, right, bottom = (round(float(side), 1) for side in box)
    return left, top, right, bottom


def _looks(
    search: PictureSearch, faces: Hits, doubtful: Hits, share: float, blind_below: float
) -> tuple[Look, ...]:
    """Return what a person must look at, most urgent first."""
    looks = []
    if search.detector is None:
        looks.append(
            Look(NOT_SEARCHED, _("No face was searched for: look over the whole picture."), 1)
        )
    elif not len(faces):
        text = _(
            "No face was found: look over the whole picture for heads that are turned away, partly"
            " hidden, dark or small."
        )
        looks.append(Look("no-face", text, 1))
    for box in faces.boxes:
        height = float(box[3] - box[1])
        if height < NEARLY_BLIND * blind_below:
            text = _(
                "A face only {height} px high was found: others this small are often missed, so"
                " look around it."
            ).format(height=f"{height:.0f}")
            looks.append(Look("small-face", text, 1, box_of(box)))
            break
    for box, score in zip(doubtful.boxes[:LOOKS], doubtful.scores[:LOOKS], strict=True):
        text = _("Perhaps a face, and not covered.")
        urgency = 2 if score >= 0.8 * search.cover_at else 3
        looks.append(Look("low-score-uncovered", text, urgency, box_of(box), score=float(score)))  # type: ignore[arg-type]
    if len(doubtful) > LOOKS:
        looks.append(more_uncovered(len(doubtful) - LOOKS))
    if share > 0.5:
        text = _("More than half of the picture is covered: perhaps more than it needs to be.")
        looks.append(Look("much-covered", text, 2))
    return tuple(sorted(looks, key=lambda look: look.urgency))


def more_uncovered(count: int) -> Look:
    """Return the look at the places that are doubtful beyond those that have one each."""
    text = ngettext(
        "{count} more place might be a face, and is not covered.",
        "{count} more places might be faces, and are not covered.",
        count,
    ).format(count=count)
    return Look("more-uncovered", text, 3)


def covers_alone(off_by: int, allowed: int) -> Check:
    """Return the check that what was written shows nothing of what lies under a cover."""
    return Check(
        _("covered areas show the cover and nothing else"),
        off_by <= allowed,
        _("largest difference of a pixel: {off_by} of 255; {tolerance} are allowed").format(
            off_by=off_by, tolerance=allowed
        ),
    )


def _checks(search: PictureSearch, rgb: RGB, written: Written, left: Hits) -> tuple[Check, ...]:
    checks = [
        Check(
            _("the written picture is as large as the upright source"),
            written.rgb.shape == rgb.shape,
        ),
        covers_alone(written.off_by, TOLERANCE),
    ]
    if search.detector:
        checks.append(
            Check(
                _(
                    "a search of the written picture finds no face outside the covers; what lies "
                    "far from them is what was searched before"
                ),
                not len(left),
                _("found: {count}").format(count=len(left)),
            )
        )
    return tuple(checks)


def _facts(search: PictureSearch, scales: tuple[float, ...], share: float) -> dict[str, str]:
    facts = {_("Share of the picture that is covered"): f"{share:.1%}"}
    if search.detector:
        facts[_("Detector")] = search.detector.name
        facts[_("Searched at the scales")] = ", ".join(f"{scale:g}" for scale in scales)
        facts[_("Covered from the score")] = f"{search.cover_at:g}"
    return facts
