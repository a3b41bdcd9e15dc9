"""Tells texts apart by how they begin: web pages, data, mail, tables, or plain lines."""

import codecs
import re
from pathlib import PurePath
from typing import Literal

from contrechamp.base.decoded_text import decoded

#: What a text can be; ``""``: it is none.
Form = Literal["TXT", "CSV", "JSON", "HTML", "EML", "MBOX", "SVG", "RTF", "XML", ""]

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_LOOKED_AT = 1 << 16
#: Share of control characters that text may have: terminals' colours, not programs.
_MOST_CONTROLS = 0.01
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_JSON = re.compile(
    r"\s*(?:\{\s*(?:\"|\})"
    r"|\[\s*(?:[\[{\"\]]|(?:-?\d+(?:\.\d+)?|true|false|null)\s*[,\]]))"
)
_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9-]{1,60}):[ \t]*\S?.*\n?|[ \t]+\S.*\n?")
_OF_MAIL = frozenset(
    "from to cc bcc subject date message-id received return-path delivered-to mime-version "  # noqa: SIM905
    "content-type reply-to sender x-mailer dkim-signature references in-reply-to".split()
)
_BOX = re.compile(r"From \S.*\d{4}\s*\n")


def form_of(head: bytes, name: str) -> Form:
    """Return what form of text a file begins like.

    Args:
        head: its first bytes.
        name: of the file: where the content leaves it open, it tells a table from lines.
    """
    if head[:64].lstrip().startswith(b"{\\rtf"):  # it may hold bytes of pictures
        return "RTF"
    fields = head[:_LOOKED_AT].decode("latin-1").lstrip()  # what follows them may be any bytes
    if _BOX.match(fields) and _is_mail(fields.partition("\n")[2]):
        return "MBOX"
    if _is_mail(fields):
        return "EML"
    wide = head.startswith(_UTF16)
    if not wide and b"\0" in head[:_LOOKED_AT]:
        return ""
    text = decoded(head[:_LOOKED_AT]).removeprefix("\ufeff")
    if not _is_text(text):
        return ""
    if _HTML.match(text):
        return "HTML"
    if "<svg" in text[:4096]:
        return "SVG"
    if text.lstrip().startswith(("<?xml", "<!DOCTYPE")):
        return "XML"
    if _JSON.match(text):
        return "JSON"
    return "CSV" if PurePath(name).suffix.lower() in (".csv", ".tsv", ".tab") else "TXT"


def _is_text(text: str) -> bool:
    sample = text[:4096]
    controls = sum(letter < " " and letter not in "\t\n\r\f\x1b" for letter in sample)
    unread = sample.count("\ufffd") + sum("\x7f" <= letter < "\xa0" for letter in sample)
    return bool(sample.strip()) and controls + unread <= max(1, _MOST_CONTROLS * len(sample))


def _is_mail(text: str) -> bool:
    """Tell whether a text begins with the fields of a message, as two of them at least say."""
    known = set()
    at = 0
    for _line in range(200):
        match = _FIELD.match(text, at)
        if match is None or match.end() == at:
            break
        if match[1]:
            known.add(match[1].lower())
        at = match.end()
    return len(known & _OF_MAIL) >= 2 and not known.isdisjoint({"from", "received", "message-id"})
