"""``show --open``: what a browser gets of an item, and that the disk gets nothing."""

import io
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from cli.commands import CaseRun, one_line
from contrechamp.vault.looking.looking import Looked
from contrechamp.vault.looking.png import png_of
from local_page.sample import Answer, Served, ask, enter
from vault.text_files import drawn, pdf, saved

Look = Callable[..., list[Answer]]


@pytest.fixture
def look(case: CaseRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Look:
    """Add a file, open it, and return what a browser gets of it; the browser is a thread."""

    def of(name: str, content: bytes, *paths: str) -> list[Answer]:
        (tmp_path / name).write_bytes(content)
        item = f"item/{case('add', tmp_path / name).out.split()[0]}"
        answers: list[Answer] = []

        def browse(address: str) -> None:
            page = Served(address)
            place, cookie = enter(page)
            answers.extend(ask(page, place + path, Cookie=cookie) for path in paths)
            ask(page, f"{place}end", Cookie=cookie)

        def show(address: str) -> bool:
            threading.Thread(target=browse, args=(address,), daemon=True).start()
            return True

        monkeypatch.setattr("contrechamp.cli.item_page.show", show)
        before = {file for file in tmp_path.rglob("*") if file.is_file()}
        done = case("show", item, "--open")
        assert (done.status, done.out) == (0, ""), done
        assert {file for file in tmp_path.rglob("*") if file.is_file()} == before
        return answers

    return of


def picture(answer: Answer) -> Image.Image:
    assert (answer.status, answer.headers["content-type"]) == (200, "image/png")
    return Image.open(io.BytesIO(answer.body)).convert("RGB")


def test_pages_of_a_pdf_are_drawn_one_by_one(look: Look) -> None:
    first, second, pixels, beyond = look(
        "a.pdf", pdf("SAMPLE cover", "SAMPLE inside"), "", "2", "2.png", "3"
    )
    assert b"1 of 2" in first.body
    assert b'<a href="2">Next</a>' in first.body
    assert b"<title>contrechamp</title>" in first.body
    assert b"SAMPLE" not in first.body
    assert b'<img src="2.png"' in second.body
    page = picture(pixels)
    assert page.getpixel((2, 2)) == (255, 255, 255)
    dark = sum(1 for value in page.convert("L").tobytes() if value < 100)
    assert 100 < dark < 20_000  # words, and no more
    assert b"Not all of it can be shown" in beyond.body


@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF", "GIF", "BMP", "WEBP"])
def test_a_picture_is_drawn_anew(look: Look, form: str) -> None:
    content = drawn("SAMPLE gate", form=form)
    _page, pixels = look(f"a.{form.lower()}", content, "", "1.png")
    shown = picture(pixels)
    assert shown.size == (1400, 300)
    assert pixels.body != content
    original = Image.open(io.BytesIO(content)).convert("RGB")
    assert shown.tobytes() == original.tobytes() or form == "JPEG"


def test_a_photo_is_turned_and_says_nothing_of_itself(look: Look) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "SAMPLE secret place"
    image = Image.new("RGB", (400, 200), (200, 10, 10))
    (pixels,) = look("a.jpg", saved(image, "JPEG", exif=exif), "1.png")
    assert picture(pixels).size == (200, 400)
    assert b"SAMPLE" not in pixels.body


def test_text_is_shown_with_its_direction_and_never_as_markup(look: Look) -> None:
    text = "SAMPLE <script>alert(1)</script>\nكاميرا عند البوابة\n"
    (page,) = look("a.txt", text.encode(), "")
    shown = page.body.decode()
    assert '<p dir="auto">SAMPLE &lt;script&gt;alert(1)&lt;/script&gt;</p>' in shown
    assert '<p dir="auto">كاميرا عند البوابة</p>' in shown
    (web,) = look(
        "a.html", b"<html><body><p>SAMPLE page</p><script>evil()</script></body></html>", ""
    )
    assert b"SAMPLE page" in web.body
    assert b"evil" not in web.body


def test_what_is_locked_or_damaged_is_said(look: Look) -> None:
    (locked,) = look("a.pdf", pdf("SAMPLE", password="x"), "")
    assert b"locked with a password" in locked.body
    (damaged, nothing) = look("b.png", drawn("SAMPLE")[:60], "", "1.png")
    assert b"damaged" in damaged.body
    assert nothing.status == 404


def test_paths_that_are_none_are_not_found(look: Look) -> None:
    answers = look("a.txt", b"SAMPLE words", "0", "2", "x", "1.png", "1/2", "9999999", "style.css")
    assert [answer.status for answer in answers] == [404, 404, 404, 404, 404, 404, 200]


def test_what_cannot_be_shown_is_said_at_once(case: CaseRun, tmp_path: Path, source: str) -> None:
    (tmp_path / "a.bin").write_bytes(b"\0\1\2")
    item = f"item/{case('add', tmp_path / 'a.bin').out.split()[0]}"
    one_line(case("show", item, "--open"), "cannot be shown; contrechamp export hands it out")
    one_line(case("show", source, "--open"), "--open is for items")
    one_line(case("show", "--open"), "--open is for items")


def test_ctrl_c_closes_the_page(
    case: CaseRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.txt").write_text("SAMPLE words")
    item = f"item/{case('add', tmp_path / 'a.txt').out.split()[0]}"

    def interrupted(address: str) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr("contrechamp.cli.item_page.show", interrupted)
    done = case("show", item, "--open")
    assert (done.status, done.out, done.err) == (0, "", "")


def test_without_a_browser_the_address_is_printed(
    case: CaseRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.txt").write_text("SAMPLE words")
    item = f"item/{case('add', tmp_path / 'a.txt').out.split()[0]}"
    monkeypatch.setattr("contrechamp.cli.item_page.IDLE_S", 1)
    done = case("show", item, "--open", "--no-browser")
    assert done.status == 0
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/open/[0-9a-f]{64}\n", done.out)


@pytest.mark.parametrize(
    "answers",
    [
        [],
        [{"pages": 1, "width": 2, "height": 1}, b"12345"],
        [{"pages": 1, "width": 2, "height": 1}, b"123456", b"7"],
        [{"pages": 1, "width": 1, "height": 1}, "abc"],
        [{"pages": 0, "width": 1, "height": 1}, b"123"],
        [{"pages": 1, "width": 10**6, "height": 10**6}],
        [{"pages": True, "width": -1, "height": 1}],
        [{"lacks": "<script>"}],
        [b"PNG"],
        [None],
    ],
)
def test_what_a_reader_that_was_taken_over_sends_is_refused(answers: list[Any]) -> None:
    class Taken:
        read_unconfined = False

        def read(self, *_given: object, **_more: object) -> Iterator[Any]:
            yield from answers

        def close(self) -> None: ...

    looked = Looked("pdf", "application/pdf", io.BytesIO(), Taken(), Taken())
    assert looked.drawn(0) == (0, b"", "nonsense")


def test_a_picture_is_written_as_it_was_drawn() -> None:
    pixels = bytes(range(3 * 4 * 5))
    image = Image.open(io.BytesIO(png_of(5, 4, pixels)))
    assert (image.size, image.mode, image.tobytes()) == ((5, 4), "RGB", pixels)
