"""What the user asks a masker to do."""

from dataclasses import dataclass, fields
from typing import Any, Literal

from contrechamp.redact import sidecar
from contrechamp.redact.outcome import Box
from contrechamp.redact.sidecar import HandBoxes

#: ``fill``: one fixed colour. ``noise``: coarse random pixels, never made from the picture.
Style = Literal["fill", "noise"]
#: ``drop``: leave sound out. ``alter``: change voices, weakly. ``keep``: leave it as it is.
SoundRequest = Literal["drop", "alter", "keep"]


@dataclass(frozen=True)
class Request:
    """What the user asks for one file.

    Args:
        hand: boxes drawn by hand for this file.
        boxes_only: cover what was drawn by hand and nothing else; no detector is loaded.
        strip_only: leave metadata behind, cover what was drawn by hand, and search for no faces;
            whoever reads of the copy is told.
        style: how covered areas look.
        fast: video: search every third frame instead of every frame.
        sound: what to do with sound.
        cover_at: cover hits of at least this score; None: the detector's measured default.
        words: documents: words and names to remove.
        spellings: documents: groups of letters that are written for one another in these words.
        read: documents: pages, from 1, and the boxes of words that were read in pictures there.
        threads: cores to use; 0: all of them.
    """

    hand: HandBoxes | None = None
    boxes_only: bool = False
    strip_only: bool = False
    style: Style = "fill"
    fast: bool = False
    sound: SoundRequest = "drop"
    cover_at: float | None = None
    words: tuple[str, ...] = ()
    spellings: tuple[tuple[str, ...], ...] = ()
    read: tuple[tuple[int, Box], ...] = ()
    threads: int = 0

    @property
    def searches(self) -> bool:
        """Whether faces are searched for."""
        return not (self.boxes_only or self.strip_only)


def to_json(request: Request) -> dict[str, Any]:
    """Return `request` in a form that ``json.dumps`` takes."""
    said = {one.name: getattr(request, one.name) for one in fields(Request)}
    if request.hand is not None:
        said["hand"] = {"where": request.hand.where, "said": request.hand.to_json()}
    return said


def from_json(said: Any) -> Request:
    """Return the request that `to_json` made into JSON; what an older one lacks has its default.

    Raises:
        InputError: its boxes are none.
        ValueError: it has another form.
        KeyError: likewise.
        TypeError: likewise.
    """
    if not isinstance(said, dict) or not said.keys() <= {one.name for one in fields(Request)}:
        raise ValueError("request")
    hand = said.get("hand")
    return Request(
        **{
            **said,
            "words": tuple(map(str, said.get("words", ()))),
            "spellings": tuple(tuple(map(str, group)) for group in said.get("spellings", ())),
            "read": tuple((int(page), tuple(box)) for page, box in said.get("read", ())),
            "hand": hand and sidecar.from_json(hand["said"], str(hand["where"])),
        }
    )
