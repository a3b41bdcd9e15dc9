"""The page of a review as people use it: in Chromium, by keyboard and mouse; SAMPLE pictures."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import activate
from contrechamp.local_page.messages import Request as Asked
from contrechamp.redact import made, masking
from contrechamp.redact.masking import Settings, mask_files
from contrechamp.redact.request import Request
from contrechamp.redact.review.page.answering import Answering
from contrechamp.redact.review.page.folder_bench import FolderBench
from contrechamp.redact.review.page.pictures import Pictures, Seen
from contrechamp.redact.sources import gather
from publish.browser import KEYS, Page, chromium
from redact.copies import picture
from redact.review_pages import answer_all, shown, text, wait

LETTERS = {letter: (f"Key{letter.upper()}", ord(letter.upper()), letter) for letter in "nblszyuhki"}
MORE = {
    "Delete": ("Delete", 46, ""), "[": ("BracketLeft", 219, "["), "]": ("BracketRight", 221, "]"),
}  # fmt: skip


@pytest.fixture(autouse=True)
def painting(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    monkeypatch.setitem(masking.MASKERS, "image", "redact.small_maskers:paints")
    for name, key in (LETTERS | MORE).items():
        monkeypatch.setitem(KEYS, name, key)
    activate("en")
    yield
    activate("en")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A folder of two masked copies."""
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).write_bytes(picture(".jpg"))
    folder = tmp_path / "out"
    mask_files(gather([tmp_path / "a.jpg", tmp_path / "b.jpg"]).files, folder, Settings())
    return folder


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with chromium(tmp_path_factory.mktemp("profile")) as page:
        yield page


@pytest.mark.slow
def test_by_keyboard_alone_from_the_queue_to_answers_that_hold(browser: Page, out: Path) -> None:
    page, bench = browser, FolderBench(out)
    with shown(page, bench):
        assert "Still to be looked at: 6 of 6" in text(page, "left")
        assert text(page, "message").startswith("look here first: A face <b>perhaps</b>")
        before = hashlib.sha256((out / "masked/image-001.jpg").read_bytes()).digest()
        page.press("Enter")  # it is not covered: it is now, and the next place of the file comes
        assert text(page, "message") == "Small"
        page.press("n")
        assert answer_all(page) == 4
        assert text(page, "again") == "Make the corrected copies again: 2"
        assert page.evaluate("document.getElementById('sign').hidden")
        page.evaluate("document.getElementById('again').click()")
        wait(page, "document.getElementById('said').textContent.startsWith('Made again')")
        assert answer_all(page) == 2  # both whole copies: all else is as it was
        page.evaluate("document.getElementById('sign').click()")
        wait(page, "document.getElementById('said').textContent.includes('Nobody has signed them')")
        assert page.complaints == []
        assert all(one.startswith("http://127.0.0.1:") for one in page.requests)
    told = json.loads((out / "review/run.json").read_text())["masked"]
    assert {one["copy"]: len(one["outcome"]["covered"]) for one in told} == {
        "masked/image-001.jpg": 2, "masked/image-002.jpg": 2,
    }  # fmt: skip
    assert [one["source"].rpartition("/")[2] for one in told] == ["a.jpg", "b.jpg"]
    index = (out / "review/index.html").read_text()
    assert index.count("2 areas covered") == 2
    assert index.count("data:image/jpeg;base64,") == 2
    assert "<h1>image-002.jpg</h1>" in (out / "review/image-002.jpg.html").read_text()
    copy = out / "masked/image-001.jpg"
    assert hashlib.sha256(copy.read_bytes()).digest() != before
    with Image.open(copy) as image:  # in the middle of the place that was left uncovered
        assert image.convert("RGB").getpixel((55, 15))[2] > 200
    kept = json.loads((out / "review/image-001.jpg.review.json").read_text())
    assert [(one["look"], one["answer"]) for one in kept["looks"]] == [
        (0, "covered"), (1, "covered"), (2, "nothing"),
    ]  # fmt: skip
    again = FolderBench(out)
    assert [again.is_reviewed(key) for key in again.copies()] == [True, True]
    assert again.made("image-001.jpg").request.hand is not None
    copy.write_bytes(copy.read_bytes() + b"\0")
    assert not FolderBench(out).is_reviewed("image-001.jpg")


@pytest.mark.slow
def test_boxes_are_drawn_moved_deleted_and_all_of_it_undone(browser: Page, out: Path) -> None:
    page = browser
    with shown(page, FolderBench(out)):
        place = page.evaluate(
            "(({x, y, width, height}) => [x, y, width, height])"
            "(document.getElementById('all').getBoundingClientRect())"
        )
        x, y, width, height = place
        for kind, share in (("mousePressed", 0.45), ("mouseMoved", 0.5), ("mouseReleased", 0.55)):
            page.call(
                "Input.dispatchMouseEvent", type=kind, x=x + share * width, y=y + share * height,
                button="left", clickCount=1,
            )  # fmt: skip
        wait(page, "document.getElementById('boxes').textContent.includes('file: 1; selected: 1')")
        drawn = page.evaluate("document.querySelector('#all .hand.selected').getAttribute('x')")
        page.press("ArrowRight")
        wait(
            page,
            f"document.querySelector('#all .hand.selected')?.getAttribute('x') > {float(drawn)}",
        )
        page.press("b")
        wait(page, "document.getElementById('boxes').textContent.includes('file: 2; selected: 2')")
        page.press("Delete")
        wait(page, "document.getElementById('boxes').textContent.includes('file: 1; selected: no')")
        for count in (2, 1, 1, 0):
            page.press("z")
            wait(page, f"document.getElementById('boxes').textContent.includes('file: {count}')")
        page.press("y")
        wait(page, "document.getElementById('boxes').textContent.includes('file: 1')")
        page.press("z")
        page.press("u")  # why it is left uncovered is asked
        page.evaluate("document.getElementById('why').value = 'SAMPLE'; 1")
        page.press("Enter")
        wait(page, "document.getElementById('message').textContent === 'Small'")
        page.press("z")
        wait(page, "document.getElementById('message').textContent.includes('perhaps')")
        assert page.complaints == []


@pytest.mark.slow
def test_one_frame_taken_away_never_ends_a_track(browser: Page, out: Path) -> None:
    page = browser
    with shown(page, FolderBench(out)):
        found = page.call(
            "Runtime.evaluate", awaitPromise=True, returnByValue=True, expression="""
            import('./boxes.js').then((boxes) => {
              const still = {box: [0, 0, 10, 10], from: 1, to: 5};
              const moving = boxes.placed(boxes.keyed(still, 3, 9), 3, [20, 0, 30, 10]);
              const times = (one) => one.path.map((key) => key.at);
              return {
                times: times(moving),
                half: boxes.rectAt(moving, 2, 'video'),
                outside: boxes.rectAt(moving, 5.5, 'video'),
                middle: times(boxes.withoutKey(moving, 3)),
                first: boxes.withoutKey(moving, 1).path[0],
                last: boxes.withoutKey(moving, 5).path.at(-1),
                only: boxes.withoutKey({path: [{at: 1, box: [0, 0, 1, 1]}]}, 1).path.length,
                longer: times(boxes.to(moving, 8)),
                from: times(boxes.from(moving, 2)),
                page: boxes.rectAt({box: [0, 0, 1, 1], page: 2}, 1, 'pdf'),
              };
            })""",
        )["result"]["value"]  # fmt: skip
    assert found["times"] == [1, 3, 5]
    assert found["half"] == [10, 0, 20, 10]
    assert found["outside"] is None
    assert found["middle"] == [1, 5]
    assert found["first"] == {"at": 1, "box": [20, 0, 30, 10]}
    assert found["last"] == {"at": 5, "box": [20, 0, 30, 10]}
    assert found["only"] == 1
    assert found["longer"] == [1, 3, 5, 8]
    assert found["from"] == [2, 3, 5]
    assert found["page"] is None


@pytest.mark.slow
def test_what_no_box_lies_on_is_answered_by_what_is_told_of_it(
    browser: Page, tmp_path: Path
) -> None:
    page, chat = browser, tmp_path / "chat.txt"
    chat.write_text("12/05/2023, 10:12 - Sample Heron: SAMPLE\n12/05/2023, 10:13 - Ibis: SAMPLE\n")
    mask_files(gather([chat]).files, tmp_path / "out", Settings(Request(words=("Sample Heron",))))
    with shown(page, FolderBench(tmp_path / "out")):
        assert "Ibis" in text(page, "message")
        assert page.evaluate("document.querySelector('.views').hidden")
        assert page.evaluate("document.querySelector('[data-do=draw]').offsetParent") is None
        page.press("n")  # the key that draws a box
        assert "Boxes of this file: 0" in text(page, "boxes")
        answer_all(page)
        assert page.evaluate("document.getElementById('again').hidden")
        assert not page.evaluate("document.getElementById('sign').hidden")


@pytest.mark.slow
@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("fr", "ltr"), ("ar", "rtl")])
def test_a_small_screen_shows_the_place_first_in_every_direction(
    browser: Page, out: Path, language: str, direction: str
) -> None:
    page = browser
    activate(language)
    with shown(page, FolderBench(out), width=390):
        assert page.evaluate("document.documentElement.dir") == direction
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        wait(page, "document.querySelector('#near .look') !== null")
        bottom = page.evaluate(
            "document.querySelector('#near .look').getBoundingClientRect().bottom"
        )
        assert bottom < 900
        unnamed = page.evaluate(
            "[...document.querySelectorAll('button, input')].filter((one) => one.offsetParent "
            "&& !(one.textContent.trim() || one.labels?.length)).length"
        )
        assert unnamed == 0
        small = page.evaluate(
            "[...document.querySelectorAll('button')].filter((one) => one.offsetParent "
            "&& one.getBoundingClientRect().height < 44).length"
        )
        assert small == 0


def test_pictures_are_made_anew_in_the_cell(out: Path, tmp_path: Path) -> None:
    copy = Seen("image-001.jpg", "copy")
    with Pictures(FolderBench(out), tmp_path) as pictures:
        source = pictures.jpeg(Seen("image-001.jpg", "source"), 0, 500, None)
        near = pictures.jpeg(copy, 0, 200, (10, 10, 30, 30))
        width, height = pictures.size("image-001.jpg", 0)
        with pytest.raises(InputError, match="no such part"):
            pictures.jpeg(copy, 0, 200, (9000, 9000, 9001, 9001))
    assert source.startswith(b"\xff\xd8")
    assert source not in picture(".jpg")
    assert b"Exif" not in source
    with Image.open(out / "masked/image-001.jpg") as image:
        assert (width, height) == image.size
    from io import BytesIO

    with Image.open(BytesIO(near)) as image:
        assert max(image.size) <= 200
        assert image.convert("RGB").getpixel((5, 5))[2] > 200  # painted over


def test_what_is_not_there_is_not_answered(out: Path, tmp_path: Path) -> None:
    bench = FolderBench(out)
    with Pictures(bench, tmp_path) as pictures:
        answer = Answering(bench, pictures)
        for request in (
            Asked("GET", "picture.jpg", {"file": "none.jpg", "what": "copy"}),
            Asked("GET", "picture.jpg", {"file": "image-001.jpg", "what": "other"}),
            Asked("GET", "picture.jpg", {"file": "image-001.jpg", "what": "copy", "at": "x"}),
            Asked("GET", "picture.jpg", {"file": "image-001.jpg", "what": "copy", "side": "9999"}),
            Asked("GET", "picture.jpg", {"file": "image-001.jpg", "what": "copy", "part": "-1"}),
            Asked("GET", "look.json", {"file": "none.jpg", "what": "copy"}),
            Asked("GET", "look.json", {"file": "image-001.jpg", "what": "copy", "part": "x"}),
            Asked("GET", "other"),
            Asked("POST", "queue.json"),
            Asked("POST", "again", body=b'{"file": "none.jpg", "boxes": {}}'),
        ):
            assert answer(request).status == 404, request
        with pytest.raises(InputError, match="in braces"):
            answer(Asked("POST", "again", body=b"[]"))
        bad = {"file": "image-001.jpg", "boxes": {"cover": [{"box": [1, 1, 1, 1]}]}}
        with pytest.raises(InputError, match="cover 1"):
            answer(Asked("POST", "again", body=json.dumps(bad).encode()))


def test_words_are_not_kept_and_are_asked_for_again(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(picture(".jpg"))
    folder = tmp_path / "out"
    settings = Settings(Request(words=("Madeup",)))
    mask_files(gather([tmp_path / "a.jpg"]).files, folder, settings)
    sidecar = (folder / "review/image-001.jpg.mask").read_bytes()
    assert made.unpacked(sidecar, "a").request.words == ("",)
    boxes = b'{"format": "contrechamp/boxes-1", "cover": [{"box": [1, 1, 9, 9]}]}'
    with pytest.raises(InputError, match="give them with --words-file"):
        FolderBench(folder).again("image-001.jpg", boxes)
    again = FolderBench(folder, Request(words=("Madeup",)))
    assert again.again("image-001.jpg", boxes) == "image-001.jpg"
    assert len(again.made("image-001.jpg").outcome.covered) == 2
    assert sorted(one.name for one in folder.iterdir()) == ["masked", "review"]
