"""One run of the command with the real maskers: every kind of file, each with something planted."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import openpyxl
import pytest
from PIL import Image

from redact import papers
from redact.copies import media

pytestmark = pytest.mark.slow

#: What must not come out, wherever it was put in.
NAME = "Amina Planted"
AREA = [8, 8, 24, 24]
#: Grace Hopper, official portrait, public domain; shipped with matplotlib.
PORTRAIT = Path(matplotlib.get_data_path()) / "sample_data/grace_hopper.jpg"


def portrait(path: Path) -> None:
    exif = Image.Exif()
    exif[0x013B] = NAME
    exif.get_ifd(0x8825).update({1: "N", 2: (1.0, 2.0, 3.0)})
    with Image.open(PORTRAIT) as image:
        image.save(path, exif=exif, comment=NAME.encode())


def boxes(path: Path, **more: object) -> None:
    area = {"box": AREA, **more}
    sidecar = path.with_name(f"{path.name}.boxes.json")
    sidecar.write_text(json.dumps({"format": "contrechamp/boxes-1", "cover": [area]}))


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Run the command once on a folder of everything; return what it told, and where."""
    folder = tmp_path_factory.mktemp("everything")
    source = folder / f"of {NAME}"
    source.mkdir()
    portrait(source / "a.jpg")
    boxes(source / "a.jpg")
    film = media("mp4", "libx264", "aac", {"title": NAME})
    (source / "b.mov").write_bytes(film)
    boxes(source / "b.mov", **{"from": 0, "to": 5})
    (source / "c.m4a").write_bytes(media("ipod", None, "aac", {"artist": NAME}))
    papers.saved(papers.everything_planted(NAME), source / "d.pdf")
    book = openpyxl.Workbook()
    book.active["A1"] = f"written by {NAME}"
    book.properties.creator = NAME
    book.save(source / "e.xlsx")
    (source / "f.xml").write_text(f"<?xml version='1.0'?><a>{NAME}</a>")
    (folder / "words").write_text(NAME)
    before = {path: path.read_bytes() for path in source.iterdir()}
    options = ["--words-file", str(folder / "words"), "--sound", "alter", "--json"]
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "contrechamp",
            "mask",
            str(source),
            "-o",
            str(folder / "out"),
            *options,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr  # the XML is refused, and nothing else
    assert {path: path.read_bytes() for path in source.iterdir()} == before
    return {**json.loads(done.stdout), "out": folder / "out"}


def test_every_kind_has_its_copy_and_what_has_none_its_reason(told: dict[str, Any]) -> None:
    assert [one["copy"] for one in told["masked"]] == [
        "masked/image-001.jpg",
        "masked/video-002.mp4",
        "masked/sound-003.m4a",
        "masked/pdf-004.pdf",
        "masked/office-005.xlsx",
    ]
    [refused] = told["unmasked"]
    assert "f.xml: is XML" in refused["reason"]


def test_nothing_of_a_name_is_in_the_copies(told: dict[str, Any]) -> None:
    copies = list((told["out"] / "masked").iterdir())
    assert len(copies) == 5
    for copy in copies:
        for content in (
            copy.read_bytes(),
            papers.every_byte(copy) if copy.suffix == ".pdf" else b"",
        ):
            for word in NAME.split():
                assert word.encode() not in content, copy.name
                assert word.encode("utf-16-be") not in content, copy.name
    assert NAME not in "".join(
        str(cell.value)
        for row in openpyxl.load_workbook(copies[0].parent / "office-005.xlsx").active
        for cell in row
    )


def test_areas_drawn_by_hand_and_the_face_are_covered(told: dict[str, Any]) -> None:
    image, video, *_others = (one["outcome"] for one in told["masked"])
    assert {one["by"] for one in image["covered"]} == {"face", "hand"}
    pixels = np.asarray(Image.open(told["out"] / "masked/image-001.jpg"))
    for one in image["covered"]:
        left, top, right, bottom = (round(side) for side in one["box"])
        inside = pixels[top + 3 : bottom - 3, left + 3 : right - 3].reshape(-1, 3)
        assert np.ptp(inside.astype(int), axis=0).max() <= 4
    assert [(one["by"], one["frames"]) for one in video["covered"] if one["by"] == "hand"] == [
        ("hand", [0, 24])
    ]


def test_every_copy_passed_checks_of_its_masker_and_of_outside_readers(
    told: dict[str, Any],
) -> None:
    for one in told["masked"]:
        checks = one["outcome"]["checks"]
        assert all(check["passed"] for check in checks)
        named = " ".join(check["name"] for check in checks)
        assert "exiftool" in named
        assert ("ffprobe" in named) == (one["outcome"]["kind"] in ("video", "sound"))
        assert len(checks) >= 3


def test_every_copy_has_its_sheet(told: dict[str, Any]) -> None:
    index = (told["out"] / "review/index.html").read_text()
    for one in told["masked"]:
        sheet = told["out"] / one["sheet"]
        assert sheet.name in index
        assert "Look here first" in sheet.read_text()
