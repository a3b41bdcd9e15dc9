"""Files of old kinds and drawings are converted in the cell, masked, and told of; nothing stays."""

import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pymupdf
import pytest
from pptx import Presentation

from contrechamp.base import memory_files
from contrechamp.cell import libreoffice
from contrechamp.cell.limits import GIB, ProcessLimits
from contrechamp.cell.running import Cell, Room
from contrechamp.redact import kinds
from contrechamp.redact.converting import as_file
from contrechamp.redact.masking import Settings, mask_files
from contrechamp.redact.request import Request
from contrechamp.redact.run import Run
from contrechamp.redact.sources import gather

RICH = rb"{\rtf1\ansi{\info{\author Ada Sample}}By Ada Sample, {\b SAMPLE} of a letter\par}"
SVG = """<svg xmlns="http://www.w3.org/2000/svg" width="300" height="100">
<metadata>Ada Sample</metadata><script>Ada()</script><!-- Ada -->
<text x="10" y="40" font-size="20">Ada Sample, SAMPLE of a plan</text>
<image href="https://sample.example/pixel.png" width="9" height="9"/>
<text x="10" y="80" display="none">unseen</text></svg>"""


def masked(folder: Path, content: bytes) -> Run:
    source = folder / "source"
    source.write_bytes(content)
    asked = Settings(Request(words=("Ada Sample",), strip_only=True))
    return mask_files(gather([source]).files, folder / "out", asked)


def made_old(folder: Path, content: bytes, name: str, suffix: str) -> bytes:
    """Return what LibreOffice makes of a file, in the cell as well."""
    programs = libreoffice.installed()
    assert programs is not None
    (folder / name).write_bytes(content)
    workshop = folder / "workshop"
    workshop.mkdir()
    limits = ProcessLimits(4 * GIB, 60, GIB, 60, 60)
    room = Room(
        *(limits, "en", (folder / name,), workshop),
        libraries=libreoffice.libraries(programs),
        scratch=True,
    )
    said = {"programs": str(programs), "source": str(folder / name), "name": name,
            "target": str(workshop / f"old{suffix}"), "workshop": str(workshop)}  # fmt: skip
    with Cell(room, name) as cell:
        cell.call(libreoffice.FUNCTION, said)
    return (workshop / f"old{suffix}").read_bytes()


def table(folder: Path) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["Ada Sample", "SAMPLE street 1"])
    book.save(folder / "made.xlsx")
    return (folder / "made.xlsx").read_bytes()


def slides(folder: Path) -> bytes:
    show = Presentation()
    slide = show.slides.add_slide(show.slide_layouts[5])
    slide.shapes.title.text = "Ada Sample, SAMPLE of slides"
    show.save(str(folder / "made.pptx"))
    return (folder / "made.pptx").read_bytes()


@pytest.fixture(autouse=True)
def memory(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give the test a folder in memory of its own."""
    with tempfile.TemporaryDirectory(dir=memory_files.memory_folder()) as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield Path(folder)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "suffix", "format_name", "copy"),
    [
        ("a.rtf", ".rtf", "RTF", ".docx"),
        ("a.rtf", ".doc", "DOC", ".docx"),
        ("a.xlsx", ".xls", "XLS", ".xlsx"),
        ("a.pptx", ".ppt", "PPT", ".pptx"),
    ],
)
def test_old_office_files_are_masked_as_new_ones(
    tmp_path: Path, memory: Path, name: str, suffix: str, format_name: str, copy: str
) -> None:
    made = {"a.rtf": lambda _folder: RICH, "a.xlsx": table, "a.pptx": slides}
    given = made[name](tmp_path)
    old = given if name.endswith(suffix) else made_old(tmp_path, given, name, suffix)
    run = masked(tmp_path, old)
    assert not run.unmasked, [str(one.error) for one in run.unmasked]
    [one] = run.masked
    assert (one.format, one.copy.suffix) == (format_name, copy)
    with zipfile.ZipFile(one.copy) as package:
        inside = b"".join(package.read(part) for part in package.namelist())
    assert "█████".encode() in inside
    assert b"SAMPLE" in inside
    assert b"Ada" not in inside
    [look] = [look for look in one.outcome.looks if look.code == "converted"]
    assert format_name in look.message
    assert not list(memory.iterdir())


@pytest.mark.slow
def test_what_an_old_file_holds_beside_its_text_is_told(tmp_path: Path, memory: Path) -> None:
    content = rb"{\rtf1 SAMPLE{\*\annotation Ada}{\object\objemb{\*\objdata 00}}\par}"
    [one] = masked(tmp_path, content).masked
    [look] = [look for look in one.outcome.looks if look.code == "held"]
    assert "comments: 1; embedded objects: 1" in look.message


def test_without_libreoffice_it_is_said_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(libreoffice, "installed", lambda: None)
    [one] = masked(tmp_path, RICH).unmasked
    assert "RTF" in str(one.error)
    assert "apt install libreoffice-writer" in str(one.error)
    assert "DOCX" in str(one.error)


@pytest.mark.slow
def test_what_libreoffice_cannot_read_is_refused(tmp_path: Path, memory: Path) -> None:
    source = tmp_path / "a.ppt"
    source.write_bytes(b"no slides at all" * 40)
    with (
        pytest.raises(Exception, match="LibreOffice"),
        as_file(source, kinds.PPT, ".pptx", "a.ppt"),
    ):
        raise AssertionError
    assert not list(memory.iterdir())


@pytest.mark.slow
def test_libreoffice_reaches_nothing_outside_of_its_workshop(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("of the user")
    link = tmp_path.joinpath("secret.txt").as_uri()
    # A field that takes in the text of another file, as letters do from a common head.
    content = rb"{\rtf1 SAMPLE {\field{\*\fldinst INCLUDETEXT " + link.encode() + rb"}}\par}"
    run = masked(tmp_path, content)
    [one] = run.masked
    with zipfile.ZipFile(one.copy) as package:
        inside = b"".join(package.read(part) for part in package.namelist())
    assert b"of the user" not in inside


def test_a_drawing_becomes_a_page_without_what_only_programs_read(tmp_path: Path) -> None:
    run = masked(tmp_path, SVG.encode())
    assert not run.unmasked, [str(one.error) for one in run.unmasked]
    [one] = run.masked
    assert (one.format, one.copy.suffix, one.outcome.kind) == ("SVG", ".pdf", "pdf")
    with pymupdf.open(one.copy) as pages:
        text = pages[0].get_text()
        assert (pages[0].rect.width, pages[0].rect.height) == (300, 100)
    assert "SAMPLE of a plan" in text
    assert "unseen" in text  # better shown than hidden: words are looked for in it
    assert "Ada" not in text
    lost = " ".join(look.message for look in one.outcome.looks if look.code == "not-drawn")
    assert "script (1)" in lost
    assert "pictures in other files (1)" in lost


@pytest.mark.parametrize(
    "content",
    [
        "<svg xmlns='http://www.w3.org/2000/svg'><text>SAMPLE",
        "<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;'>]>"
        "<svg xmlns='http://www.w3.org/2000/svg'><text>&b;</text>",
        "<html2><svg/></html2>",
    ],
)
def test_a_damaged_drawing_is_refused(tmp_path: Path, content: str) -> None:
    [one] = masked(tmp_path, content.encode()).unmasked
    assert "damaged SVG" in str(one.error)
