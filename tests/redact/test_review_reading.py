"""Copies without pictures of their own are read on the page; all can use every state of it."""

import io
import zipfile
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from docx import Document

from contrechamp.base.i18n import activate
from contrechamp.cell import libreoffice
from contrechamp.redact import masking
from contrechamp.redact.masking import Settings, mask_files
from contrechamp.redact.request import Request
from contrechamp.redact.review.page.folder_bench import FolderBench
from contrechamp.redact.review.page.pictures import Pictures, Seen
from contrechamp.redact.sources import gather
from publish.axe import violations
from publish.browser import KEYS, Page, chromium
from redact.copies import media, picture
from redact.review_pages import answer_all, shown, text, wait

REQUEST = Request(words=("Ada Sample",), strip_only=True)
CHAT = "12/05/2023, 10:12 - Ada Sample: <b>SAMPLE</b>\n12/05/2023, 10:13 - Ibis: SAMPLE\n"


#: Whether what a place is about has come: its picture, its text or its list of files.
SHOWN = """!document.querySelector('.views').hidden
    || document.getElementById('read-text').textContent
    || document.getElementById('read-picture').naturalWidth
    || document.getElementById('read-part').options.length > 1"""


def play_to_its_end(page: Page) -> None:
    still = text(page, "play")
    page.press("p")
    while page.evaluate("(({value, max}) => value <= max - 0.1)(document.getElementById('at'))"):
        reached = page.evaluate("document.getElementById('at').value")
        wait(page, f"document.getElementById('at').value !== '{reached}'")
    wait(page, f"document.getElementById('play').textContent === '{still}'")


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for letter in "npus":
        monkeypatch.setitem(KEYS, letter, (f"Key{letter.upper()}", ord(letter.upper()), letter))
    monkeypatch.setitem(KEYS, ".", ("Period", 190, "."))
    activate("en")
    yield
    activate("en")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with chromium(tmp_path_factory.mktemp("profile")) as page:
        yield page


def letter() -> bytes:
    document = Document()
    document.add_paragraph("By Ada Sample, SAMPLE of a letter")
    document.add_page_break()
    document.add_paragraph("SAMPLE of its second page")
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def mail() -> bytes:
    message = EmailMessage()
    message["From"], message["Subject"] = "Ada Sample <ada@sample.example>", "SAMPLE"
    message.set_content("Ada Sample wrote: SAMPLE of a message")
    message.add_alternative("<p>SAMPLE of a <b>page</b></p>", subtype="html")
    message.add_attachment(picture(".png"), "image", "png", filename="a.png")
    return message.as_bytes()


def archive() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as out:
        out.writestr("a.txt", CHAT)
        out.writestr("b.jpg", picture(".jpg"))
        out.writestr("c.docx", letter())
    return content.getvalue()


SOURCES = {
    "a.txt": CHAT.encode,
    "a.docx": letter,
    "a.eml": mail,
    "a.zip": archive,
    "a.mp4": lambda: media("mp4", "mpeg4", None),
    "a.jpg": lambda: picture(".jpg"),
}


def bench_of(folder: Path, *names: str) -> FolderBench:
    for name in names:
        (folder / name).write_bytes(SOURCES[name]())
    run = mask_files(gather([folder / n for n in names]).files, folder / "out", Settings(REQUEST))
    assert not run.unmasked, [str(one.error) for one in run.unmasked]
    return FolderBench(folder / "out", REQUEST)


@pytest.mark.slow
def test_what_there_is_to_see_of_each_kind(tmp_path: Path) -> None:
    bench = bench_of(tmp_path, "a.txt", "a.docx", "a.eml", "a.zip")
    by_kind = {bench.made(key).outcome.kind: key for key in bench.copies()}
    with Pictures(bench, tmp_path) as pictures:
        chat = pictures.look(Seen(by_kind["text"], "copy"))
        assert chat["text"] == CHAT.replace("Ada Sample", "█████")
        assert "Ada Sample" in pictures.look(Seen(by_kind["text"], "source"))["text"]
        paper = pictures.look(Seen(by_kind["office"], "copy"))
        assert (paper["shows"], paper["pages"]) == ("picture", 2)
        assert pictures.jpeg(Seen(by_kind["office"], "copy"), 2, 400, None).startswith(b"\xff\xd8")
        message = pictures.look(Seen(by_kind["mail"], "copy"))
        assert message["text"].startswith("From: █████")
        assert "█████ wrote: SAMPLE of a message" in message["text"]
        assert "SAMPLE of a page" in message["text"]
        assert [name.partition(".")[2] for name in message["parts"]] == ["png"]
        within = pictures.look(Seen(by_kind["archive"], "copy"))
        assert len(within["parts"]) == 3
        shows = {
            name.partition(".")[2]: pictures.look(Seen(by_kind["archive"], "copy", number))["shows"]
            for number, name in enumerate(within["parts"])
        }
        assert shows == {"txt": "text", "jpg": "picture", "docx": "picture"}
        with pytest.raises(Exception, match="no such file in it"):
            pictures.look(Seen(by_kind["archive"], "copy", 7))


@pytest.mark.slow
def test_without_libreoffice_the_text_of_an_office_file_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = bench_of(tmp_path, "a.docx")
    monkeypatch.setattr(libreoffice, "installed", lambda: None)
    [key] = bench.copies()
    with Pictures(bench, tmp_path) as pictures:
        seen = pictures.look(Seen(key, "copy"))
    assert seen["shows"] == "text"
    assert "By █████, SAMPLE of a letter" in seen["text"].splitlines()


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_state_of_the_page_can_be_used_by_all(
    browser: Page, tmp_path: Path, language: str
) -> None:
    page = browser
    bench = bench_of(tmp_path, "a.txt", "a.docx", "a.eml", "a.zip", "a.mp4", "a.jpg")
    activate(language)
    found: dict[str, list[str]] = {}
    with shown(page, bench):
        while page.evaluate("!document.getElementById('ask').hidden"):
            name = text(page, "name")
            if name not in found:
                wait(page, SHOWN)
                found[name] = violations(page)
                page.press("u")
                found[f"{name}, asked why"] = violations(page)
                page.press("Escape")
                page.evaluate("document.activeElement.blur(); 1")
                if page.evaluate("!document.getElementById('moving').hidden"):
                    play_to_its_end(page)
            page.press("n")
        found["the end"] = violations(page)
        page.evaluate("document.querySelector('details').open = true; 1")
        found["the keys"] = violations(page)
    for sheet in sorted((tmp_path / "out/review").glob("*.html")):
        page.open(sheet)
        found[sheet.name] = violations(page)
    assert len(found) == 2 * len(bench.copies()) + 2 + len(bench.copies()) + 1
    assert {name: rules for name, rules in found.items() if rules} == {}


@pytest.mark.slow
def test_a_text_and_the_files_of_an_archive_are_read_on_the_page(
    browser: Page, tmp_path: Path
) -> None:
    page, bench = browser, bench_of(tmp_path, "a.zip")
    with shown(page, bench, width=390):
        wait(page, "document.getElementById('read-part').options.length === 4")
        for number in range(3):
            page.evaluate(
                "(() => { const one = document.getElementById('read-part');"
                f"one.value = '{number}'; one.dispatchEvent(new Event('change')); }})()"
            )
            wait(
                page,
                "document.getElementById('read-text').textContent.includes('SAMPLE') || "
                "document.getElementById('read-picture').naturalWidth > 0",
            )
            assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.press("s")
        assert page.complaints == []
        answer_all(page)


@pytest.mark.slow
def test_a_video_is_played_to_its_end_before_it_counts_as_watched(
    browser: Page, tmp_path: Path
) -> None:
    page, bench = browser, bench_of(tmp_path, "a.mp4")
    with shown(page, bench):
        while page.evaluate("!document.getElementById('ask').hidden"):
            if not page.evaluate(
                "document.getElementById('message').textContent.startsWith('Look at')"
            ):
                page.press("n")
                continue
            page.press("Enter")
            assert "Not all of" in text(page, "said")
            play_to_its_end(page)
            page.press("Enter")
        page.evaluate("document.getElementById('sign').click()")
        wait(page, "document.getElementById('said').textContent.includes('Nobody has signed them')")
        assert page.complaints == []
    assert bench.is_reviewed(bench.copies()[0])


@pytest.mark.slow
def test_the_sheet_of_an_archive_shows_the_files_in_it_with_their_places(
    browser: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    monkeypatch.setitem(masking.MASKERS, "image", "redact.small_maskers:paints")
    (tmp_path / "a.zip").write_bytes(archive())
    run = mask_files(gather([tmp_path / "a.zip"]).files, tmp_path / "out", Settings())
    [one] = run.masked
    boxes = [look.part for look in one.outcome.looks if look.box]
    assert boxes == ["image-001.jpg"]
    assert {hit.part for hit in one.outcome.covered} == {"image-001.jpg"}
    assert one.thumb
    page = browser
    page.open(one.sheet)
    shown_there = page.evaluate(
        "[...document.querySelectorAll('#picture ~ div figure')].map((one) => "
        "[one.querySelector('figcaption').innerText.trim(), "
        "one.querySelectorAll('rect.look').length, "
        "one.querySelector('img').naturalWidth])"
    )
    assert [(name, looks > 0, width) for name, looks, width in shown_there] == [
        ("image-001.jpg", True, 64)
    ]
    assert violations(page) == []
    with shown(page, FolderBench(tmp_path / "out")):
        for _place in range(20):
            if "image-001.jpg" in text(page, "message"):
                break
            page.press("n")
        wait(page, "document.getElementById('read-picture').naturalWidth > 0")
        chosen = "document.getElementById('read-part').selectedOptions[0].textContent"
        assert page.evaluate(chosen) == "image-001.jpg"
