"""The review sheets: what a person must look at, told without a script and without the source."""

import base64
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from PIL import Image

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import activate
from contrechamp.cell.confinement import REQUIRED
from contrechamp.redact import masking
from contrechamp.redact.faces.known_recall import BLIND_BELOW_PX, MEASURED
from contrechamp.redact.kind_by_content import kind_of
from contrechamp.redact.masking import Settings, mask_files
from contrechamp.redact.outcome import Check, Covered, Kind, Look, Outcome
from contrechamp.redact.request import Request
from contrechamp.redact.review import sheets
from contrechamp.redact.review.sheets import Sheet, Thumbnail
from contrechamp.redact.run import Masked, Run, Unmasked
from contrechamp.redact.sources import gather
from publish.browser import Page, chromium
from redact.copies import MEDIA, media, picture
from redact.small_maskers import BOX, COLOUR

EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)>" + "ä" * 180 + ".jpg"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with chromium(tmp_path_factory.mktemp("chromium")) as opened:
        yield opened


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    yield
    activate("en")


def small_picture(moment: float | None) -> Thumbnail:
    content = io.BytesIO()
    Image.new("RGB", (320, 180), (90, 120, 90)).save(content, "JPEG")
    jpeg = base64.b64encode(content.getvalue()).decode()
    return Thumbnail(jpeg, 1920, 1080, moment)


def sheet_of(kind: Kind, tmp_path: Path) -> Sheet:
    """Return a sheet with something in every part."""
    moments = {"video": (1.0, 83.25), "pdf": (1, 2), "image": (None,)}.get(kind, ())
    at: dict[str, object] = {"video": {"seconds": 83.25}, "pdf": {"page": 2}}.get(kind, {})  # type: ignore[assignment]
    source = tmp_path / "source"
    source.write_bytes(picture(".jpg"))
    outcome = Outcome(
        kind,
        width=1920,
        height=1080,
        frames=2500,
        duration_s=100.0,
        pages=3 if kind == "pdf" else None,
        covered=(
            Covered("face", (100, 100, 300, 300), frames=(3, 90), score=0.93, **at),  # type: ignore[arg-type]
            Covered("hand", (500, 500, 600, 600), **at),  # type: ignore[arg-type]
            Covered("word"),
        ),
        looks=(
            Look("small-face", "Last: " + EVIL, 3, **at),  # type: ignore[arg-type]
            Look("track-began-inside", "First of all", 1, (900, 100, 990, 200), **at, score=0.11),  # type: ignore[arg-type]
            Look("cut", "Second", 2),
        ),
        checks=(Check("covered pixels constant", True, "3 areas"),),
        removed=("EXIF", EVIL),
        blind_below_px=11.5,
        facts={"Label": EVIL},
    )
    return Sheet(
        f"{kind}-001",
        EVIL,
        kind_of(source, "source"),
        Request(words=("a",), cover_at=0.125),
        outcome,
        ("limits", "files", "network"),
        ("exiftool",),
        tuple(small_picture(moment) for moment in moments),
    )


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
@pytest.mark.parametrize("kind", get_args(Kind))
def test_a_sheet_asks_nothing_of_the_network_and_fits_every_window(
    page: Page, tmp_path: Path, kind: Kind, language: str
) -> None:
    activate(language)
    path = sheets.write_sheet(sheet_of(kind, tmp_path), tmp_path)
    for width in (1280, 390):
        page.open(path, width=width)
        assert page.complaints == []
        assert [url for url in page.requests if not url.startswith("data:")] == [path.as_uri()]
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.querySelectorAll('script, [onerror], [style]').length") == 0
        assert page.evaluate("[...document.images].every(i => i.naturalWidth > 0)")
    assert page.evaluate("document.dir") == ("rtl" if language == "ar" else "ltr")
    assert page.evaluate("document.body.innerText").count("<script>alert(1)") >= 4


def test_what_is_urgent_comes_first_with_its_picture(page: Page, tmp_path: Path) -> None:
    page.open(sheets.write_sheet(sheet_of("video", tmp_path), tmp_path))
    looks = "[...document.querySelectorAll('.looks li')]"
    first, second, last = page.evaluate(f"{looks}.map(l => l.innerText)")
    assert " ".join(first.split()) == "1:23.2 First of all score 0.11"
    assert (second.strip(), last.startswith("1:23.2 Last")) == ("Second", True)
    assert page.evaluate(f"{looks}.map(l => l.querySelectorAll('img').length)") == [1, 0, 1]


def test_outlines_lie_where_the_boxes_are(page: Page, tmp_path: Path) -> None:
    page.open(sheets.write_sheet(sheet_of("image", tmp_path), tmp_path))
    drawn = page.evaluate(
        "(() => {const i = document.querySelector('figure img').getBoundingClientRect();"
        "return [...document.querySelectorAll('figure rect:not(.under)')].map(r => {"
        "const b = r.getBoundingClientRect(), s = 1920 / i.width;"
        "return [b.left - i.left, b.top - i.top, b.right - i.left, b.bottom - i.top]"
        ".map(x => Math.round(x * s))})})()"
    )
    expected = [[100, 100, 300, 300], [500, 500, 600, 600], [900, 100, 990, 200]]
    assert np.abs(np.array(drawn) - expected).max() <= 20  # the line has a width


def test_the_sheet_of_an_image_tells_what_was_measured_by_size(tmp_path: Path) -> None:
    sheet = sheet_of("image", tmp_path)
    less_close = replace(sheet, outcome=replace(sheet.outcome, blind_below_px=2 * BLIND_BELOW_PX))
    told = sheets.write_sheet(less_close, tmp_path).read_text()
    for one in MEASURED:
        assert f"<td>{2 * one.low_px:.0f} " in told  # half as close: faces twice as high
        assert f">{100 * one.found:.1f} %<" in told
    by_hand = replace(sheet, request=Request(boxes_only=True))
    assert "Faces measured" not in sheets.write_sheet(by_hand, tmp_path).read_text()
    assert (
        "Faces measured"
        not in sheets.write_sheet(sheet_of("video", tmp_path), tmp_path).read_text()
    )


def test_a_sheet_can_be_printed(page: Page, tmp_path: Path) -> None:
    page.open(sheets.write_sheet(sheet_of("video", tmp_path), tmp_path))
    assert page.paper().startswith(b"%PDF")


@pytest.mark.parametrize("kind", get_args(Kind))
def test_nothing_is_called_safe(tmp_path: Path, kind: Kind) -> None:
    for language, words in {
        "en": r"\b(safe|secure|anonymi[sz]ed|guarantee)",
        "fr": r"(sans danger|en sécurité|anonymisé|garanti)",
    }.items():
        activate(language)
        text = sheets.write_sheet(sheet_of(kind, tmp_path), tmp_path).read_text()
        assert not re.search(words, re.sub(r"<style>.*?</style>", "", text, flags=re.S), re.I)


def test_the_index_tells_every_file_and_leads_to_its_sheet(page: Page, tmp_path: Path) -> None:
    outcome = Outcome("image", covered=(Covered("hand"),), looks=(Look("a", "b", 1),))
    run = Run(
        tmp_path,
        [
            Masked(
                EVIL,
                tmp_path / "masked/image-001.jpg",
                tmp_path / "image-001.jpg.html",
                outcome,
                REQUIRED,
                "JPEG",
                Request(),
            )
        ],
        [Unmasked("b", InputError("is <b>damaged</b>", where="b"))],
        [".hidden: hidden, left out"],
    )
    (tmp_path / "image-001.jpg.html").write_text("<title>The sheet</title>")
    sheets.write_index(run, tmp_path)
    for width in (1280, 390):
        page.open(tmp_path / sheets.INDEX, width=width)
        assert page.complaints == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    text = page.evaluate("document.body.innerText")
    assert "b: is <b>damaged</b>" in text
    assert ".hidden: hidden, left out" in text
    assert page.evaluate("document.querySelector('.queue a').href").endswith("/image-001.jpg.html")
    assert page.evaluate("document.querySelector('.queue a').innerText") == "image-001.jpg"


def test_a_sheet_shows_pixels_of_the_copy_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    monkeypatch.setitem(masking.MASKERS, "image", "redact.small_maskers:paints")
    source = tmp_path / "a.png"
    source.write_bytes(picture(".png"))
    run = mask_files(gather([source]).files, tmp_path / "out", Settings())
    sheet = run.masked[0].sheet.read_text()
    shown = [
        base64.b64decode(jpeg) for jpeg in re.findall(r"data:image/jpeg;base64,([\w+/=]+)", sheet)
    ]
    assert len(shown) == 1
    pixels = np.asarray(Image.open(io.BytesIO(shown[0])))[BOX[1] : BOX[3], BOX[0] : BOX[2]]
    assert np.abs(pixels[4:-4, 4:-4].astype(int) - COLOUR).max() < 60  # JPEG; the source is red
    assert "A face &lt;b&gt;perhaps&lt;/b&gt;" in sheet


@pytest.mark.slow
def test_pictures_of_a_video_are_those_of_the_moments_asked_for(tmp_path: Path) -> None:
    from contrechamp.base.progress import silent
    from contrechamp.redact.review.pictures import take

    path = tmp_path / "copy.mp4"
    path.write_bytes(media("mp4", "libx264", None, **MEDIA[".mp4"][3]))
    taken = take(path, path, Request(), silent, kind="video", moments=[0.5, 0.0, 99.0])
    assert [one["moment"] for one in taken] == [0.0, 0.5, 99.0]
    assert {(one["width"], one["height"]) for one in taken} == {(64, 48)}
