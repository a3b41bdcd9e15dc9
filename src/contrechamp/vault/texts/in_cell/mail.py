"""Mail: EML, and MBOX message by message, with what is attached; and pages saved as MHTML."""

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import Message
from typing import IO, Any

from contrechamp.base.decoded_text import decoded
from contrechamp.vault.texts.in_cell import html, within
from contrechamp.vault.texts.in_cell.bounds import Bounds, Part, Place

#: What people look for; the last is the address of a page that a browser saved as MHTML.
_HEADERS = ("From", "To", "Cc", "Date", "Subject", "Snapshot-Content-Location")
#: Parts of saved pages that nobody reads.
_OF_PAGES = frozenset({"text/css", "text/javascript"})
#: Stands before the name of what is attached: a picture has no other text by which it is found.
_ATTACHED = "Attached"
#: Longer messages of a box, in bytes, are read up to here.
_MESSAGE = 64 << 20
_SEPARATOR = re.compile(rb"From \S*.*\d{4}")
#: Parts of one message that are looked at.
_PARTS = 2_000


def box(content: IO[bytes], at: Place, bounds: Bounds) -> Iterator[Part]:
    """Yield the text of the messages of an MBOX, which begin with a line of ``From ...``."""
    number, size, blank = 0, 0, True
    lines: list[bytes] = []
    while line := content.readline(1 << 20):
        if blank and line.startswith(b"From ") and _SEPARATOR.match(line):
            if lines:
                number += 1
                bounds.open()
                yield from message(b"".join(lines), (*at, ("message", str(number))), bounds)
            lines, size, blank = [], 0, False
            continue
        blank = line in (b"\n", b"\r\n")
        size += len(line)
        if size <= _MESSAGE:
            lines.append(line[1:] if line.startswith(b">From ") else line)
        else:
            bounds.note("large")
    if lines:
        bounds.open()
        yield from message(b"".join(lines), (*at, ("message", str(number + 1))), bounds)


def message(content: bytes, at: Place, bounds: Bounds) -> Iterator[Part]:
    """Yield head, text and attachments of a message."""
    try:
        parsed = message_from_bytes(content, policy=policy.compat32)
    except Exception:  # whatever a hostile message makes the library do
        bounds.note("damaged")
        return
    yield from _message(parsed, at, bounds)


def _message(parsed: Message, at: Place, bounds: Bounds) -> Iterator[Part]:
    texts, others = [_head(parsed)], []
    pages: list[tuple[bytes, str]] = []
    has_plain = False
    for count, part in enumerate(_leaves(parsed, bounds)):
        if count >= _PARTS:
            bounds.note("long")
            break
        if isinstance(part, str):
            texts.append(part)
            continue
        kind, name = part.get_content_type(), _name(part)
        if name:
            texts[0] += f"\n{_ATTACHED}: {name}"
        body = _payload(part, bounds)
        attached = part.get_content_disposition() == "attachment" or bool(name)
        if attached or not kind.startswith("text/"):
            others.append((body, name))
        elif kind == "text/html":
            pages.append((body, part.get_content_charset() or ""))
        elif kind not in _OF_PAGES:
            has_plain = True
            texts.append(decoded(body, part.get_content_charset() or ""))
    if not has_plain:
        texts += [html.words_of(decoded(body, named), bounds) for body, named in pages]
    yield from bounds.part(at, "\n".join(texts))
    for body, name in others:
        bounds.open()
        if bounds.deep <= 0:
            bounds.note("deep")
            return
        bounds.deep -= 1
        yield from within.of(body, name, at, bounds)
        bounds.deep += 1


def _head(parsed: Message) -> str:
    return "\n".join(f"{name}: {_header(parsed, name)}" for name in _HEADERS if parsed.get(name))


def _leaves(parsed: Message, bounds: Bounds) -> Iterator[Message | str]:
    """Yield the parts of a message that are not parts of parts, and the heads of messages in it."""
    waiting: list[tuple[Message, int]] = [(parsed, 0)]
    while waiting:
        one, deep = waiting.pop()
        payload = one.get_payload()
        if isinstance(payload, list):
            if one is not parsed and one.get_content_type() == "message/rfc822":
                yield from (_head(inner) for inner in payload if isinstance(inner, Message))
            if deep > 20:
                bounds.note("deep")
                continue
            waiting += [(part, deep + 1) for part in reversed(payload) if isinstance(part, Message)]
        else:
            yield one


def _payload(part: Message, bounds: Bounds) -> bytes:
    try:
        found = part.get_payload(decode=True)
    except Exception:  # as above
        bounds.note("damaged")
        return b""
    content = found if isinstance(found, bytes) else b""
    bounds.unpack(len(content))
    return content


def _header(parsed: Message, name: str) -> str:
    return _unfolded(str(parsed.get(name)))


def _unfolded(value: str) -> str:
    """Return a value with its encoded words (RFC 2047) in letters."""
    from email.header import decode_header

    try:
        pieces: Any = decode_header(value)
        return "".join(
            one if isinstance(one, str) else decoded(one, named or "") for one, named in pieces
        )
    except Exception:  # as above
        return value


def _name(part: Message) -> str:
    try:
        return _unfolded(str(part.get_filename() or ""))  # against RFC 2231, many write it so
    except Exception:  # as above
        return ""
