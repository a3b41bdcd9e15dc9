"""What kind of text a file holds, told by its first bytes and its name, without opening it."""

import re
from typing import Final

#: First bytes that are looked at.
HEAD: Final = 1 << 12
#: Names that say what bytes do not: text in another encoding than UTF-8 looks like any bytes.
_SUFFIXES: Final = {
    "plain": "txt text csv tsv log md srt vtt ics vcf yaml yml toml ini",
    "html": "html htm xhtml",
    "xml": "xml kml gpx osm",
    "json": "json jsonl ndjson geojson",
    "mail": "eml mht mhtml",
    "mbox": "mbox",
    "rtf": "rtf",
    "web": "warc warc.gz",
    "unread": "doc xls ppt msg pst pages numbers key one pub odg vsd djvu mobi 7z rar tar tgz",
}
_BY_SUFFIX: Final = {
    suffix: kind for kind, suffixes in _SUFFIXES.items() for suffix in suffixes.split()
}
SUFFIXES: Final = tuple(_BY_SUFFIX)
_TEXTUAL: Final = (
    "text/", "image/", "application/vnd.openxmlformats", "application/vnd.oasis",
)  # fmt: skip
_PICTURES: Final = (
    b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF8", b"II*\0", b"MM\0*", b"BM",
)  # fmt: skip
_HEADER = re.compile(
    rb"(?i)(?:received|return-path|delivered-to|message-id|mime-version|from|date|subject"
    rb"|x-[a-z0-9-]+|content-type|to): [^\n]*\n(?:[ \t][^\n]*\n)*[A-Za-z0-9-]+:"
)
_MAIL_BEGINS = re.compile(rb"From \S+ [^\n]*\d{4}")
_HTML = re.compile(
    rb"(?is)\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body)\b"
)


def suffix_kind(name: str) -> str:
    """Return what the end of a name says; "" if nothing."""
    lower = name.lower()
    if lower.endswith(".warc.gz"):
        return "web"
    return _BY_SUFFIX.get(lower.rpartition(".")[2], "") if "." in lower else ""


def kind_of(head: bytes, name: str) -> str:
    """Return the kind of text that a file holds, or "".

    It is "unread" for documents whose text no reader of ours takes.

    Args:
        head: its first bytes, `HEAD` of them or all.
        name: of the file.
    """
    said = suffix_kind(name)
    begins = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        return "zip"
    if head.startswith(b"WARC/") or (head.startswith(b"\x1f\x8b") and said == "web"):
        return "web"
    if head.startswith(_PICTURES) or _is_box_picture(head):
        return "picture"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "picture"
    if begins.startswith(b"{\\rtf"):
        return "rtf"
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return "unread"
    if said and said not in ("pdf", "unread") and _may_be_text(head):
        return "mbox" if said == "mail" and _MAIL_BEGINS.match(head) else said
    if not head or b"\0" in head or not _is_utf8(head):
        return "unread" if said == "unread" else ""
    if _MAIL_BEGINS.match(begins) and b"\nFrom " in head + b"\nFrom " and _HEADER.search(head):
        return "mbox"
    if _HEADER.match(begins):
        return "mail"
    if _HTML.match(begins):
        return "html"
    if begins.startswith(b"<?xml"):
        return "xml"
    return "json" if begins[:1] in (b"{", b"[") else "plain"


def may_hold_text(media_type: str, name: str) -> bool:
    """Return whether a file has to be looked at at all, by its media type and name alone."""
    return (
        media_type.startswith(_TEXTUAL)
        or media_type
        in {"application/pdf", "application/zip", "application/rtf", "application/epub+zip",
            "application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint"}
        or suffix_kind(name) != ""
    )  # fmt: skip


def _is_box_picture(head: bytes) -> bool:
    return head[4:8] == b"ftyp" and head[8:12] in (b"heic", b"heix", b"mif1", b"avif", b"msf1")


def _may_be_text(head: bytes) -> bool:
    """Return whether bytes may be text in any encoding: UTF-16 has zeros, and a mark."""
    return b"\0" not in head or head.startswith((b"\xff\xfe", b"\xfe\xff"))


def _is_utf8(head: bytes) -> bool:
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start >= len(head) - 3
    return True
