"""Our own strict readers of archives and mail: what they hold, to the last byte.

Each yields what has no place there, and tells the digest of every part, so that it can be compared
with the copies that passed their own checks.
"""

import hashlib
import struct
import zlib
from email import message_from_bytes, policy
from email.message import Message

from contrechamp.redact.checks.strict_pictures import need

_FIELDS = frozenset({"from", "to", "cc", "subject", "date", "mime-version", "content-type"})
_OF_PARTS = frozenset({"content-type", "content-disposition", "content-transfer-encoding"})
_BOX_BEGINS = b"From - Thu Jan  1 00:00:00 1970\n"
_UTF8, _DEFLATED, _NO_DATE = 0x800, 8, (33 << 16)
_LOCAL, _CENTRAL, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"


def archive(content: bytes) -> tuple[list[str], list[str]]:
    """Return what a ZIP holds that has no place in it, and the digests of its members."""
    found: list[str] = []
    digests: list[str] = []
    names: list[bytes] = []
    at = 0
    while content[at : at + 4] == _LOCAL:
        _version, flags, method, date, _crc, packed, size, name, extra = struct.unpack(
            "<HHHIIIIHH", content[at + 4 : at + 30]
        )
        if flags & ~_UTF8 or method != _DEFLATED or date != _NO_DATE or extra:
            found.append(f"member {len(names) + 1}: fields")
        names.append(content[at + 30 : at + 30 + name])
        at += 30 + name + extra
        stream = zlib.decompressobj(-15)
        body = stream.decompress(content[at : at + packed], size + 1) + stream.flush()
        need(stream.eof and not stream.unused_data and len(body) == size, "member")
        digests.append(hashlib.sha256(body).hexdigest())
        at += packed
    listed: list[bytes] = []
    start = at
    while content[at : at + 4] == _CENTRAL:
        name, extra, comment, _disk, inside, outside = struct.unpack(
            "<HHHHHI", content[at + 28 : at + 42]
        )
        if extra or comment or inside or outside & ~(0o600 << 16):
            found.append(f"member {len(listed) + 1}: fields of the list")
        listed.append(content[at + 46 : at + 46 + name])
        at += 46 + name + extra + comment
    need(content[at : at + 4] == _END and len(content) >= at + 22, "end")
    count, _same, size, begin, comment = struct.unpack("<HHIIH", content[at + 8 : at + 22])
    need((count, size, begin) == (len(listed), at - start, start) and names == listed, "list")
    if comment or at + 22 != len(content):
        found.append(f"{len(content) - at - 22} bytes after the list")
    return found, digests


def mail(content: bytes) -> tuple[list[str], list[str]]:
    """Return what a message holds that has no place in it, and the digests of its parts."""
    found: list[str] = []
    digests: list[str] = []
    message = message_from_bytes(content, policy=policy.compat32)
    found += [f"field {name}" for name in message.keys() if not _is_kept(name)]  # noqa: SIM118
    for part in message.walk():
        if part is not message:
            found += [f"field {n} of a part" for n in part.keys() if n.lower() not in _OF_PARTS]  # noqa: SIM118
        if part.defects:
            found.append(f"{type(part.defects[0]).__name__}")
        if part.is_multipart():
            if (part.preamble or "").strip() or (part.epilogue or "").strip():
                found.append("text between parts")
        elif part is not message or _payload(part):  # a message may be fields alone
            digests.append(hashlib.sha256(_payload(part)).hexdigest())
    return found, digests


def box(content: bytes) -> tuple[list[str], list[str]]:
    """Return what a box of messages holds that has no place in it, and the digests of each."""
    found: list[str] = []
    digests = []
    need(content.startswith(_BOX_BEGINS) or not content, "beginning")
    for message in content.split(_BOX_BEGINS)[1:]:
        found += mail(message)[0]
        plain = message.rstrip(b"\n").replace(b"\n>From ", b"\nFrom ")
        digests.append(hashlib.sha256(plain).hexdigest())
    return found, digests


def box_digest(message: bytes) -> str:
    """Return the digest under which `box` finds a message again."""
    return hashlib.sha256(message.replace(b"\r\n", b"\n").rstrip(b"\n")).hexdigest()


def _is_kept(name: str) -> bool:
    return name.lower() in _FIELDS | _OF_PARTS


def _payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""
