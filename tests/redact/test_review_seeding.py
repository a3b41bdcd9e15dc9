"""Covers that are hidden from a reviewer measure what they miss, and touch no copy."""

import hashlib
import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from contrechamp.base.i18n import activate
from contrechamp.redact import masking
from contrechamp.redact.made import Made
from contrechamp.redact.masking import Settings, mask_files
from contrechamp.redact.outcome import Covered, Look, Outcome
from contrechamp.redact.request import Request
from contrechamp.redact.review.page.folder_bench import FolderBench
from contrechamp.redact.review.page.pictures import Pictures, Seen
from contrechamp.redact.review.page.seeding import LEAST_COPIES, LEAST_SEEDS, Seeds, chosen
from contrechamp.redact.sources import gather
from publish.axe import violations
from publish.browser import KEYS, Page, chromium
from redact.copies import picture
from redact.review_pages import shown, text, wait

FACE = (10.0, 10.0, 40.0, 50.0)


def made(*covered: Covered, kind: str = "image", looks: tuple[Look, ...] = ()) -> Made:
    return Made("a", "JPEG", Request(), Outcome(kind, covered=covered, looks=looks))  # type: ignore[arg-type]


def copies(count: int, one: Made) -> dict[str, Made]:
    return {f"{number}": one for number in range(count)}


def test_few_copies_hide_nothing_and_many_hide_one_in_eight() -> None:
    one = made(Covered("face", FACE))
    assert not chosen(copies(LEAST_COPIES - 1, one)).boxes
    assert len(chosen(copies(LEAST_COPIES, one)).boxes) == LEAST_SEEDS
    assert len(chosen(copies(80, one)).boxes) == 10
    drawn = [chosen(copies(80, one), lambda below: below - 1).boxes for _again in range(2)]
    assert drawn[0] == drawn[1] == {f"{number}": FACE for number in sorted(drawn[0])}


@pytest.mark.parametrize(
    "one",
    [
        made(),
        made(Covered("face", (10, 10, 30, 30))),
        made(Covered("word", FACE)),
        made(Covered("hand", FACE)),
        made(Covered("face", FACE), Covered("face", (30, 30, 90, 90))),
        made(Covered("face", FACE), looks=(Look("small-face", "SAMPLE", 3, (12, 12, 20, 20)),)),
        made(Covered("face", FACE), kind="video"),
    ],
)
def test_only_a_cover_that_stands_alone_and_is_large_is_hidden(one: Made) -> None:
    assert not chosen(copies(50, one)).boxes


def test_what_was_missed_is_told_with_its_interval_and_hidden_no_longer() -> None:
    seeds = Seeds({f"{number}": FACE for number in range(10)})
    assert seeds.box_of("3") == FACE
    told = seeds.tell({f"{number}": [(9.0, 9.0, 41.0, 51.0)] for number in range(10)})
    # None of ten was missed: the rate p for which that happens one time in twenty, (1 - p)^10.
    assert (told["found"], told["shown"], told["low"]) == (10, 10, 0.0)
    assert told["high"] == pytest.approx(1 - 0.05 ** (1 / 10))
    assert seeds.box_of("3") is None
    half = Seeds({"a": FACE, "b": FACE}).tell({"a": [(10.0, 10.0, 40.0, 29.0)]})
    assert [one["found"] for one in half["places"]] == [False, False]  # not half of the face
    assert half["high"] == 1.0
    assert half["low"] == pytest.approx(0.05 ** (1 / 2))


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    monkeypatch.setitem(masking.MASKERS, "image", "redact.small_maskers:paints")
    for letter in "nb":
        monkeypatch.setitem(KEYS, letter, (f"Key{letter.upper()}", ord(letter.upper()), letter))
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).write_bytes(picture(".jpg"))
    mask_files(gather([tmp_path / "a.jpg", tmp_path / "b.jpg"]).files, tmp_path / "out", Settings())
    activate("en")
    yield tmp_path / "out"
    activate("en")


def test_a_cover_is_lifted_in_what_is_shown_and_in_nothing_else(out: Path, tmp_path: Path) -> None:
    seen = Seen("image-001.jpg", "copy")

    def pixel(pictures: Pictures) -> tuple[int, ...]:
        with Image.open(BytesIO(pictures.jpeg(seen, 0, 500, None))) as image:
            return image.convert("RGB").getpixel((20, 20))  # type: ignore[return-value]

    before = (out / "masked/image-001.jpg").read_bytes()
    with Pictures(FolderBench(out), tmp_path) as pictures:
        assert pixel(pictures)[2] > 200  # covered
        pictures.forget(seen.key)
        pictures.seeds = Seeds({"image-001.jpg": (8.0, 8.0, 40.0, 40.0)})
        assert pixel(pictures)[0] > 150  # as the original is
        assert pixel(pictures)[2] < 100
        pictures.seeds.tell({})
        pictures.forget(seen.key)
        assert pixel(pictures)[2] > 200
    assert (out / "masked/image-001.jpg").read_bytes() == before


@pytest.mark.slow
def test_the_reviewer_is_told_how_many_hidden_covers_they_found(out: Path, tmp_path: Path) -> None:
    digests = {one: hashlib.sha256(one.read_bytes()).digest() for one in (out / "masked").iterdir()}
    box = (8.0, 8.0, 40.0, 40.0)
    seeds = Seeds({"image-001.jpg": box, "image-002.jpg": box})
    with chromium(tmp_path / "profile") as page:
        found(page, out, seeds)
    assert {one: hashlib.sha256(one.read_bytes()).digest() for one in digests} == digests


def found(page: Page, out: Path, seeds: Seeds) -> None:
    with shown(page, FolderBench(out), seeds=seeds):
        wait(page, "!document.getElementById('seeded').hidden")
        assert "hidden from you: 2" in text(page, "seeded")
        wait(page, "document.querySelector('#all image') !== null")
        assert page.evaluate("document.querySelectorAll('#all .face').length") == 0
        while page.evaluate("!document.getElementById('ask').hidden"):
            first = text(page, "name").startswith("image-001")
            whole = text(page, "message").startswith("Look at the whole")
            if first and whole:  # this one is seen, and a box drawn over it
                draw(page, (10, 10), (38, 38))
            page.press("n")
        wait(page, "document.getElementById('seeded').textContent.startsWith('Of 2 faces')")
        assert "you marked 1." in text(page, "seeded")
        assert page.evaluate("document.getElementById('again').hidden")  # nothing to correct
        assert violations(page) == []
        page.evaluate("document.getElementById('sign').click()")
        wait(page, "document.getElementById('said').textContent.includes('Nobody has signed them')")
        assert page.complaints == []
    for copy in ("image-001.jpg", "image-002.jpg"):
        kept = json.loads((out / "review" / f"{copy}.review.json").read_text())
        assert kept["hidden"] == {"shown": 2, "marked": 1}


def draw(page: Page, begin: tuple[int, int], end: tuple[int, int]) -> None:
    """Draw a box on the whole picture by mouse, in its pixels."""
    x, y, scale = page.evaluate(
        "(() => { const m = document.getElementById('all').getScreenCTM();"
        "return [m.e, m.f, m.a]; })()"
    )
    places = [(x + scale * one[0], y + scale * one[1]) for one in (begin, end, end)]
    kinds = ("mousePressed", "mouseMoved", "mouseReleased")
    for kind, (at_x, at_y) in zip(kinds, places, strict=True):
        page.call(
            *("Input.dispatchMouseEvent",), type=kind, x=at_x, y=at_y, button="left", clickCount=1
        )
    wait(page, "document.getElementById('boxes').textContent.includes('file: 1')")
