"""Makes the weights of 8 bits anew: ``python -m benchmarks.eight_bits OUT.onnx``.

Run by a Python in which ``onnx`` is installed as well, with this project in PYTHONPATH. Ranges of
values are taken from pieces of the pictures of half 0, the half that settings are chosen on.
Weights have 7 bits of the 8: without VNNI, processors add products of 8 bits up in 16, which would
overflow unseen. The first layers and the last ones stay as they are: they cost little, and their
values matter most.
"""

import sys
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import onnx
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process
from PIL import Image

from benchmarks.face_pictures import scenes, without_faces
from contrechamp.redact.faces.centerface import _FOUND, _PICTURE, WEIGHTS
from contrechamp.redact.faces.weights import weights

PICTURES, SCALES, SIDE_PX, SEED = 12, (1, 2, 0.5), 320, 5
LEFT_AS_THEY_ARE = ("363", "366", "369", "536", "538", "539")
#: Beyond this share of the values, in percent, they are cut off.
PERCENTILE = 99.999
OPSET = 13


class Pieces(CalibrationDataReader):
    """Pieces of pictures, at several sizes."""

    def __init__(self) -> None:
        self._left = self._drawn()

    def _drawn(self) -> Iterator[dict[str, np.ndarray]]:
        random = np.random.default_rng(SEED)
        for pictures in (scenes(0, PICTURES), without_faces(0)):
            for scene in islice(pictures, PICTURES):
                for scale in SCALES:
                    image = Image.fromarray(scene.rgb)
                    image = image.resize(
                        (int(image.width * scale), int(image.height * scale)),
                        Image.Resampling.BILINEAR,
                    )
                    top = random.integers(0, image.height - SIDE_PX + 1)
                    left = random.integers(0, image.width - SIDE_PX + 1)
                    piece = np.asarray(image)[top : top + SIDE_PX, left : left + SIDE_PX]
                    yield {_PICTURE: piece.transpose(2, 0, 1)[None].astype(np.float32)}

    def get_next(self) -> dict[str, np.ndarray] | None:
        """Return the next piece."""
        return next(self._left, None)


def of_any_size() -> onnx.ModelProto:
    """Return the net without landmarks, for pictures of any size, its nodes named."""
    net = onnx.load_from_string(weights(WEIGHTS))
    graph = net.graph
    constants = {one.name for one in graph.initializer}
    for value in [one for one in graph.input if one.name in constants]:
        graph.input.remove(value)
    for value in [one for one in graph.output if one.name not in _FOUND]:
        graph.output.remove(value)
        for node in [one for one in graph.node if value.name in one.output]:
            graph.node.remove(node)
    del graph.value_info[:]
    for value in (*graph.input, *graph.output):
        high, wide = ("h", "w") if value.name == _PICTURE else ("oh", "ow")
        sides = value.type.tensor_type.shape.dim
        for side in (sides[0], sides[2], sides[3]):
            side.Clear()
        sides[0].dim_value = 1
        sides[2].dim_param, sides[3].dim_param = high, wide
    return onnx.version_converter.convert_version(net, OPSET)


def main() -> None:
    """Write the weights."""
    with tempfile.TemporaryDirectory() as folder:
        plain, prepared = Path(folder) / "plain.onnx", Path(folder) / "prepared.onnx"
        onnx.save(of_any_size(), plain)
        quant_pre_process(plain, prepared, skip_symbolic_shape=True)
        net = onnx.load(prepared)
        for node in net.graph.node:
            node.name = f"n{node.output[0]}"
        onnx.save(net, prepared)
        quantize_static(
            prepared,
            sys.argv[1],
            Pieces(),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=[f"n{name}" for name in LEFT_AS_THEY_ARE],
            op_types_to_quantize=["Conv", "Add", "Relu", "ConvTranspose"],
            calibrate_method=CalibrationMethod.Percentile,
            extra_options={"CalibPercentile": PERCENTILE, "CalibTensorRangeSymmetric": False},
        )


if __name__ == "__main__":
    main()
