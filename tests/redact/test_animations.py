"""Masked moving pictures: every frame covered, nothing of the old file but pixels."""

import io
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from contrechamp.base.errors import InputError
from contrechamp.base.progress import silent
from contrechamp.redact.checks import copies
from contrechamp.redact.faces.boxes import as_boxes
from contrechamp.redact.faces.hits import Hits
from contrechamp.redact.kind_by_content import kind_of
from contrechamp.redact.outcome import Outcome
from contrechamp.redact.pictures import animations, frames, masking
from contrechamp.redact.request import Request
from contrechamp.redact.sidecar import HandBoxes, parse_sidecar

MARK = b"SAMPLE-MARK-7f3a"
SUFFIXES = {"GIF": ".gif", "PNG": ".png", "WEBP": ".webp"}
RED, PLAIN = (230, 20, 20), (90, 140, 110)
PLACE = (32, 24, 56, 56)


def film(coded: str, shown: list[bool], lasts_ms: int = 100, **more: object) -> bytes:
    """Return frames of which some show a red patch, the face of `FindsRed`."""
    made = []
    for number, red in enumerate(shown):
        image = Image.new("RGB", (96, 80), PLAIN)
        image.putpixel((95, 79), (number, number, number))
        if red:
            image.paste(RED, PLACE)
        made.append(image)
    content = io.BytesIO()
    options: dict[str, object] = {"lossless": True} if coded == "WEBP" else {}
    made[0].save(
        content,
        coded,
        save_all=True,
        append_images=made[1:],
        duration=lasts_ms,
        loop=0,
        **{**options, **more},
    )
    return content.getvalue()


class FindsRed:
    """Finds red areas, exactly."""

    name = "red"

    def __init__(self, threads: int = 0) -> None:
        pass

    def __call__(self, rgb: np.ndarray, report_at: float) -> Hits:
        red = (rgb[..., 0] > 200) & (rgb[..., 1] < 60)
        if not red.any():
            return Hits(np.empty((0, 4)), np.empty(0))
        rows, columns = np.nonzero(red)
        box = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        return Hits(as_boxes([box]), np.array([0.9]))


@pytest.fixture
def finds_red(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contrechamp.redact.faces.centerface.loaded", FindsRed)


def masked(
    folder: Path, content: bytes, request: Request | None = None
) -> tuple[Outcome, list[np.ndarray]]:
    source = folder / "source"
    source.write_bytes(content)
    target = folder / f"masked{kind_of(source, 'source').suffix}"
    outcome = animations.mask_animation(source, target, request or Request(), silent)
    assert all(check.passed for check in outcome.checks), outcome.checks
    checks, _absent = copies.check_file(target, "image")
    assert all(check.passed for check in checks), checks
    return outcome, list(frames.read_back(target))


def reds(shown: list[np.ndarray]) -> int:
    return sum(int(((one[..., 0] > 200) & (one[..., 1] < 60)).sum()) for one in shown)


@pytest.mark.usefixtures("finds_red")
@pytest.mark.parametrize("coded", SUFFIXES)
def test_a_face_is_covered_in_its_frames_and_where_it_may_have_been_missed(
    tmp_path: Path, coded: str
) -> None:
    shown = [False] * 12 + [True] * 3 + [False] * 12
    outcome, written = masked(tmp_path, film(coded, shown))
    assert reds(written) == 0
    assert len(written) == 27
    black = [number for number, one in enumerate(written) if one[40, 44].max() == 0]
    assert black == list(range(5, 22))  # 0.7 s before and after
    [face] = outcome.covered
    assert (face.by, face.frames, face.seconds) == ("face", (5, 21), 1.2)
    assert (outcome.frames, outcome.duration_s) == (27, 2.7)
    # What is not near a face stays as it was.
    assert np.abs(written[0][5, 5].astype(int) - PLAIN).max() <= 8


@pytest.mark.usefixtures("finds_red")
def test_at_least_two_frames_on_either_side_are_covered_however_long_they_last(
    tmp_path: Path,
) -> None:
    shown = [number == 4 for number in range(9)]
    _outcome, written = masked(tmp_path, film("GIF", shown, lasts_ms=2000))
    assert [one[40, 44].max() == 0 for one in written] == [2 <= n <= 6 for n in range(9)]


@pytest.mark.usefixtures("finds_red")
@pytest.mark.parametrize("style", ["fill", "noise"])
@pytest.mark.parametrize("coded", SUFFIXES)
def test_every_style_covers_every_kind(tmp_path: Path, coded: str, style: str) -> None:
    _outcome, written = masked(tmp_path, film(coded, [True] * 3), Request(style=style))  # type: ignore[arg-type]
    assert reds(written) == 0


def hand(box: str) -> HandBoxes:
    text = f'{{"format": "contrechamp/boxes-1", "cover": [{box}]}}'
    return parse_sidecar(text.encode(), "sidecar")


@pytest.mark.parametrize("coded", SUFFIXES)
def test_boxes_by_hand_come_and_go(tmp_path: Path, coded: str) -> None:
    asked = Request(hand=hand('{"box": [8, 8, 24, 24], "from": 0.35, "to": 0.55}'), boxes_only=True)
    outcome, written = masked(tmp_path, film(coded, [False] * 9), asked)
    assert [one[16, 16].max() == 0 for one in written] == [3 <= n <= 5 for n in range(9)]
    assert outcome.looks[0].code == "not-searched"


def planted(coded: str) -> bytes:
    """Return a moving picture with a mark in every place that its writer offers."""
    if coded == "GIF":
        content = film(coded, [True, False], comment=MARK)
        private = b"!\xff\x0bXMP DataXMP" + bytes((len(MARK),)) + MARK + b"\0"
        text = b"!\x01\x0c" + bytes(12) + bytes((len(MARK),)) + MARK + b"\0"
        at = 13 + (3 << ((content[10] & 7) + 1))
        return content[:at] + private + text + content[at:] + MARK
    if coded == "PNG":
        text = PngImagePlugin.PngInfo()
        text.add_text("Author", MARK.decode())
        text.add_itxt("XML:com.adobe.xmp", MARK.decode())
        return film(coded, [True, False], pnginfo=text) + MARK
    exif = Image.Exif()
    exif[0x010E] = MARK.decode()
    content = film(coded, [True, False], exif=exif.tobytes(), xmp=MARK)
    more = b"MARK" + struct.pack("<I", len(MARK)) + MARK
    return content[:4] + struct.pack("<I", len(content) + len(more) - 8) + content[8:] + more


@pytest.mark.parametrize("coded", SUFFIXES)
def test_nothing_of_the_old_file_is_left(tmp_path: Path, coded: str) -> None:
    content = planted(coded)
    assert MARK in content
    outcome, _written = masked(tmp_path, content, Request(boxes_only=True))
    assert outcome.removed
    [copy] = tmp_path.glob("masked*")
    assert MARK not in copy.read_bytes()


def test_the_hidden_picture_of_an_apng_is_left_out(tmp_path: Path) -> None:
    content = io.BytesIO()
    made = [Image.new("RGB", (64, 48), colour) for colour in ("red", "green", "blue")]
    made[0].save(content, "PNG", save_all=True, default_image=True, append_images=made[1:])
    outcome, written = masked(tmp_path, content.getvalue(), Request(boxes_only=True))
    assert reds(written) == 0
    assert outcome.frames == 2
    assert "a picture that only old programs show" in outcome.removed


@pytest.mark.parametrize(
    "content",
    [
        b"GIF89a",
        film("GIF", [True, False])[:200],
        b"GIF89a" + struct.pack("<HH", 60_000, 60_000) + bytes(20),
        film("PNG", [True, False])[:-400],
        film("WEBP", [True, False])[:120],
    ],
)
def test_damaged_ones_are_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(InputError):
        masked(tmp_path, content, Request(boxes_only=True))


def test_a_frame_that_says_it_is_larger_than_the_film_is_refused(tmp_path: Path) -> None:
    content = bytearray(film("GIF", [True, False]))
    at = content.rindex(b",\0\0") if b",\0\0" in content else content.rindex(b",")
    content[at + 5 : at + 9] = struct.pack("<HH", 60_000, 60_000)
    with pytest.raises(InputError):
        masked(tmp_path, bytes(content), Request(boxes_only=True))


def test_a_bomb_of_frames_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    content = io.BytesIO()
    made = [Image.new("P", (8000, 8000), number % 2) for number in range(4)]
    made[0].save(content, "GIF", save_all=True, append_images=made[1:])
    with pytest.raises(InputError, match="save it as a video"):
        masked(tmp_path, content.getvalue(), Request(boxes_only=True))


def test_a_bmp_becomes_a_png_without_what_lies_behind_it(tmp_path: Path) -> None:
    content = io.BytesIO()
    Image.new("RGB", (64, 48), PLAIN).save(content, "BMP")
    source = tmp_path / "photo.jpg"
    source.write_bytes(content.getvalue() + MARK)
    assert kind_of(source, "photo.jpg").suffix == ".png"
    outcome = masking.mask_image(source, tmp_path / "masked.png", Request(boxes_only=True), silent)
    assert "data after the picture" in outcome.removed
    assert MARK not in (tmp_path / "masked.png").read_bytes()


@settings(max_examples=40, deadline=None)
@given(
    pixels=st.lists(st.integers(0, 3), min_size=1, max_size=9),
    coded=st.sampled_from(sorted(SUFFIXES)),
    lasts_ms=st.sampled_from([10, 40, 300]),
)
def test_whatever_the_frames_are_they_read_back(
    tmp_path_factory: pytest.TempPathFactory, pixels: list[int], coded: str, lasts_ms: int
) -> None:
    made = [Image.new("RGB", (40, 33), (60 * one, 10, 200)) for one in pixels]
    content = io.BytesIO()
    made[0].save(content, coded, save_all=True, append_images=made[1:], duration=lasts_ms, loop=2)
    kind = kind_of_bytes(tmp_path_factory.mktemp("a") / "film", content.getvalue())
    if not kind.frames:
        return  # a picture of one frame is none that moves
    folder = tmp_path_factory.mktemp("film")
    outcome, written = masked(folder, content.getvalue(), Request(boxes_only=True))
    runs = [one for at, one in enumerate(pixels) if at == 0 or pixels[at - 1] != one]
    assert len(written) == len(runs)
    assert outcome.duration_s > 0


def kind_of_bytes(path: Path, content: bytes):  # type: ignore[no-untyped-def]
    path.write_bytes(content)
    return kind_of(path, "film")
