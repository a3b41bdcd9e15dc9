"""The text of items: taken whatever the format, found with its passage, gone with the item."""

import os
import shutil
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from PIL import Image

from contrechamp.base.search_words import query_of
from contrechamp.vault import adding, erasing
from contrechamp.vault.case import Case
from contrechamp.vault.texts import finding, taking
from contrechamp.vault.verifying import verify
from vault import cases
from vault.plain_pages import where
from vault.text_files import (
    captured,
    drawn,
    mail,
    mailbox,
    open_sheet,
    open_slides,
    open_text,
    pdf,
    saved,
    saved_page,
    scanned,
    slides,
    word,
    workbook,
    zipped,
)

WORDS = "SAMPLE of a caméra at the north gate"


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    cases.new(tmp_path / "case")
    with cases.opened(tmp_path / "case", write=True) as found:
        yield found


def add(case: Case, folder: Path, files: dict[str, bytes]) -> dict[str, str]:
    """Add files and take their texts; return the item of each."""
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    added = list(
        adding.add(case, [folder / name for name in files], now=lambda: cases.NOW,
                   random=os.urandom)
    )  # fmt: skip
    taking.take(case)
    return {one.path.name: f"item/{one.item}" for one in added if isinstance(one, adding.Added)}


def find(case: Case, words: str) -> list[finding.Found]:
    return finding.find(case, query_of(words), words)


def places(case: Case, words: str) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
    return [(one.name, one.passage.at) for one in find(case, words) if one.passage is not None]


def exif(words: str) -> Image.Exif:
    found = Image.Exif()
    found[270] = words.encode()
    return found


XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:description><rdf:Alt><rdf:li '
    f'xml:lang="x-default">{WORDS}</rdf:li></rdf:Alt></dc:description></rdf:Description>'
    "</rdf:RDF></x:xmpmeta>"
)
KML = (
    '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Placemark>'
    "<name>SAMPLE</name><description><![CDATA[<b>SAMPLE</b> of a <i>cam&eacute;ra</i> at the "
    'north gate]]></description><Style><ousel/></Style><Point id="4"/></Placemark></kml>'
)
GREY = Image.new("L", (90, 90), 128)
FORMATS = {
    "a.txt": (WORDS.encode(), ()),
    "of-windows.txt": (WORDS.encode("cp1252"), ()),
    "utf-16.csv": (WORDS.encode("utf-16"), ()),
    "a.json": (b'{"SAMPLE": ["SAMPLE of a cam\\u00e9ra at the north gate"]}', ()),
    "page.html": (b"<title>SAMPLE</title><p>SAMPLE <b>of</b> a cam&eacute;ra at the north gate"
                  b"<script>var ousel</script>", ()),
    "a.rtf": (rb"{\rtf1\ansi\ansicpg1252{\fonttbl ousel;}SAMPLE of a cam\'e9ra at the north gate}",
              ()),
    "a.pdf": (pdf("SAMPLE", WORDS), (("page", "2"),)),
    "a.docx": (word(WORDS), ()),
    "a.xlsx": (workbook(WORDS), (("sheet", "SAMPLE costs"),)),
    "a.pptx": (slides(WORDS), (("slide", "2"),)),
    "a.odt": (open_text(WORDS), ()),
    "a.ods": (open_sheet(WORDS), (("sheet", "SAMPLE sheet"),)),
    "a.odp": (open_slides(WORDS), (("slide", "2"),)),
    "a.eml": (mail(WORDS), ()),
    "attached.eml": (mail("SAMPLE", pdf("SAMPLE", WORDS), "plan.pdf"),
                     (("file", "plan.pdf"), ("page", "2"))),
    "page.mhtml": (saved_page(WORDS), ()),
    "a.mbox": (mailbox(mail("SAMPLE"), mail(WORDS)), (("message", "2"),)),
    "a.kml": (KML.encode(), ()),
    "a.kmz": (zipped({"doc.kml": KML.encode()}), (("file", "doc.kml"),)),
    "track.gpx": (f'<?xml version="1.0"?><gpx><wpt lat="1" lon="2"><name>{WORDS}</name></wpt></gpx>'
                  .encode(), ()),
    "a.osm": (f'<?xml version="1.0"?><osm><node id="1"><tag k="note" v="{WORDS}"/></node></osm>'
              .encode(), ()),
    "chat.zip": (zipped({"_chat.txt": f"01/05/2026, 12:00 - Sample: {WORDS}".encode(),
                         "photo.bin": b"\0\1\2"}), (("file", "_chat.txt"),)),
    "a.warc.gz": (captured(WORDS), (("address", "http://example.org/sample"),)),
    "a.wacz": (zipped({"archive/data.warc.gz": captured(WORDS)}),
               (("file", "archive/data.warc.gz"), ("address", "http://example.org/sample"))),
    "a.jpg": (saved(GREY, "JPEG", exif=exif(WORDS)), (("caption", ""),)),
    "b.jpg": (saved(GREY, "JPEG", xmp=XMP.encode()), (("caption", ""),)),
}  # fmt: skip


@pytest.mark.slow  # twenty formats, a child of the cell each
def test_the_text_of_every_format_is_found_with_its_place(case: Case, tmp_path: Path) -> None:
    add(case, tmp_path / "in", {name: content for name, (content, _at) in FORMATS.items()})
    wanted = {name: at for name, (_content, at) in FORMATS.items()}
    assert dict(places(case, '"camera at" gate')) == wanted
    assert find(case, "ousel") == []  # neither scripts nor names of fonts are text
    assert verify(case) == []


def test_what_is_attached_or_packed_is_found_by_its_name(case: Case, tmp_path: Path) -> None:
    inner = mail("SAMPLE of marmalade", b"\0\1", "plan-of-the-gate.bin", subject="SAMPLE forwarded")
    outer = EmailMessage()
    outer["Subject"] = "SAMPLE outer"
    outer.set_content("SAMPLE body")
    outer.add_attachment(message_from_bytes(inner, policy=policy.default))
    # Names in encoded words, as many programs write them.
    old = (
        b"Subject: SAMPLE old\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n"
        b"--x\n"
        b'Content-Type: image/jpeg; name="=?utf-8?q?cam=C3=A9ra_nord=2Ejpg?="\n'
        b"Content-Transfer-Encoding: base64\n\n/9j/\n--x--\n"
    )
    add(case, tmp_path / "in", {
        "outer.eml": outer.as_bytes(), "old.eml": old,
        "chat.zip": zipped({"_chat.txt": b"SAMPLE", "IMG-20260501-WA0007.jpg": b"\xff\xd8"}),
    })  # fmt: skip
    found = {
        words: [one.name for one in find(case, words)]
        for words in ("plan-of-the-gate.bin", "forwarded", '"caméra nord.jpg"', "WA0007")
    }
    assert found == {
        "plan-of-the-gate.bin": ["outer.eml"], "forwarded": ["outer.eml"],
        '"caméra nord.jpg"': ["old.eml"], "WA0007": ["chat.zip"],
    }  # fmt: skip


def test_words_are_found_in_whatever_way_they_are_written(case: Case, tmp_path: Path) -> None:
    add(case, tmp_path / "in", {
        "ar.txt": "عينة: الكَامِيرا عند البوابة".encode("cp1256"),
        "he.txt": "דוגמה: המצלמה של צה״ל".encode(),
        "he-windows.txt": "דוגמה מצלמה בשער הצפוני".encode("cp1255"),
    })  # fmt: skip
    assert [one.name for one in find(case, "كاميرا")] == ["ar.txt"]
    assert [one.name for one in find(case, 'צה"ל')] == ["he.txt"]
    assert [one.name for one in find(case, "מצלמה")] == ["he-windows.txt"]


def test_the_passage_is_where_most_of_the_words_stand(case: Case, tmp_path: Path) -> None:
    lines = [f"SAMPLE line {number} says camera" for number in range(2000)]
    lines[1500] += " turnstile"
    add(case, tmp_path / "in", {"long.txt": "\n".join(lines).encode()})
    (hit,) = find(case, "camera turn*")
    assert hit.passage is not None
    assert "line 1500 says camera turnstile" in hit.passage.text
    assert {word for word, is_hit in hit.passage.words if is_hit} >= {"camera", "turnstile"}
    ((kind, first),) = hit.passage.at
    assert (kind, int(first) <= 1500) == ("line", True)


@pytest.mark.slow  # a program reads pictures
def test_pictures_of_text_are_read(case: Case, tmp_path: Path) -> None:
    add(case, tmp_path / "in", {
        "photo.png": drawn("SAMPLE turnstile"), "scan.pdf": scanned("SAMPLE turnstile"),
    })  # fmt: skip
    assert dict(places(case, "turnstile")) == {"photo.png": (), "scan.pdf": (("page", "1"),)}


@pytest.mark.slow  # likewise
def test_what_is_not_read_is_told_and_read_later(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as without:
        without.setattr(shutil, "which", lambda _name: None)
        add(case, tmp_path / "in", {
            "photo.png": drawn("SAMPLE turnstile"),
            "locked.pdf": pdf(WORDS, password="sample"),
            "old.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
            "cut.docx": word(WORDS)[:900],
            "nothing.bin": b"\0\1\2",
        })  # fmt: skip
        told = {(how.kind, how.lacks) for how in taking.lacking(case)}
        assert told == {
            ("picture", "no-ocr"), ("pdf", "locked"), ("unread", "kind"), ("zip", "damaged"),
        }  # fmt: skip
        assert find(case, "turnstile") == []
    taking.take(case)
    assert find(case, "turnstile") == []  # not at every `add`
    taking.take(case, again=True)
    assert [one.name for one in find(case, "turnstile")] == ["photo.png"]
    assert verify(case) == []


def test_a_case_of_before_gets_its_texts_when_asked(case: Case, tmp_path: Path) -> None:
    folder = cases.files(tmp_path / "in", count=3)
    list(adding.add(case, [folder], now=lambda: cases.NOW, random=os.urandom))
    assert (taking.waiting(case), find(case, "sample")) == (3, [])
    taking.take(case)
    assert (taking.waiting(case), len(find(case, "sample"))) == (0, 3)


def test_the_same_content_is_one_text_of_several_items(case: Case, tmp_path: Path) -> None:
    items = add(case, tmp_path / "in", {"a.txt": WORDS.encode(), "b.txt": WORDS.encode()})
    (hit,) = find(case, "gate")
    assert set(hit.items) == set(items.values())


def test_nothing_is_left_of_the_text_of_an_erased_item(case: Case, tmp_path: Path) -> None:
    tokens = [os.urandom(8).hex() for _each in range(2000)]
    kept = os.urandom(8).hex()
    items = add(case, tmp_path / "in", {
        "gone.pdf": pdf(*tokens[:3]),
        "gone.txt": " ".join(tokens).encode(),
        "kept.txt": f"SAMPLE {kept}".encode(),
    })  # fmt: skip
    # The index keeps of each word only what it does not share with the one before.
    ends = {token[6:] for token in tokens[:100]} | {"gone"}
    there = {found for found, place in where(case, ends) if place == "case.db"}
    assert len(there) > 90  # of some, half stands on another page
    assert len(find(case, tokens[0])) == 2
    erasing.erase(
        case, [items[name].removeprefix("item/") for name in ("gone.pdf", "gone.txt")],
        reason="SAMPLE asked", now=cases.NOW,
    )  # fmt: skip
    assert find(case, tokens[0]) == []
    assert len(find(case, kept)) == 1
    assert where(case, ends) == set()
    assert case.database.execute("SELECT count(*) FROM objects").fetchone() == (2,)
    assert verify(case) == []


def test_an_erasure_that_was_interrupted_is_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = os.urandom(8).hex()
    cases.new(tmp_path / "case")
    with cases.opened(tmp_path / "case", write=True) as case, monkeypatch.context() as killed:
        items = add(case, tmp_path / "in", {"gone.txt": token.encode(), "kept.txt": b"SAMPLE"})
        killed.setattr(erasing, "finish", lambda _case: None)
        erasing.erase(
            case, [items["gone.txt"].removeprefix("item/")], reason="SAMPLE", now=cases.NOW
        )
        assert where(case, {token[6:]}) != set()
    with cases.opened(tmp_path / "case", write=True) as again:
        assert where(again, {token[6:]}) == set()
        assert verify(again) == []


def test_an_index_that_was_changed_is_told(case: Case, tmp_path: Path) -> None:
    add(case, tmp_path / "in", {"a.txt": WORDS.encode(), "b.txt": b"SAMPLE second"})
    change = (
        "DELETE FROM text_search WHERE rowid = 1",
        "INSERT OR REPLACE INTO text_search (rowid, text) VALUES (1, 'other words')",
        "INSERT INTO text_search (rowid, text) VALUES (9, 'planted')",
        "DELETE FROM texts WHERE row = 1",
        "UPDATE texts SET object = 'nothing' WHERE row = 1",
    )
    for statement in change:
        case.database.execute("SAVEPOINT one")
        case.database.execute(statement)
        assert {one.kind for one in verify(case)} & {"index", "extra"}, statement
        case.database.execute("ROLLBACK TO one")
        case.database.execute("RELEASE one")
    assert verify(case) == []


def test_texts_that_have_the_words_of_each_other_are_told(case: Case, tmp_path: Path) -> None:
    add(case, tmp_path / "in", {"a.txt": WORDS.encode(), "b.txt": b"SAMPLE second"})
    case.database.execute("UPDATE texts SET row = row + 10")
    case.database.execute("UPDATE texts SET row = 13 - row")
    assert [one.subject for one in verify(case)] == ["text_search"]


def test_half_of_the_tables_is_no_case_of_ours(case: Case, tmp_path: Path) -> None:
    add(case, tmp_path / "in", {"a.txt": WORDS.encode()})
    case.database.execute("DROP TABLE texts")
    assert "table texts" in {one.subject for one in verify(case)}


def test_an_item_that_is_erased_while_texts_are_read_leaves_none(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.txt").write_bytes(WORDS.encode())
    (one,) = adding.add(case, [tmp_path / "a.txt"], now=lambda: cases.NOW, random=os.urandom)
    read = taking._read

    def reads(*given: object) -> object:
        found = read(*given)
        erasing.erase(case, [one.item], reason="SAMPLE asked", now=cases.NOW)
        return found

    monkeypatch.setattr(taking, "_read", reads)
    taking.take(case)
    assert find(case, "gate") == []
    assert verify(case) == []
