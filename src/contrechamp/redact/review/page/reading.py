"""Reads what has no picture of its own, for the page: texts, mail, archives; runs in the cell.

Of a file that holds others it tells their names, and writes one of them into the workshop, where it
is looked at like a file of its own.
"""

from email.message import Message
from pathlib import Path
from typing import Any, Final

import pymupdf

from contrechamp.base.decoded_text import decoded
from contrechamp.base.errors import InputError
from contrechamp.base.files import read_bounded
from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress
from contrechamp.redact.containers import mails
from contrechamp.redact.kind_by_content import kind_of
from contrechamp.redact.office.masking import texts_of
from contrechamp.redact.request import Request
from contrechamp.redact.review.within import attached, message_of, name_of, payload_of, within
from contrechamp.redact.text.pages import page_of

#: Letters that are shown of one text; a longer one is opened by itself.
MOST_LETTERS: Final = 2_000_000
_MOST_BYTES: Final = 64 << 20
_MOST_PARTS: Final = 3000


def look(source: Path, target: Path, request: Request, progress: Progress) -> dict[str, Any]:
    """Return what there is to see of a file.

    Returns:
        ``shows``: ``picture`` (of pages, a video too) or ``text``; ``pages``; ``text``, with
        ``cut`` if there is more of it; ``parts``: names of the files within.

    Raises:
        InputError: it cannot be read.
    """
    kind = kind_of(source, source.name)
    text, parts, pages = "", list[str](), 0
    if kind.kind == "pdf":
        with pymupdf.open(source, filetype="pdf") as document:
            pages = document.page_count
    elif kind.kind == "text":
        text = _of_text(read_bounded(source, _MOST_BYTES, where=source.name), kind.format)
    elif kind.kind == "office":
        text = "\n".join(line for line in texts_of(source) if line.strip())
    elif kind.kind == "mail" and kind.format != "MBOX":
        text, parts = _of_mail(message_of(source, kind.format))
    elif kind.holds_others:
        parts = [name for name, _content in within(source, kind.format)]
    return {
        "shows": "picture" if kind.kind in ("image", "video", "pdf") else "text",
        "pages": pages,
        "text": text[:MOST_LETTERS],
        "cut": len(text) > MOST_LETTERS,
        "parts": parts[:_MOST_PARTS],
    }


def extract(
    source: Path, target: Path, request: Request, progress: Progress, *, number: int
) -> None:
    """Write one of the files within to `target`.

    Raises:
        InputError: there is no such file, or it is too large to be shown.
    """
    for at, (_name, content) in enumerate(within(source, kind_of(source, source.name).format)):
        if at == number:
            target.write_bytes(content())
            return
    raise InputError(_("there is no such file in it"))


def _of_mail(message: Message) -> tuple[str, list[str]]:
    fields = [f"{name}: {text}" for name, text in mails.fields_of(message).items()]
    texts = [
        _of_text(
            payload_of(part),
            "HTML" if part.get_content_subtype() == "html" else "TXT",
            str(part.get_content_charset() or ""),
        )
        for part in message.walk()
        if part.get_content_maintype() == "text" and not part.get_filename()
    ]
    return "\n\n".join(["\n".join(fields), *texts]), [name_of(one) for one in attached(message)]


def _of_text(content: bytes, format_name: str, named: str = "") -> str:
    text = decoded(content, named).removeprefix("\ufeff")
    if format_name != "HTML":
        return text
    page = page_of(text)
    return "".join(one + page.between(number) for number, one in enumerate(page.texts))
