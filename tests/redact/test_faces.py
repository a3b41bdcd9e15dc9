"""Faces are found in real pictures, by the weights that were measured or not at all."""

import itertools
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy import ndimage

from contrechamp.base.errors import InputError
from contrechamp.redact.faces import onnx, weights
from contrechamp.redact.faces.boxes import as_boxes, clip, covered_share, iou
from contrechamp.redact.faces.centerface import (
    WEIGHTS,
    WEIGHTS_OF_8_BITS,
    CenterFace,
    CenterFaceOf8Bits,
)
from contrechamp.redact.faces.hits import Detector, Hits
from contrechamp.redact.faces.onnx_parts import part
from contrechamp.redact.faces.search import PLAN, SearchPlan, find_faces, windows

#: Grace Hopper, official portrait, public domain; shipped with matplotlib. The face was marked by
#: hand: brow to chin, ear to ear.
PORTRAIT = Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"
FACE = as_boxes([178, 118, 358, 336])
PICTURE, FOUND = "input.1", ["537", "538", "539"]
CENTERFACE = CenterFace(threads=1)


@pytest.fixture(scope="module", params=[CenterFace, CenterFaceOf8Bits])
def detector(request: pytest.FixtureRequest) -> Detector:
    net: Detector = request.param(threads=1)
    return net


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


def test_faces_of_many_sizes_are_found_in_one_picture(
    portrait: np.ndarray, detector: Detector
) -> None:
    picture, faces = composite(portrait, [16, 24, 40, 64, 120])
    hits = find_faces(picture, detector).at_least(0.2)
    assert (iou(faces, hits.boxes).max(axis=1) > 0.4).all()


@settings(deadline=None, max_examples=12)
@given(st.integers(1, 900), st.integers(1, 900), st.integers(0, 2**32 - 1))
def test_the_first_layers_make_of_tiles_what_they_make_of_the_whole(
    width: int, height: int, seed: int
) -> None:
    """The net in one piece, as it was published, is the reference."""
    net, whole = (
        CENTERFACE,
        onnx.session(part(weights.weights(WEIGHTS), [PICTURE], FOUND), threads=1),
    )
    rgb = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    padded = np.zeros((1, 3, -(-height // 32) * 32, -(-width // 32) * 32), np.float32)
    padded[0, :, :height, :width] = rgb.transpose(2, 0, 1)
    for one, other in zip(
        net._rest.run(FOUND, net._begun(rgb)), whole.run(FOUND, {PICTURE: padded}), strict=True
    ):
        np.testing.assert_allclose(one, other, atol=2e-5, rtol=2e-5)


def test_a_part_of_a_net_is_cut_from_the_net_that_is_known() -> None:
    with pytest.raises(ValueError, match="not the net that the parts are known of: no such"):
        part(weights.weights(WEIGHTS), [PICTURE], ["no such"])
    with pytest.raises(ValueError, match="no ONNX"):
        part(b"\x3f", [PICTURE], FOUND)


class FindsWhite:
    """Stands for a net: finds the one white square of a tile, wherever it is."""

    name = "white"

    def __call__(self, rgb: np.ndarray, report_at: float) -> Hits:
        rows, columns = np.nonzero(rgb[:, :, 0] > 128)
        if not len(rows):
            return Hits(as_boxes([]), np.empty(0))
        box = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
        return Hits(as_boxes([box]), np.array([len(rows) / rgb.size]))


@settings(deadline=None, max_examples=25)
@given(st.integers(300, 900), st.integers(300, 900), st.integers(4, 280), st.data())
def test_tiles_and_scales_put_a_face_where_it_is(
    width: int, height: int, side: int, data: st.DataObject
) -> None:
    left = data.draw(st.integers(0, width - side))
    top = data.draw(st.integers(0, height - side))
    picture = np.zeros((height, width, 3), np.uint8)
    picture[top : top + side, left : left + side] = 255
    plan = SearchPlan(tile_px=512, overlap_px=256)
    hits = find_faces(picture, FindsWhite(), plan)
    face = as_boxes([[left, top, left + side, top + side]])
    # A quarter of the side or 4 px: what a coarse pass rounds to.
    best = np.abs(hits.boxes - face).max(axis=1).min()
    assert best <= max(4, side / 4)


def test_each_pass_answers_for_the_sizes_that_it_sees_well() -> None:
    class FindsEverySize:
        name = "every size"

        def __call__(self, rgb: np.ndarray, report_at: float) -> Hits:
            sides = np.array([10.0, 39.0, 41.0, 199.0, 201.0, 700.0])
            corners = np.stack([0 * sides, 0 * sides, sides, sides], axis=1)
            return Hits(corners, np.full(len(sides), 0.5))

    plan = SearchPlan(same_face_iou=1.0, tile_px=2000)
    hits = find_faces(np.zeros((1000, 1000, 3), np.uint8), FindsEverySize(), plan)
    assert plan.scales(1000, 1000) == (2.0, 0.5)
    tall = sorted({float(side) for side in hits.boxes[:, 3]})
    assert tall == [5, 19.5, 20.5, 82, 99.5, 398, 402, 1400]


def test_how_often_a_picture_is_searched() -> None:
    assert PLAN.scales(1280, 853) == (2.0, 0.5)
    assert PLAN.scales(4000, 3000) == (1.0, 0.25, 0.125)
    assert PLAN.scales(8000, 6000)[0] == 1.0
    assert PLAN.scales(12000, 9000)[0] == 0.5  # 108 million pixels
    assert PLAN.scales(1, 1) == (2.0,)


@given(st.integers(1, 20_000), st.integers(1, 20_000))
def test_passes_answer_for_every_size_without_a_gap(width: int, height: int) -> None:
    scales = PLAN.scales(width, height)
    for finer, coarser in itertools.pairwise(scales):
        assert PLAN.smallest_face_px / coarser < PLAN.largest_face_px / finer
    assert max(width, height) * scales[-1] <= 2 * PLAN.coarsest_px
    closer = PLAN.closer(width, height)
    assert closer is None or closer == 2 * scales[0]


class FindsWhiteWhereItIsLarge:
    """Stands for a net: finds white that is 24 px high and more, is unsure of half as much."""

    name = "white"

    def __call__(self, rgb: np.ndarray, report_at: float) -> Hits:
        labelled, _count = ndimage.label(rgb[:, :, 0] > 128)
        found = [
            ([columns.start, rows.start, columns.stop, rows.stop], rows.stop - rows.start)
            for rows, columns in ndimage.find_objects(labelled)
        ]
        scores = np.array([0.5 if tall >= 24 else 0.05 if tall >= 12 else 0 for _b, tall in found])
        hits = Hits(as_boxes([box for box, _tall in found]), scores)
        return hits.at_least(report_at)


def test_a_large_picture_is_enlarged_where_small_faces_may_be() -> None:
    picture = np.zeros((2000, 3000, 3), np.uint8)
    picture[500:514, 700:714] = picture[1500:1506, 2000:2006] = 255
    assert PLAN.scales(3000, 2000)[0] == 1.0
    sizes: list[int] = []

    class Noted(FindsWhiteWhereItIsLarge):
        def __call__(self, rgb: np.ndarray, report_at: float) -> Hits:
            sizes.append(rgb.shape[0] * rgb.shape[1])
            return super().__call__(rgb, report_at)

    hits = find_faces(picture, Noted())
    assert hits.scores.tolist() == [0.5]
    assert np.abs(hits.boxes - [[700, 500, 714, 514]]).max() <= 1
    assert sum(sizes) < 1.5 * 3000 * 2000


def test_a_search_around_boxes_sees_what_is_there_and_nothing_else() -> None:
    picture = np.zeros((900, 1200, 3), np.uint8)
    picture[100:140, 100:140] = picture[700:740, 900:940] = 255
    near = as_boxes([[95, 95, 150, 150]])
    hits = find_faces(picture, FindsWhiteWhereItIsLarge(), PLAN, near)
    assert len(hits) == 1
    assert np.abs(hits.boxes - [[100, 100, 140, 140]]).max() <= 1
    assert not len(find_faces(picture, FindsWhiteWhereItIsLarge(), PLAN, as_boxes([])))


@settings(deadline=None, max_examples=50)
@given(
    st.integers(1, 3000),
    st.integers(1, 3000),
    st.sampled_from([0.125, 0.5, 1.0, 2.0]),
    st.lists(st.tuples(*[st.floats(-100, 3100)] * 2, *[st.floats(1, 400)] * 2), max_size=8),
)
def test_parts_hold_every_box_with_room_around_it(
    width: int, height: int, scale: float, drawn: list[tuple[float, ...]]
) -> None:
    boxes = as_boxes([[x, y, x + wide, y + high] for x, y, wide, high in drawn])
    parts = windows(boxes, scale, width, height)
    assert all(0 <= p[0] < p[2] <= width and 0 <= p[1] < p[3] <= height for p in parts)
    for box in clip(boxes, width, height):
        if box[0] < box[2] and box[1] < box[3]:
            room = np.minimum(box[2:] - box[:2], 200 / scale)
            around = clip(as_boxes([*(box[:2] - room), *(box[2:] + room)]), width, height)
            assert covered_share(around, as_boxes(parts))[0] > 0.999999


def test_nothing_is_found_where_nothing_is(detector: Detector) -> None:
    assert len(find_faces(np.full((50, 70, 3), 128, np.uint8), detector)) == 0
    assert len(find_faces(np.zeros((1, 1, 3), np.uint8), detector)) == 0


NETS = [(CenterFace, WEIGHTS), (CenterFaceOf8Bits, WEIGHTS_OF_8_BITS)]


@pytest.mark.parametrize("net", [net for net, _name in NETS])
def test_missing_weights_are_refused(net: type[CenterFace], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="missing"):
        net(folder=tmp_path)


@pytest.mark.parametrize(("net", "name"), NETS)
def test_other_weights_are_refused(net: type[CenterFace], name: str, tmp_path: Path) -> None:
    content = bytearray((weights.VENDOR / name).read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / name).parent.mkdir()
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match="not the weights"):
        net(folder=tmp_path)
