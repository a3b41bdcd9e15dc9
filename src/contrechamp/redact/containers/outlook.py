"""Reads messages of Outlook (MSG) as messages of mail, which are then taken apart like any.

A message is a compound file (MS-OXMSG): a storage with a stream for each property (MS-OXPROPS), and
storages for recipients and attachments. A message within a message is a storage as well. In the
cell.
"""

import codecs
import struct
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.generator import BytesGenerator
from email.header import Header
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime, formataddr
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import compressed_rtf
import olefile

from contrechamp.base.decoded_text import decoded
from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress
from contrechamp.redact.containers import mails
from contrechamp.redact.containers.limits import MAX_DEPTH
from contrechamp.redact.request import Request

# Properties (MS-OXPROPS), by number.
_SUBJECT, _SENT, _RECEIVED, _HEADERS = 0x0037, 0x0039, 0x0E06, 0x007D
_SENDER, _FOR = (0x0C1A, 0x5D01, 0x0C1F), (0x0042, 0x5D02, 0x0065)
_RECIPIENT, _RECIPIENT_TYPE = (0x3001, 0x39FE, 0x3003), 0x0C15
_DISPLAYED = {"To": 0x0E04, "Cc": 0x0E03}
_TEXT, _HTML, _RTF = 0x1000, 0x1013, 0x1009
_CODE_PAGE, _CODE_PAGE_OF_BODY = 0x3FFD, 0x3FDE
_CONTENT, _LONG_NAME, _NAME, _METHOD = 0x3701, 0x3707, 0x3704, 0x3705
_PLAIN, _BINARY, _UNICODE, _STORAGE, _TIME, _INTEGER = (
    *(0x001E, 0x0102, 0x001F, 0x000D, 0x0040, 0x0003),
)
#: Properties that stay, or say how others are read.
_USED: Final = frozenset(
    {
        *(_SUBJECT, _SENT, _RECEIVED, *_SENDER, *_FOR, *_DISPLAYED.values()),
        *(_TEXT, _HTML, _CODE_PAGE, _CODE_PAGE_OF_BODY),
    }
)
#: Properties that tell more than others of who and where, by the names that people know.
_CALLED: Final = {
    _HEADERS: "transport headers",
    0x1035: "Message-ID",
    0x1042: "In-Reply-To",
    0x0070: "conversation topic",
    0x0071: "conversation index",
    0x0E04: "displayed recipients",
    0x3FF8: "creator",
    0x3FFA: "last modifier",
}
_ATTACHMENT, _RECIPIENTS = "__attach_version1.0_", "__recip_version1.0_"
_STREAM, _PROPERTIES = "__substg1.0_", "__properties_version1.0"
_HEAD, _HEAD_WITHIN, _HEAD_OF_PART = 32, 24, 8
_EPOCH: Final = datetime(1601, 1, 1, tzinfo=UTC)
_UTF8_PAGE: Final = 65001
_MOST: Final = 3000


def unpack(
    source: Path, target: Path, request: Request, progress: Progress, *, parts: int, size: int
) -> dict[str, Any]:
    """Write the texts and attachments of a message into the folder of `target`.

    All else as `contrechamp.redact.containers.mails.unpack`.

    Raises:
        InputError: it is damaged, or holds more.
    """
    message, others, damaged = read(source)
    plan = mails.parts_of(message, target, parts=parts, size=size)
    if damaged:
        reason = _("is damaged: not all of it could be read")
        plan["left_out"].append({"name": _("the message"), "reason": reason})
    return {**plan, "other_fields": others}


def read(source: Path) -> tuple[Message, list[str], bool]:
    """Return a message of mail that says what one of Outlook does.

    Returns:
        The message; what properties are called that are not in it; whether something is lacking
        because the file is damaged.

    Raises:
        InputError: it is too damaged to be read.
    """
    try:
        with olefile.OleFileIO(str(source)) as compound:
            storage = _Storage(compound, (), _HEAD)
            return _message(storage, 0), storage.unused(), bool(storage.issues())
    except InputError:
        raise
    except Exception as error:  # whatever a hostile message makes the library do
        raise InputError(_("is a damaged message of Outlook; save it as EML there")) from error


class _Storage:
    """A storage of a compound file, with its properties."""

    def __init__(self, compound: Any, path: tuple[str, ...], head: int, coding: str = "") -> None:
        self._compound, self.path = compound, path
        names = [tuple(entry) for entry in compound.listdir(streams=True, storages=True)]
        depth = len(path)
        self.names = [
            name[depth] for name in names if len(name) == depth + 1 and name[:depth] == path
        ]
        self._fixed = dict(self._fixed_of(head))
        #: Of texts that are not in UTF-16; ``""`` where nothing says which.
        self.coding = _coding(self.number(_CODE_PAGE)) or coding

    def issues(self) -> list[str]:
        """Return what the library found wrong with the file so far, but for its header."""
        said = [str(issue) for _kind, issue in self._compound.parsing_issues]
        return [issue for issue in said if "header" not in issue]

    def _fixed_of(self, head: int) -> Iterator[tuple[tuple[int, int], bytes]]:
        """Yield properties of a fixed size, which stand in one stream: number and type, value."""
        if _PROPERTIES not in self.names:
            return
        content = self._read(_PROPERTIES)
        for at in range(head, len(content) - 15, 16):
            kind, number = struct.unpack_from("<HH", content, at)
            yield (number, kind), content[at + 8 : at + 16]

    def _read(self, name: str) -> bytes:
        with self._compound.openstream([*self.path, name]) as stream:
            return bytes(stream.read())

    def within(self, name: str, head: int) -> "_Storage":
        """Return a storage in this one."""
        return _Storage(self._compound, (*self.path, name), head, self.coding)

    def bytes_of(self, number: int) -> bytes | None:
        """Return a binary property."""
        name = f"{_STREAM}{number:04X}{_BINARY:04X}"
        return self._read(name) if name in self.names else None

    def text(self, *numbers: int) -> str:
        """Return the first of these properties that is a text and is not empty."""
        for number in numbers:
            for kind in (_UNICODE, _PLAIN):
                name = f"{_STREAM}{number:04X}{kind:04X}"
                if name in self.names and (found := self._decoded(self._read(name), kind)):
                    return found
        return ""

    def _decoded(self, content: bytes, kind: int) -> str:
        if kind == _UNICODE:
            return content.decode("utf-16-le", "replace").rstrip("\0").strip()
        return decoded(content.rstrip(b"\0"), self.coding).strip()

    def number(self, number: int) -> int | None:
        """Return a property that is an integer."""
        value = self._fixed.get((number, _INTEGER))
        return None if value is None else int(struct.unpack("<i", value[:4])[0])

    def moment(self, *numbers: int) -> datetime | None:
        """Return the first of these properties that is a time."""
        for number in numbers:
            if value := self._fixed.get((number, _TIME)):
                with suppress(OverflowError):
                    return _EPOCH + timedelta(microseconds=struct.unpack("<Q", value)[0] // 10)
        return None

    def unused(self) -> list[str]:
        """Return what properties of a message are called that do not stay."""
        numbers = {number for number, _kind in self._fixed}
        numbers |= {
            int(name[len(_STREAM) : len(_STREAM) + 4], 16)
            for name in self.names
            if name.startswith(_STREAM)
        }
        left = sorted(numbers - _USED)
        called = [_CALLED[number] for number in left if number in _CALLED]
        rest = len(left) - len(called)
        return [*called, *([f"MSG properties: {rest}"] if rest else [])]


def _coding(page: int | None) -> str:
    """Return what Python calls a code page of Windows; ``""`` if it knows none."""
    coding = "utf-8" if page == _UTF8_PAGE else f"cp{page}"
    try:
        codecs.lookup(coding)
    except LookupError:
        return ""
    return coding


def _message(storage: _Storage, deep: int) -> Message:
    """Return a message of mail that says what this one does."""
    if deep > MAX_DEPTH:
        raise InputError(_("lies in too many files, one within the other"))
    message = MIMEMultipart("mixed", policy=compat32)
    for name, value in _fields(storage):
        message[name] = value if value.isascii() else Header(value, "utf-8").encode()
    for part in (*_texts(storage), *_attachments(storage, deep)):
        message.attach(part)
    return message


def _fields(storage: _Storage) -> Iterator[tuple[str, str]]:
    for numbers in (_SENDER, _FOR):
        if person := _person(storage, numbers):
            yield "From", person
            break
    people: dict[int, list[str]] = {}
    for name in sorted(storage.names):
        if name.startswith(_RECIPIENTS):
            one = storage.within(name, _HEAD_OF_PART)
            people.setdefault(one.number(_RECIPIENT_TYPE) or 1, []).append(_person(one, _RECIPIENT))
    for kind, field in ((1, "To"), (2, "Cc")):
        said = ", ".join(filter(None, people.get(kind, []))) or storage.text(_DISPLAYED[field])
        if said:
            yield field, said
    if subject := storage.text(_SUBJECT):
        yield "Subject", " ".join(subject.split())
    if sent := storage.moment(_SENT, _RECEIVED):
        yield "Date", format_datetime(sent)


def _person(storage: _Storage, numbers: tuple[int, ...]) -> str:
    """Return a name with its address, where that is one of mail and not one of a directory."""
    name, *rest = numbers
    called = " ".join(storage.text(name).split())
    addresses = [address for number in rest if "@" in (address := storage.text(number))]
    if not addresses:
        return called
    address = addresses[0].encode("ascii", "replace").decode()
    return formataddr((called if called != addresses[0] else "", address))


def _texts(storage: _Storage) -> Iterator[Message]:
    """Yield the bodies: plain text, the page, or else the rich text."""
    plain, page = storage.text(_TEXT), storage.bytes_of(_HTML)
    coding = _coding(storage.number(_CODE_PAGE_OF_BODY))
    html = decoded(page, coding) if page else storage.text(_HTML)
    bodies = [
        MIMEText(text, form, "utf-8") for text, form in ((plain, "plain"), (html, "html")) if text
    ]
    rich = storage.bytes_of(_RTF)
    if not bodies and rich:
        yield _attached(compressed_rtf.decompress(rich), "message.rtf")
    elif len(bodies) > 1:
        both = MIMEMultipart("alternative", policy=compat32)
        for body in bodies:
            both.attach(body)
        yield both
    else:
        yield from bodies


def _attachments(storage: _Storage, deep: int) -> Iterator[Message]:
    names = sorted(name for name in storage.names if name.startswith(_ATTACHMENT))
    for name in names[:_MOST]:
        part = storage.within(name, _HEAD_OF_PART)
        called = part.text(_LONG_NAME, _NAME) or "attachment"
        content = part.bytes_of(_CONTENT)
        inner = f"{_STREAM}{_CONTENT:04X}{_STORAGE:04X}"
        if content is not None:
            yield _attached(content, called)
        elif inner in part.names:
            within = part.within(inner, _HEAD_WITHIN)
            if _PROPERTIES in within.names:
                yield _attached(_as_bytes(_message(within, deep + 1)), f"{called}.eml")
            else:  # an object of another program: what it shows is not known
                yield _attached(b"", called)
        else:  # it lies elsewhere, and only its place is named
            yield _attached(b"", called)


def _attached(content: bytes, name: str) -> Message:
    part = MIMEBase("application", "octet-stream", policy=compat32)
    part.set_payload(content)
    part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", name))
    return part


def _as_bytes(message: Message) -> bytes:
    out = BytesIO()
    BytesGenerator(out, mangle_from_=False, policy=compat32).flatten(message)
    return out.getvalue()
