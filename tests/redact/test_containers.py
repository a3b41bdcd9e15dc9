"""Masked archives and mail: each part by its own kind, nothing else in them, bombs refused."""

import hashlib
import io
import json
import mailbox
import zipfile
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import openpyxl
import pytest
from PIL import Image

from contrechamp.redact import masking
from contrechamp.redact.checks import strict_containers
from contrechamp.redact.containers import limits
from contrechamp.redact.masking import Settings, mask_files
from contrechamp.redact.request import Request
from contrechamp.redact.run import Run
from contrechamp.redact.sources import gather
from redact.copies import picture
from redact.small_maskers import COLOUR

WORDS = ("Ada Sample",)
CHAT = (
    "19/04/2023, 12:33 - Ada Sample: IMG-20230419-WA0001.jpg (file attached)\n"
    "19/04/2023, 12:34 - Bob: notes.xyz (file attached)\n"
)


@pytest.fixture(autouse=True)
def painting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Use a small masker for images."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    monkeypatch.setitem(masking.MASKERS, "image", "redact.small_maskers:paints")


def masked(folder: Path, content: bytes, name: str = "source", **settings: object) -> Run:
    source = folder / name
    source.write_bytes(content)
    asked = Settings(Request(words=WORDS), **settings)  # type: ignore[arg-type]
    return mask_files(gather([source]).files, folder / "out", asked)


def archive(files: dict[str, bytes], **more: object) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as out:
        out.comment = b"by Ada Sample"
        for name, inside in files.items():
            out.writestr(name, inside)
    return content.getvalue()


def unpacked(run: Run) -> dict[str, bytes]:
    [one] = run.masked
    with zipfile.ZipFile(one.copy) as file:
        return {name: file.read(name) for name in file.namelist()}


def told(run: Run) -> list[str]:
    return [look.message for look in run.masked[0].outcome.looks if look.code == "left-out"]


def test_a_message_may_be_fields_alone_and_keeps_its_addresses(tmp_path: Path) -> None:
    message = EmailMessage()
    message["From"] = "Ada Sample <ada@sample.example>"
    message["To"] = "Böb Sample <bob@sample.example>, Cäcilie <c@sample.example>"
    [one] = masked(tmp_path, message.as_bytes(), "a.eml").masked
    found = message_from_bytes(one.copy.read_bytes(), policy=policy.default)
    assert [(to.display_name, to.addr_spec) for to in found["To"].addresses] == [
        ("Böb Sample", "bob@sample.example"),
        ("Cäcilie", "c@sample.example"),
    ]
    assert not found.get_content().strip()


@pytest.mark.slow
def test_a_chat_with_its_media_is_masked_each_by_its_kind(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "by Ada Sample"
    sheet = io.BytesIO()
    book.save(sheet)
    content = archive(
        {
            "WhatsApp Chat with Ada Sample.txt": CHAT.encode(),
            "IMG-20230419-WA0001.jpg": picture(".jpg"),
            "../../etc/Ada Sample.xlsx": sheet.getvalue(),
            "more.zip": archive({"a.txt": b"Sample, Ada"}),
            "notes.xyz": bytes(500),
            "__MACOSX/._a": b"x",
        }
    )
    run = masked(tmp_path, content, "chat.zip")
    assert run.exit_status == 0, [one.error for one in run.unmasked]
    found = unpacked(run)
    assert sorted(found) == [
        "archive-001.zip",
        "image-001.jpg",
        "office-001.xlsx",
        "text-001.txt",
    ]
    assert found["text-001.txt"].decode() == (
        "19/04/2023, 12:33 - █████: image-001.jpg (file attached)\n"
        "19/04/2023, 12:34 - Bob: [left out] (file attached)\n"
    )
    with zipfile.ZipFile(io.BytesIO(found["archive-001.zip"])) as inner:
        assert inner.read("text-001.txt").decode() == "█████"
    assert b"Sample" not in run.masked[0].copy.read_bytes()
    left_out = told(run)
    assert any(text.startswith("notes.xyz was left out: is not a kind") for text in left_out)
    assert any("belongs to the system" in text for text in left_out)
    assert len(left_out) == 2
    assert run.masked[0].copy.name == "archive-001.zip"
    sheet_text = run.masked[0].sheet.read_text()
    assert "notes.xyz was left out" in sheet_text


@pytest.mark.slow
def test_names_are_kept_without_words_and_lead_nowhere(tmp_path: Path) -> None:
    content = archive(
        {
            "../../x/by Ada Sample.txt": b"a",
            "C:\\y\\by Ada Sample.txt": b"b",
            "x/by Ada_Sample.txt": b"c",
            "..": b"d",
        }
    )
    run = masked(tmp_path, content, keep_names=True)
    names = sorted(unpacked(run))
    assert "x/by █.txt" in names
    assert "x/by █-2.txt" in names
    assert "C_/y/by █.txt" in names
    assert not any(name.startswith(("/", "..")) or "Sample" in name for name in names)
    assert len(names) == 4


def test_what_cannot_be_unpacked_is_told(tmp_path: Path) -> None:
    content = bytearray(archive({"a.txt": b"a" * 50, "b.txt": b"b" * 50}))
    # Say that the first is locked.
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1
    content[6] |= 1
    run = masked(tmp_path, bytes(content))
    assert sorted(unpacked(run)) == ["text-001.txt"]
    assert told(run) == ["a.txt was left out: is locked with a password; save it without one first"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"PK\x03\x04 cut short", "damaged ZIP"),
        (archive({}), "holds no file"),
        (archive({"a.bin": bytes(300)}), "holds nothing that can be masked: a.bin: is not a kind"),
    ],
)
def test_archives_of_nothing_are_refused(tmp_path: Path, content: bytes, says: str) -> None:
    run = masked(tmp_path, content)
    assert says in str(run.unmasked[0].error)


def test_bombs_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(masking, "Budget", lambda: limits.Budget(parts=5, size=1 << 20, depth=2))
    many = masked(tmp_path / "", archive({f"{n}.txt": b"a" for n in range(6)}), "many.zip")
    assert "unpacks to more than" in str(many.unmasked[0].error)


def test_an_archive_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(masking, "Budget", lambda: limits.Budget(parts=5, size=1 << 20, depth=2))
    run = masked(tmp_path, archive({"a.txt": b"a" * (1 << 21)}))
    assert "unpacks to more than" in str(run.unmasked[0].error)


def test_archives_in_archives_end_somewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(masking, "Budget", lambda: limits.Budget(parts=9, size=1 << 20, depth=2))
    deep = archive({"a.txt": b"a"})
    for _level in range(2):
        deep = archive({"deep.zip": deep, "b.txt": b"b"})
    run = masked(tmp_path, deep)
    with zipfile.ZipFile(io.BytesIO(unpacked(run)["archive-001.zip"])) as inner:
        assert inner.namelist() == ["text-001.txt"]
    assert any("lies in too many files" in look.message for look in run.masked[0].outcome.looks)


def test_boxes_are_drawn_on_files_in_a_file(tmp_path: Path) -> None:
    photo, box = picture(".png"), [42, 4, 46, 8]
    inner = archive({"deep/c.png": photo})
    content = archive({"a.png": photo, "b/a.png": photo, "c.zip": inner})
    drawn = {"b/a.png": {"cover": [{"box": box}]},
             "c.zip": {"parts": {"deep/c.png": {"cover": [{"box": box}]}}}}  # fmt: skip
    (tmp_path / "source.boxes.json").write_text(
        json.dumps({"format": "contrechamp/boxes-1", "parts": drawn})
    )
    run = masked(tmp_path, content, keep_names=True)

    def is_covered(content: bytes) -> bool:
        with Image.open(io.BytesIO(content)) as image:
            return image.convert("RGB").getpixel((44, 6)) == COLOUR

    found = unpacked(run)
    assert not is_covered(found["a.png"])
    assert is_covered(found["b/a.png"])
    with zipfile.ZipFile(io.BytesIO(found["c.zip"])) as within:
        assert is_covered(within.read("deep/c.png"))


def test_a_slip_in_the_name_of_a_file_in_a_file_is_told(tmp_path: Path) -> None:
    said = {"format": "contrechamp/boxes-1", "parts": {"b.png": {"cover": []}}}
    (tmp_path / "source.boxes.json").write_text(json.dumps(said))
    [one] = masked(tmp_path, archive({"a.png": picture(".png")})).unmasked
    assert "parts: b.png: there is no such file in it; there are a.png" in str(one.error)


def letter() -> EmailMessage:
    message = EmailMessage()
    message["Received"] = "from laptop-of-ada (10.1.2.3)"
    message["From"] = "Ada Sample <ada@sample.example>"
    message["To"] = "Office <office@city.example>"
    message["Subject"] = "Grüße von Ada Sample"
    message["Date"] = "Wed, 19 Apr 2023 12:33:21 +0530"
    message["Message-ID"] = "<1234@laptop-of-ada>"
    message["X-Originating-IP"] = "[10.1.2.3]"
    message["DKIM-Signature"] = "v=1; d=sample.example"
    message.set_content("Dear office,\nI am Ada Sample.\n")
    message.add_alternative(
        '<html><body><p>I am <b>Ada</b> Sample<img src="https://t.example/x"></p></body></html>',
        subtype="html",
    )
    message.add_attachment(
        picture(".jpg"), maintype="image", subtype="jpeg", filename="Ada Sample.jpg"
    )
    message.add_attachment(bytes(300), maintype="application", subtype="x-odd", filename="odd.bin")
    return message


@pytest.mark.slow
def test_mail_keeps_who_when_and_what_about_and_nothing_else(tmp_path: Path) -> None:
    run = masked(tmp_path, letter().as_bytes(), "letter.eml")
    assert run.exit_status == 0, [one.error for one in run.unmasked]
    [one] = run.masked
    content = one.copy.read_bytes()
    for planted in (b"laptop", b"10.1.2.3", b"DKIM", b"sample", b"+0530", b"t.example"):
        assert planted not in content
    message = message_from_bytes(content, policy=policy.default)
    assert message["Subject"] == "Grüße von █████"
    assert message["Date"] == "Wed, 19 Apr 2023 07:03:21 +0000"
    assert "office@city.example" in message["To"]
    assert "█████" in message["From"]
    body = message.get_body(("plain",))
    assert body is not None
    assert body.get_content() == "Dear office,\nI am █████.\n"
    page = message.get_body(("html",))
    assert page is not None
    assert "<b>█████</b>█████" in page.get_content().replace(" ", "")
    [attached] = message.iter_attachments()
    assert attached.get_filename() == "image-001.jpg"
    assert {"field Received", "field Message-ID", "field X-Originating-IP"} <= set(
        one.outcome.removed
    )
    assert told(run)[0].startswith("odd.bin was left out")
    [people] = [look for look in one.outcome.looks if look.code == "senders"]
    assert "To: Office" in people.message
    assert "From" not in people.message


@pytest.mark.slow
def test_a_box_is_masked_message_by_message(tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "box")
    for number in range(2):
        message = EmailMessage()
        message["From"] = f"Ada Sample <ada{number}@sample.example>"
        message["Subject"] = f"No. {number}"
        message["Received"] = "laptop"
        message.set_content("by Ada Sample\n\nFrom here on\n")
        box.add(message)
    box.flush()
    run = masked(tmp_path, (tmp_path / "box").read_bytes(), "mails.mbox")
    assert run.exit_status == 0, [one.error for one in run.unmasked]
    copy = mailbox.mbox(run.masked[0].copy)
    assert [message["Subject"] for message in copy] == ["No. 0", "No. 1"]
    for message in copy:
        assert message.get_payload(decode=True) == "by █████\n\nFrom here on\n".encode()
        assert set(message.keys()) <= {
            *("From", "Subject", "MIME-Version", "Content-Type", "Content-Transfer-Encoding")
        }


def test_the_strict_reader_finds_what_was_planted() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as out:
        entry = zipfile.ZipInfo("a.txt", (1980, 1, 1, 0, 0, 0))
        entry.create_system, entry.compress_type = 0, zipfile.ZIP_DEFLATED
        out.writestr(entry, b"a")
    clean = content.getvalue()
    assert strict_containers.archive(clean) == ([], [hashlib.sha256(b"a").hexdigest()])
    assert strict_containers.archive(clean[:-2] + b"\4\0text")[0] == ["4 bytes after the list"]
    assert strict_containers.archive(archive({"a.txt": b"a"}))[0]
    with pytest.raises(ValueError, match="end"):
        strict_containers.archive(b"text" + clean)
    planted = letter().as_bytes()
    assert "field Received" in strict_containers.mail(planted)[0]


def test_the_run_tells_of_parts_too(tmp_path: Path) -> None:
    run = masked(tmp_path, archive({"a.txt": b"by Ada Sample"}))
    [one] = json.loads((tmp_path / "out/review/run.json").read_text())["masked"]
    assert one["outcome"]["kind"] == "archive"
    [content] = unpacked(run).values()
    assert one["outcome"]["parts"] == [hashlib.sha256(content).hexdigest()]


@pytest.mark.parametrize("within", ["message/rfc822", 'multipart/mixed; boundary="b{depth}"'])
def test_mail_within_mail_without_end_is_refused_for_that(tmp_path: Path, within: str) -> None:
    content = "From: ada@sample.example\nSubject: SAMPLE\nMIME-Version: 1.0\n"
    for depth in range(1500):
        content += f"Content-Type: {within}\n\n".format(depth=depth)
        content += f"--b{depth}\n" if "{" in within else "Subject: SAMPLE\n"
    [one] = masked(tmp_path, content.encode(), "a.eml").unmasked
    assert "has parts in parts, deeper than any mail" in str(one.error)
