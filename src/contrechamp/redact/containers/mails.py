"""Takes messages of mail apart, and writes new ones from what was masked; in the cell."""

import base64
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from email import message_from_bytes, policy
from email.header import Header, decode_header
from email.message import Message
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from typing import Any

from contrechamp.base.decoded_text import decoded
from contrechamp.base.errors import InputError
from contrechamp.base.files import read_bounded
from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress
from contrechamp.redact.containers.limits import MAX_NAME, too_much
from contrechamp.redact.near_words import NearWord, looks_at
from contrechamp.redact.office.text import replaced
from contrechamp.redact.request import Request
from contrechamp.redact.text.pieces import visible
from contrechamp.redact.words import Words, asked_words

#: Fields of a message that stay: who, to whom, when, about what. No other does.
KEPT = ("From", "To", "Cc", "Subject", "Date")
MAX_BYTES = 512 << 20
_MAX_FIELD = 20_000
_MAX_DEPTH = 20
_MOST_NAMED = 60
#: What stands between the names of people in a field: addresses and commas.
_BETWEEN = re.compile(r"(\s*<[^<>]*>\s*,?\s*|\s*,\s+)")
#: The line that begins a message of a box, and the one that begins ours.
_BEGINS = re.compile(rb"^From \S.*\d{4}\s*$", re.M)
OUR_BEGINNING = b"From - Thu Jan  1 00:00:00 1970\n"
_ESCAPED, _TO_ESCAPE = re.compile(rb"^>(>*From )", re.M), re.compile(rb"^(>*From )", re.M)


def unpack(
    source: Path, target: Path, request: Request, progress: Progress, *, parts: int, size: int
) -> dict[str, Any]:
    """Write the texts and attachments of a message into the folder of `target`, under numbers.

    Args:
        source: EML.
        target: a file in the folder for them.
        request: not used.
        progress: not used.
        parts: how many there may be.
        size: of all of them, in bytes.

    Returns:
        As `archives.unpack`; the texts have a ``form`` too; ``fields`` that stay, by name, and
        ``other_fields``: names of the others.

    Raises:
        InputError: it is damaged, or holds more.
    """
    content = read_bounded(source, MAX_BYTES, where=source.name)
    try:
        message = message_from_bytes(content, policy=policy.compat32)
    except Exception as error:  # whatever a hostile message makes the library do
        raise _damaged(error) from error
    return parts_of(message, target, parts=parts, size=size)


def parts_of(message: Message, target: Path, *, parts: int, size: int) -> dict[str, Any]:
    """Write the texts and attachments of a message that was read, as `unpack` does."""
    target.parent.mkdir(exist_ok=True)
    try:
        leaves = list(_leaves(message, 0))
    except InputError:
        raise
    except Exception as error:  # as above
        raise _damaged(error) from error
    if len(leaves) > parts:
        raise too_much()
    taken: list[dict[str, Any]] = []
    for leaf in leaves:
        try:
            name, form, body = _content(leaf)
        except Exception as error:  # as above: a message within is written anew
            raise _damaged(error) from error
        size -= len(body)
        if size < 0:
            raise too_much()
        file = target.parent / str(len(taken))
        file.write_bytes(body)
        taken.append({"file": file.name, "name": name, "size": len(body), "form": form})
    fields = fields_of(message)
    others = sorted({name for name in message.keys() if name.title() not in KEPT})  # noqa: SIM118
    return {
        "parts": taken,
        "left_out": [],
        "fields": fields,
        "other_fields": [name[:60] for name in others[:_MOST_NAMED]],
    }


def fields_of(message: Message) -> dict[str, str]:
    """Return the fields of a message that stay, decoded."""
    return {name: _field(message, name) for name in KEPT if message.get(name)}


def _leaves(part: Message, deep: int) -> Iterator[Message]:
    """Yield the parts that hold no others; a message within this one is one of them."""
    if deep > _MAX_DEPTH:
        raise _too_deep()
    payload = part.get_payload()
    if isinstance(payload, list) and part.get_content_type() != "message/rfc822":
        for one in payload:
            if isinstance(one, Message):
                yield from _leaves(one, deep + 1)
    else:
        yield part


def _damaged(error: Exception) -> InputError:
    """Return the reason that a person is told."""
    if isinstance(error, RecursionError):
        return _too_deep()
    return InputError(_("is damaged mail; export it again"))


def _too_deep() -> InputError:
    return InputError(_("has parts in parts, deeper than any mail"))


def _content(leaf: Message) -> tuple[str, str, bytes]:
    """Return name, form (of texts that are shown) and content of a part."""
    kind, payload = leaf.get_content_type(), leaf.get_payload()
    name = _name(leaf)
    if kind == "message/rfc822" and isinstance(payload, list) and payload:
        inner = payload[0]
        body = inner.as_bytes() if isinstance(inner, Message) else b""
        return name or "message.eml", "EML", body
    found = leaf.get_payload(decode=True)
    body = found if isinstance(found, bytes) else b""
    if name or leaf.get_content_disposition() == "attachment":
        return name or "attachment", "", body
    if kind in ("text/plain", "text/html"):
        text = decoded(body, str(leaf.get_content_charset() or "")).replace("\r\n", "\n")
        return "", "HTML" if kind == "text/html" else "TXT", text.encode("utf-8", "replace")
    return "attachment", "", body


def _name(leaf: Message) -> str:
    try:
        return str(leaf.get_filename() or "")[-MAX_NAME:]
    except Exception:  # as above
        return "attachment"


def _field(message: Message, name: str) -> str:
    value = "".join(str(one) for one in message.get_all(name, [])[:1])[:_MAX_FIELD]
    try:
        pieces = decode_header(value)
        text = "".join(
            one if isinstance(one, str) else decoded(one, named or "") for one, named in pieces
        )
    except Exception:  # as above
        text = value
    if name == "Date":
        try:  # without the zone of the sender
            text = format_datetime(parsedate_to_datetime(text).astimezone(UTC))
        except (ValueError, TypeError, OverflowError):
            return ""
    return " ".join(visible(text)[0].split())


def pack(
    source: Path,
    target: Path,
    request: Request,
    progress: Progress,
    *,
    parts: Sequence[dict[str, str]],
    fields: Mapping[str, str],
) -> dict[str, Any]:
    """Write a new message: fields without words, masked texts and attachments.

    Args:
        source: not read.
        target: written.
        request: `words` and `spellings` apply to the fields.
        progress: not used.
        parts: each with ``path`` of the copy, its ``name``, and ``form`` if it is a text.
        fields: by name.

    Returns:
        ``looks``, ``found``: how many words were removed; ``checks``.
    """
    words = asked_words(request)
    near: list[NearWord] = []
    found = 0
    lines = []
    for name in KEPT:
        if text := fields.get(name):
            found += len(words.find(text))
            clean = replaced(text, words)
            near += [NearWord(o, clean[o.begin : o.end], name) for o in words.near(clean)]
            coded = _coded(name, clean).replace("\r\n", "\n").replace("\n", "\r\n")
            lines.append(f"{name}: {coded}\r\n")
    body = b"".join(_body(parts))
    target.write_bytes("".join(lines).encode("ascii", "replace") + body)
    return {
        "looks": [[look.code, look.message, look.urgency] for look in looks_at(near)],
        "found": found,
        "checks": [[_("words are gone from the fields"), not _left(target, words)]],
    }


def _coded(name: str, text: str) -> str:
    """Return the value of a field in ASCII; addresses are not encoded (RFC 2047)."""
    if text.isascii():
        return text
    pieces = [text] if name == "Subject" else _BETWEEN.split(text)
    if not all(piece.isascii() for piece in pieces[1::2]):
        pieces = [text]
    return "".join(
        piece if piece.isascii() else Header(piece.strip(' "'), "utf-8", header_name=name).encode()
        for piece in pieces
    )


def _left(target: Path, words: Words) -> list[str]:
    """Return the fields of a written message that still hold words, read by the library."""
    message = message_from_bytes(target.read_bytes(), policy=policy.compat32)
    return [name for name in message.keys() if words.find(_field(message, name))]  # noqa: SIM118


def _body(parts: Sequence[dict[str, str]]) -> Iterator[bytes]:
    """Yield the body of a message: texts that are alternatives to each other, then attachments."""
    texts = [part for part in parts if part.get("form") in ("TXT", "HTML")]
    others = [part for part in parts if part.get("form") not in ("TXT", "HTML")]
    yield b"MIME-Version: 1.0\r\n"
    if not parts:  # fields alone
        yield b"Content-Type: text/plain; charset=utf-8\r\n\r\n"
        return
    if len(texts) == 1 and not others:
        yield from _part(texts[0])
        return
    outer = f"part-{secrets.token_hex(12)}".encode()
    yield b'Content-Type: multipart/mixed; boundary="' + outer + b'"\r\n\r\n'
    if len({part["form"] for part in texts}) == len(texts) == 2:
        inner = f"part-{secrets.token_hex(12)}".encode()
        yield b"--" + outer + b"\r\n"
        yield b'Content-Type: multipart/alternative; boundary="' + inner + b'"\r\n\r\n'
        yield from _parts(sorted(texts, key=lambda part: part["form"] == "HTML"), inner)
        texts = []
    yield from _parts([*texts, *others], outer)


def _parts(parts: Sequence[dict[str, str]], boundary: bytes) -> Iterator[bytes]:
    for part in parts:
        yield b"--" + boundary + b"\r\n"
        yield from _part(part)
    yield b"--" + boundary + b"--\r\n"


_TYPES = {
    ".jpg": "image/jpeg", ".png": "image/png", ".webp": "image/webp", ".gif": "image/gif",
    ".tif": "image/tiff", ".pdf": "application/pdf", ".mp4": "video/mp4", ".m4a": "audio/mp4",
    ".wav": "audio/wav", ".mp3": "audio/mpeg", ".flac": "audio/flac", ".ogg": "audio/ogg",
    ".zip": "application/zip", ".json": "application/json",
}  # fmt: skip


def _part(part: Mapping[str, str]) -> Iterator[bytes]:
    kind = {"TXT": "text/plain", "HTML": "text/html"}.get(part.get("form", ""))
    if kind:
        yield f"Content-Type: {kind}; charset=utf-8\r\n".encode()
    else:
        name = part["name"]
        kind = _TYPES.get(Path(name).suffix, "application/octet-stream")
        coded = "".join(f"%{byte:02X}" for byte in name.encode("utf-8", "replace"))
        yield f"Content-Type: {kind}\r\n".encode()
        yield f"Content-Disposition: attachment; filename*=utf-8''{coded}\r\n".encode()
    yield b"Content-Transfer-Encoding: base64\r\n\r\n"
    yield base64.encodebytes(Path(part["path"]).read_bytes()).replace(b"\n", b"\r\n")


def unpack_box(
    source: Path, target: Path, request: Request, progress: Progress, *, parts: int, size: int
) -> dict[str, Any]:
    """Write each message of an MBOX into the folder of `target`; all else as `unpack`."""
    target.parent.mkdir(exist_ok=True)
    content = read_bounded(source, min(MAX_BYTES, size), where=source.name)
    taken = []
    for number, message in enumerate(messages_of(content)):
        if number >= parts:
            raise too_much()
        (target.parent / str(number)).write_bytes(message)
        name = f"{number + 1}.eml"
        taken.append({"file": str(number), "name": name, "size": len(message), "form": "EML"})
    return {"parts": taken, "left_out": []}


def messages_of(content: bytes) -> Iterator[bytes]:
    """Yield each message of an MBOX."""
    starts = [
        match.start()
        for match in _BEGINS.finditer(content)
        if match.start() == 0
        or content[max(0, match.start() - 4) : match.start()].endswith((b"\n\n", b"\r\n\r\n"))
    ]
    for begin, end in zip(starts, [*starts[1:], len(content)], strict=True):
        message = content[content.index(b"\n", begin) + 1 : end]
        message = _ESCAPED.sub(rb"\1", message)
        # The empty line before the next one is no part of it.
        yield message.removesuffix(b"\n").removesuffix(b"\r")


def pack_box(
    source: Path,
    target: Path,
    request: Request,
    progress: Progress,
    *,
    parts: Sequence[dict[str, str]],
) -> dict[str, Any]:
    """Write masked messages into a new MBOX; all else as `archives.pack`."""
    with target.open("wb") as out:
        for part in parts:
            message = Path(part["path"]).read_bytes().replace(b"\r\n", b"\n")
            out.write(OUR_BEGINNING + _TO_ESCAPE.sub(rb">\1", message).rstrip(b"\n") + b"\n\n")
    return {"looks": [], "checks": []}
