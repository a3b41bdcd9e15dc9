"""Faces are found in real pictures, by the weights that were measured or not at all."""

from pathlib import Path

import matplotlib
import numpy as np
import pytest
from PIL import Image

from contrechamp.base.errors import InputError
from contrechamp.redact import model
from contrechamp.redact.boxes import as_boxes, iou
from contrechamp.redact.centerface import WEIGHTS, CenterFace
from contrechamp.redact.faces import find_faces, find_in_frame

#: Grace Hopper, official portrait, public domain; shipped with matplotlib. The face was marked by
#: hand: brow to chin, ear to ear.
PORTRAIT = Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"
FACE = as_boxes([178, 118, 358, 336])


@pytest.fixture(scope="module")
def detector() -> CenterFace:
    return CenterFace(threads=1)


@pytest.fixture(scope="module")
def portrait() -> np.ndarray:
    return np.asarray(Image.open(PORTRAIT).convert("RGB"))


def composite(portrait: np.ndarray, heights: list[int], width: int = 800) -> tuple[np.ndarray, ...]:
    """Paste the portrait with faces of these heights in a row on grey; return picture and boxes."""
    canvas = Image.new("RGB", (width, 420), (118, 122, 116))
    left, boxes = 10, []
    for height in heights:
        scale = height / (FACE[0, 3] - FACE[0, 1])
        small = Image.fromarray(portrait).resize(
            (round(portrait.shape[1] * scale), round(portrait.shape[0] * scale)),
            Image.Resampling.LANCZOS,
        )
        canvas.paste(small, (left, 10))
        boxes.append(FACE[0] * scale + [left, 10, left, 10])
        left += small.width + 10
    return np.asarray(canvas), as_boxes(boxes)


@pytest.mark.parametrize("long_side", [300, 600, 960])
def test_a_face_in_a_frame_is_found_at_any_size_of_search(
    portrait: np.ndarray, detector: CenterFace, long_side: int
) -> None:
    hits = find_in_frame(portrait, detector, long_side)
    assert hits.scores[0] > 0.5
    assert iou(hits.boxes[:1], FACE)[0, 0] > 0.6


def test_faces_of_many_sizes_are_found_in_one_picture(
    portrait: np.ndarray, detector: CenterFace
) -> None:
    picture, faces = composite(portrait, [16, 24, 40, 64, 120])
    hits = find_faces(picture, detector).at_least(0.2)
    assert (iou(faces, hits.boxes).max(axis=1) > 0.4).all()


def test_nothing_is_found_where_nothing_is(detector: CenterFace) -> None:
    assert len(find_faces(np.full((50, 70, 3), 128, np.uint8), detector)) == 0
    assert len(find_faces(np.zeros((1, 1, 3), np.uint8), detector)) == 0


def test_missing_weights_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="missing"):
        CenterFace(folder=tmp_path)


def test_other_weights_are_refused(tmp_path: Path) -> None:
    content = bytearray((model.VENDOR / WEIGHTS).read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / WEIGHTS).parent.mkdir()
    (tmp_path / WEIGHTS).write_bytes(content)
    with pytest.raises(InputError, match="not the weights"):
        CenterFace(folder=tmp_path)
