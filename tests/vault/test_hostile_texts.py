"""Files made to do harm to whoever reads their text: each ends within bounds, and is told."""

import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import replace

import pytest
from PIL import Image

from contrechamp.base.errors import InputError
from contrechamp.cell.reading import opened_cell
from contrechamp.vault.texts import packed, reading
from contrechamp.vault.texts.in_cell.bounds import PART_LETTERS
from contrechamp.vault.texts.in_cell.kinds import HEAD, kind_of
from contrechamp.vault.texts.in_cell.read import parts
from contrechamp.vault.texts.reading import BOUNDS, Ocr
from vault.text_files import mail, mailbox, pdf, saved, zipped


def read(content: bytes, name: str, **less: int) -> tuple[int, str]:
    """Return the letters of a file, and what is lacking; read here, where nothing is confined."""
    kind = kind_of(content[:HEAD], name)
    letters, lacks = 0, ""
    for part in parts(io.BytesIO(content), kind=kind, bounds={**BOUNDS, "pictures": 0, **less}):
        if isinstance(part, dict):
            letters += len(part.get("text", ""))
            lacks = part.get("lacks", lacks)
    return letters, lacks


def nested(levels: int) -> bytes:
    content = b"SAMPLE"
    for level in range(levels):
        content = zipped({f"{level}.zip" if level else "a.txt": content})
    return content


def claims(name: str, size: int) -> bytes:
    """Return an archive of zeros."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(name, "w") as part,
    ):
        for _megabyte in range(size >> 20):
            part.write(b"a" * (1 << 20))
    return target.getvalue()


BIG = 3 << 20
FILES: Mapping[str, tuple[bytes, str, dict[str, int], str]] = {
    "a zip of zips": (nested(8), "a.zip", {}, "deep"),
    "a bomb of zeros": (claims("a.txt", 80 << 20), "a.zip", {}, "large"),
    "many bombs": (zipped({f"{n}.txt": b"a" * BIG for n in range(9)}), "a.zip",
                   {"unpacked": 10 << 20}, "long"),
    "a million parts": (zipped({f"{n}.txt": b"SAMPLE" for n in range(3000)}), "a.zip",
                        {"files": 1000}, "long"),
    "more text than is taken": (b"SAMPLE words\n" * 100_000, "a.txt", {"letters": 50_000}, "long"),
    "a million mails": (mailbox(mail("SAMPLE")) * 3000, "a.mbox", {"files": 1000}, "long"),
    "a mail in a mail": (b"Content-Type: message/rfc822\n\n" * 500 + mail("SAMPLE"), "a.eml", {},
                         "deep"),
    "a million tags": (b"<html>" + b"<div><b>" * 100_000 + b"SAMPLE", "a.html", {}, ""),
    "a tag without an end": (b"<html><p " + b"a=1 " * 100_000, "a.html", {}, ""),
    "deep json": (b"[" * 200_000, "a.json", {}, ""),
    "entities": (zipped({"mimetype": b"", "content.xml":
                         b'<!DOCTYPE x [<!ENTITY a "SAMPLE"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">'
                         b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;">]><office:text xmlns:office="urn:'
                         b'oasis:names:tc:opendocument:xmlns:office:1.0">&c;&c;</office:text>'}),
                 "a.odt", {}, ""),
    "deep xml": (zipped({"word/document.xml": b"<p>" * 100_000 + b"SAMPLE" + b"</p>" * 100_000}),
                 "a.docx", {}, ""),
    "a picture of billions of pixels": (
        saved(Image.new("1", (1, 1))).replace(
            b"\x00\x00\x00\x01\x00\x00\x00\x01", b"\x00\x01\x86\xa0\x00\x01\x86\xa0"),
        "a.png", {}, "damaged"),
    "a cut pdf": (pdf("SAMPLE")[:300], "a.pdf", {}, ""),
    "no pdf": (b"%PDF-1.7\n" + b"1 0 obj <<" * 1000, "a.pdf", {}, ""),
    "deep rtf": (b"{\\rtf1" + b"{" * 100_000 + b"SAMPLE", "a.rtf", {}, "deep"),
    "a capture of a bomb": (zlib.compress(b"WARC/1.0\r\n" + b"a" * (40 << 20), wbits=31),
                            "a.warc.gz", {"unpacked": 1 << 20}, "long"),
    "no length": (b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: x\r\n\r\n", "a.warc", {},
                  "damaged"),
    "halves of letters": ("SAMPLE \ud800 words".encode("utf-16", "surrogatepass"), "a.txt", {}, ""),
}  # fmt: skip


@pytest.mark.parametrize("what", FILES)
def test_a_hostile_file_ends_within_bounds_and_is_told(what: str) -> None:
    content, name, less, lacks = FILES[what]
    letters, told = read(content, name, **less)
    assert letters <= BOUNDS["letters"]
    assert told == lacks or (not lacks and told in ("", "damaged"))


class Says:
    """A child that was taken over: it says what it likes."""

    read_unconfined = False

    def __init__(self, *said: object) -> None:
        self.said = said

    def read(self, *_given: object, **_more: object):
        yield from self.said

    def close(self) -> None:
        """Do nothing."""


@pytest.mark.parametrize(
    "said",
    [
        {"at": [], "text": "a\ud800"},
        {"at": [], "text": "a" * (PART_LETTERS + 1)},
        {"at": [], "text": ""},
        {"at": [["page", 1]], "text": "a"},
        {"at": [["script", "1"]], "text": "a"},
        {"at": [["page", "1"]] * 60, "text": "a"},
        {"at": [], "picture": 1 << 40},
        {"at": [], "picture": 10},
        {"lacks": "anything"},
        {"text": "a"},
        b"bytes",
        None,
    ],
)
def test_what_a_child_says_is_checked(said: object) -> None:
    first = {"at": [], "text": "SAMPLE"}
    ocr = Ocr(None, 0.0)
    found = reading.text_of(io.BytesIO(b""), "pdf", Says(first, said), ocr)
    assert (found.lacks, [one.text for one in found.parts]) == ("nonsense", ["SAMPLE"])


def test_more_than_is_taken_of_an_item_is_not_taken_of_a_child() -> None:
    part = {"at": [], "text": "a" * PART_LETTERS}
    many = BOUNDS["letters"] // PART_LETTERS
    found = reading.text_of(io.BytesIO(b""), "pdf", Says(*[part] * (many + 5)), Ocr(None, 0.0))
    assert (found.lacks, len(found.parts)) == ("nonsense", many)


@pytest.mark.slow
def test_what_was_read_before_a_reader_was_stopped_is_kept() -> None:
    """A page that draws itself again and again, behind one that is read."""
    limits = replace(reading.LIMITS, process=replace(reading.LIMITS.process, cpu_s=2, wall_s=6.0))
    many = mailbox(mail("SAMPLE words " * 2000)) * 300
    slow = zipped({"a.mbox": many, "b.json": json.dumps([["a"] * 9] * 900_000).encode()})
    with opened_cell(limits) as cell:
        found = reading.text_of(io.BytesIO(slow * 1), "zip", cell, Ocr(None, 0.0))
    assert found.parts
    assert found.lacks in ("time", "long", "memory")


def test_a_text_that_somebody_with_the_key_made_is_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(packed, "_MOST", 1 << 20)
    good = packed.packed([packed.TextPart((("page", "1"),), "SAMPLE")])
    assert packed.unpacked(good)[0].text == "SAMPLE"
    bombs = [
        bytes(16) + zlib.compress(b" " * (2 << 20)),
        bytes(16) + zlib.compress(b'[[[], "a", 1]]'),
        bytes(16) + zlib.compress(b'{"a": 1}'),
        good[:-4],
        b"",
    ]
    for bomb in bombs:
        with pytest.raises(InputError):
            packed.unpacked(bomb)
