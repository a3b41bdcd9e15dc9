"""What the user asks of a masker."""

from dataclasses import dataclass
from typing import Literal

from contrechamp.redact.sidecar import HandBoxes

#: ``fill``: one fixed colour. ``noise``: coarse random pixels, never made from the picture.
Style = Literal["fill", "noise"]
#: ``drop``: no sound comes out. ``alter``: voice changed, weakly. ``keep``: as it was.
SoundRequest = Literal["drop", "alter", "keep"]


@dataclass(frozen=True)
class Request:
    """What is asked for one file.

    Args:
        hand: boxes drawn by hand, of this file.
        boxes_only: cover what was drawn by hand and nothing else; no detector is loaded.
        style: how a covered area looks.
        fast: video: search every third frame instead of every frame.
        sound: what happens to sound.
        cover_at: cover hits with this score and more; None: the measured default of the detector.
        words: documents: words and names to remove from the content.
        threads: cores to use; 0: all of them.
    """

    hand: HandBoxes | None = None
    boxes_only: bool = False
    style: Style = "fill"
    fast: bool = False
    sound: SoundRequest = "drop"
    cover_at: float | None = None
    words: tuple[str, ...] = ()
    threads: int = 0
