"""The sidecar of boxes drawn by hand: what it says comes back; what is wrong is named."""

import json
import re
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import contrechamp.redact.sidecar as sidecar
from contrechamp.base.errors import InputError

SCHEMA = json.loads(
    (Path(sidecar.__file__).parent / "boxes-1.schema.json").read_text(encoding="utf-8")
)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

coordinates = st.floats(-1000, 1000, allow_nan=False, width=32)
spans = st.floats(1, 500, width=32)
seconds = st.floats(0, 600, width=32)


@st.composite
def corners(draw: st.DrawFn) -> list[float]:
    left, top = draw(coordinates), draw(coordinates)
    return [left, top, left + draw(spans), top + draw(spans)]


@st.composite
def areas(draw: st.DrawFn) -> dict[str, object]:
    form = draw(st.sampled_from(["standing", "timed", "page", "path"]))
    area: dict[str, object] = {"note": draw(st.text(max_size=10))}
    if form == "path":
        times = sorted(draw(st.sets(seconds, min_size=1, max_size=5)))
        area["path"] = [{"at": at, "box": draw(corners())} for at in times]
        return area
    area["box"] = draw(corners())
    if form == "timed":
        area["from"], area["to"] = sorted((draw(seconds), draw(seconds)))
    if form == "page":
        area["page"] = draw(st.integers(1, 100_000))
    return area


def read(**fields: object) -> sidecar.HandBoxes:
    content = json.dumps({"format": sidecar.FORMAT, **fields}).encode()
    return sidecar.parse_sidecar(content, "a.mp4.boxes.json")


@given(cover=st.lists(areas(), max_size=5), leave=st.lists(areas(), max_size=3))
def test_what_it_says_comes_back_and_its_schema_agrees(
    cover: list[dict[str, object]], leave: list[dict[str, object]]
) -> None:
    hand = read(cover=cover, leave=leave, size=[640, 480])
    VALIDATOR.validate(hand.to_json())
    again = sidecar.parse_sidecar(json.dumps(hand.to_json()).encode(), "again")
    assert again.to_json() == hand.to_json()
    assert (len(hand.cover), len(hand.leave), hand.size) == (len(cover), len(leave), (640, 480))


@given(
    start=corners(),
    finish=corners(),
    begin=seconds,
    lasts=st.floats(1, 60, width=32),
    share=st.floats(0, 1),
)
def test_what_moves_is_on_the_straight_line_between_its_keyframes(
    start: list[float], finish: list[float], begin: float, lasts: float, share: float
) -> None:
    path = [{"at": begin, "box": start}, {"at": begin + lasts, "box": finish}]
    hand = read(cover=[{"path": path}])
    expected = [a + share * (b - a) for a, b in zip(start, finish, strict=True)]
    found = hand.boxes_at(min(begin + share * lasts, begin + lasts))
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, [expected], atol=1e-6)
    assert hand.boxes_at(begin + lasts + 0.001).shape == (0, 4)


@given(area=areas(), at=seconds, lasts=st.floats(0, 20, width=32), share=st.floats(0, 1))
def test_between_two_frames_it_is_covered_wherever_it_is(
    area: dict[str, object], at: float, lasts: float, share: float
) -> None:
    hand = read(cover=[area])
    around = hand.boxes_at(at, at + lasts)
    moment = hand.boxes_at(min(at + share * lasts, at + lasts))
    if len(moment):
        assert (around[:, :2] <= moment[:, :2] + 1e-9).all()
        assert (around[:, 2:] >= moment[:, 2:] - 1e-9).all()


def test_what_comes_and_goes_between_two_frames_is_covered() -> None:
    hand = read(cover=[{"box": [0, 0, 10, 10], "from": 1.01, "to": 1.02}])
    assert len(hand.boxes_at(1.0)) == 0
    assert len(hand.boxes_at(1.0, 1.04)) == 1


def test_a_bend_between_two_frames_is_inside_the_area() -> None:
    path = [
        {"at": 0, "box": [0, 0, 10, 10]},
        {"at": 1, "box": [100, 0, 110, 10]},
        {"at": 2, "box": [0, 0, 10, 10]},
    ]
    hand = read(cover=[{"path": path}])
    np.testing.assert_allclose(hand.boxes_at(0.5, 1.5), [[50, 0, 110, 10]])


def test_a_page_has_its_own_boxes_and_those_of_every_page() -> None:
    hand = read(cover=[{"box": [0, 0, 1, 1], "page": 2}, {"box": [5, 5, 6, 6]}])
    assert hand.boxes_on(1).tolist() == [[5, 5, 6, 6]]
    assert hand.boxes_on(2).tolist() == [[0, 0, 1, 1], [5, 5, 6, 6]]


def test_hits_that_a_person_marked_as_no_face_stay_open() -> None:
    hand = read(leave=[{"box": [0, 0, 100, 100], "from": 1, "to": 2}])
    hits = np.array([[10, 10, 50, 50], [90, 90, 130, 130], [300, 300, 320, 320]])
    assert hand.marked_no_face(hits, 1.5).tolist() == [True, False, False]
    assert hand.marked_no_face(hits, 3).tolist() == [False, False, False]
    assert hand.marked_no_face(np.zeros((0, 4)), 1.5).shape == (0,)


@pytest.mark.parametrize(
    ("area", "place", "says"),
    [
        ({}, "cover 2", "either box, or path"),
        ({"box": [0, 0, 1, 1], "path": []}, "cover 2", "either box, or path"),
        ({"box": [0, 0, 1]}, "cover 2: box", "four numbers"),
        ({"box": [0, 0, 1, "1"]}, "cover 2: box", "four numbers"),
        ({"box": [0, 0, True, 1]}, "cover 2: box", "four numbers"),
        ({"box": [0, 0, 1e7, 1]}, "cover 2: box", "four numbers"),
        ({"box": [0, 0, 10**400, 1]}, "cover 2: box", "four numbers"),
        ({"box": [5, 0, 5, 1]}, "cover 2: box", "no area"),
        ({"box": [0, 0, 1, 1], "page": 0}, "cover 2: page", "whole number"),
        ({"box": [0, 0, 1, 1], "page": 1.0}, "cover 2: page", "whole number"),
        ({"box": [0, 0, 1, 1], "page": 1, "from": 2}, "cover 2: page", "no time"),
        ({"box": [0, 0, 1, 1], "from": -1}, "cover 2: from", "seconds"),
        ({"box": [0, 0, 1, 1], "from": 3, "to": 2}, "cover 2: to", "ends before"),
        ({"box": [0, 0, 1, 1], "note": 5}, "cover 2: note", "text"),
        ({"pages": 2}, "cover 2: pages", "did you mean page?"),
        ({"path": []}, "cover 2: path", "expected a list"),
        ({"path": [{"at": 0}]}, "cover 2: path 1: box", "missing"),
        ({"path": [{"at": 0, "box": [0, 0, 1, 1]}] * 2}, "cover 2: path 2: at", "not later"),
        ({"path": [{"at": 0, "box": [0, 0, 1, 1]}], "to": 4}, "cover 2: path", "own times"),
        ([], "cover 2", "expected an object"),
    ],
)
def test_a_wrong_box_is_named(area: object, place: str, says: str) -> None:
    with pytest.raises(InputError) as refused:
        read(cover=[{"box": [0, 0, 1, 1]}, area])
    assert refused.value.where == f"a.mp4.boxes.json: {place}"
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 200_000, "not JSON"),
        (b'{"format": NaN}', "NaN is not a number"),
        (b'{"format": 1, "format": 2}', "format occurs twice"),
        (b"[]", "expected an object"),
        (b"{}", 'expected "contrechamp/boxes-1"'),
        (b'{"format": "contrechamp/boxes-2"}', 'expected "contrechamp/boxes-1"'),
        (b'{"format": "contrechamp/boxes-1", "cover": {}}', "expected a list"),
        (b'{"format": "contrechamp/boxes-1", "size": [0, 1]}', "[width, height]"),
        (b'{"format": "contrechamp/boxes-1", "boxes": []}', "unknown field"),
        (b" " * (sidecar.MAX_BYTES + 1), "holds more than"),
    ],
)
def test_what_is_no_sidecar_is_refused(content: bytes, says: str) -> None:
    with pytest.raises(InputError) as refused:
        sidecar.parse_sidecar(content, "x.boxes.json")
    assert refused.value.where.startswith("x.boxes.json")
    assert says in str(refused.value)


@given(st.binary(max_size=200) | st.from_type(type(None)).map(lambda _none: b'{"format":'))
def test_any_bytes_give_one_clear_error(content: bytes) -> None:
    with pytest.raises(InputError):
        sidecar.parse_sidecar(content, "x")


def test_too_many_boxes_and_keyframes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sidecar, "MAX_BOXES", 2)
    monkeypatch.setattr(sidecar, "MAX_KEYFRAMES", 3)
    with pytest.raises(InputError, match="more than 2 boxes"):
        read(cover=[{"box": [0, 0, 1, 1]}] * 3)
    path = [{"at": at, "box": [0, 0, 1, 1]} for at in range(2)]
    with pytest.raises(InputError, match="more than 3 keyframes"):
        read(cover=[{"path": path}] * 2)


def test_boxes_that_do_not_suit_the_file_are_refused() -> None:
    timed = read(cover=[{"box": [0, 0, 1, 1], "from": 1}])
    paged = read(cover=[{"box": [0, 0, 1, 1], "page": 3}], size=[640, 480])
    with pytest.raises(InputError, match="cover 1: an image has no time"):
        timed.check_picture(640, 480)
    with pytest.raises(InputError, match="cover 1: a page has no time"):
        timed.check_document(3)
    with pytest.raises(InputError, match="cover 1: a video has no page"):
        paged.check_video(640, 480)
    with pytest.raises(InputError, match="last page is 2"):
        paged.check_document(2)
    paged.check_document(3)
    timed.check_video(1, 1)
    with pytest.raises(
        InputError, match="drawn on 640 x 480 px, but the upright picture has 480 x 640"
    ):
        read(size=[640, 480]).check_picture(480, 640)


def test_the_reference_names_every_field_and_its_example_is_one() -> None:
    page = (Path(__file__).parents[2] / "docs/reference/boxes-sidecar.md").read_text()
    known = {*sidecar._FIELDS, *sidecar._BOX_FIELDS, *sidecar._KEYFRAME_FIELDS}
    assert known <= set(re.findall(r"`(\w+)`", page))
    assert known >= set(VALIDATOR.schema["properties"])
    [example] = re.findall(r"```json\n(.*?)```", page, re.S)
    hand = sidecar.parse_sidecar(example.encode(), "example")
    VALIDATOR.validate(hand.to_json())
    assert (len(hand.cover), len(hand.leave)) == (3, 1)


def test_files_in_a_file_have_boxes_of_their_own() -> None:
    inner = {"cover": [{"box": [1, 2, 3, 4]}], "size": [9, 9]}
    hand = read(parts={"a.zip": {"parts": {"b.jpg": inner}}, "c.pdf": {"leave": []}})
    VALIDATOR.validate(hand.to_json())
    part = hand.parts["a.zip"].parts["b.jpg"]
    assert part.boxes().tolist() == [[1, 2, 3, 4]]
    assert part.size == (9, 9)
    again = sidecar.from_json(hand.parts["a.zip"].to_json(), "again")
    assert again.parts["b.jpg"].boxes().tolist() == [[1, 2, 3, 4]]
    hand.check_parts(["a.zip", "c.pdf", "d"])
    with pytest.raises(InputError, match=r"parts: a\.zip: there is no such file in it.*c\.pdf"):
        hand.check_parts(["c.pdf"])
    with pytest.raises(InputError, match="cover 1: it holds other files"):
        read(cover=[{"box": [1, 2, 3, 4]}]).check_parts([])
    with pytest.raises(InputError, match="leave out parts"):
        hand.need_no_parts()


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ([], "parts: expected an object"),
        ({"a": []}, "parts: a: expected an object"),
        ({"a": {"format": sidecar.FORMAT}}, "parts: a: format: unknown field"),
        ({"a": {"cover": [{"box": [1, 2, 1, 4]}]}}, "parts: a: cover 1: box: has no area"),
        ({str(n): {} for n in range(sidecar.MAX_PARTS + 1)}, "more than 1,000 files"),
    ],
    ids=["list", "no object", "format", "no area", "many"],
)
def test_boxes_of_parts_that_are_none_are_named(parts: object, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read(parts=parts)


def test_a_sidecar_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = sidecar.sidecar_of(tmp_path / "photo.jpg")
    with pytest.raises(InputError, match=r"photo\.jpg\.boxes\.json: cannot be read"):
        sidecar.read_sidecar(path)
    path.write_text('{"format": "contrechamp/boxes-1"}', encoding="utf-8")
    assert sidecar.read_sidecar(path).cover == ()
