"""Messages of Outlook become masked mail: every text, person and attachment, or told."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from contrechamp.redact.masking import Settings, mask_files
from contrechamp.redact.request import Request
from contrechamp.redact.run import Run
from contrechamp.redact.sources import gather
from redact.compound_files import attachment, compound, message, properties, text

#: Compressed as little as MS-OXRTFCP allows: not at all ("MELA").
RICH = rb"{\rtf1\ansi Ada Sample wrote this\par SAMPLE}"
STORED = (
    (len(RICH) + 12).to_bytes(4, "little")
    + len(RICH).to_bytes(4, "little")
    + b"MELA\0\0\0\0"
    + RICH
)


def masked(folder: Path, content: bytes) -> Run:
    source = folder / "message.msg"
    source.write_bytes(content)
    asked = Settings(Request(words=("Ada Sample",), strip_only=True))
    return mask_files(gather([source]).files, folder / "out", asked)


def read(run: Run) -> EmailMessage:
    assert not run.unmasked, [str(one.error) for one in run.unmasked]
    [one] = run.masked
    assert one.copy.suffix == ".eml"
    found = message_from_bytes(one.copy.read_bytes(), policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


def told(run: Run, code: str) -> str:
    return " ".join(one.message for one in run.masked[0].outcome.looks if one.code == code)


def test_fields_texts_and_attachments_stay_without_the_words(tmp_path: Path) -> None:
    inner = {**message(), "__properties_version1.0": properties(24)}
    content = compound(
        message(
            **{
                "__substg1.0_10130102": b"<p>Ada Sample on a page</p>",
                "__attach_version1.0_#00000000": attachment("notes.txt", b"by Ada Sample, SAMPLE"),
                "__attach_version1.0_#00000001": attachment("before", inner),
                "__attach_version1.0_#00000002": attachment("odd.bin", bytes(300)),
            }
        )
    )
    run = masked(tmp_path, content)
    found = read(run)
    assert found["Subject"] == "About █████"
    assert found["To"] == "Böb Sample <bob@sample.example>"
    # 13.2 thousand million seconds from 1601: 400 years are 146,097 days, 6,680.78 are left.
    assert found["Date"] == "Wed, 17 Apr 2019 18:40:00 +0000"
    assert found.get_body(("plain",)).get_content().splitlines() == ["█████ was here.", "SAMPLE"]
    assert "█████ on a page" in found.get_body(("html",)).get_content()
    attached = {one.get_filename(): one for one in found.iter_attachments()}
    assert sorted(attached) == ["mail-001.eml", "text-003.txt"]
    within = message_from_bytes(attached["mail-001.eml"].get_payload(decode=True))
    assert b"was here." in within.as_bytes() or "SAMPLE" in str(within.get_payload(decode=True))
    assert "odd.bin" in told(run, "left-out")
    assert "field transport headers" in run.masked[0].outcome.removed
    assert "MSG" in told(run, "container-changed")
    for leak in (b"laptop-of-ada", b"Ada", "Ada".encode("utf-16-le")):
        assert leak not in run.masked[0].copy.read_bytes()


def test_a_rich_text_alone_is_no_text_that_is_lost(tmp_path: Path) -> None:
    streams = message(**{"__substg1.0_10090102": STORED})
    del streams["__substg1.0_1000001F"]
    [rich] = read(masked(tmp_path, compound(streams))).iter_attachments()
    assert rich.get_filename() == "unsearched-001.docx"


def test_a_message_may_be_fields_alone(tmp_path: Path) -> None:
    streams = {"__properties_version1.0": properties(32), **text(0x0037, "SAMPLE, Ada")}
    found = read(masked(tmp_path, compound(streams)))
    assert found["Subject"] == "█████"
    assert not found.get_content().strip()


@pytest.mark.parametrize("cut", [600, 1100, 2500])
def test_what_is_lost_of_a_damaged_message_is_told_in_one_line(tmp_path: Path, cut: int) -> None:
    run = masked(tmp_path, compound(message())[:cut])
    said = [str(one.error) for one in run.unmasked] or [told(run, "left-out")]
    assert "damaged" in said[0]
    assert "\n" not in said[0]
