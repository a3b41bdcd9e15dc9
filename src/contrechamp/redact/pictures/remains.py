"""Names what a picture file holds apart from its pixels, for the review.

This is only reported, never relied on: a masked picture is made from pixels alone in any case.
"""

from collections.abc import Iterator

from contrechamp.base.i18n import _

_SIGNS = (
    (b"Exif\0\0", "EXIF"),
    (b"http://ns.adobe.com/xap/", "XMP"),
    (b"<x:xmpmeta", "XMP"),
    (b"Photoshop 3.0", "IPTC"),
    (b"ICC_PROFILE\0", "ICC"),
    (b"MPF\0", "MPF"),
    (b"jumbf", "C2PA"),
)
#: Metadata is at the beginning; data after the picture is found in another way.
_HEAD = 1 << 22


def remains(content: bytes, format_name: str) -> tuple[str, ...]:
    """Return the names of what a file holds apart from its pixels."""
    if format_name == "JPEG":
        return tuple(dict.fromkeys(_of_jpeg(content)))
    if format_name in ("PNG", "APNG"):
        return tuple(dict.fromkeys(_of_png(content)))
    if format_name == "GIF":
        return tuple(dict.fromkeys(_of_gif(content)))
    if format_name == "BMP":
        size = int.from_bytes(content[2:6], "little")
        return (_("data after the picture"),) if 0 < size < len(content) else ()
    head = content[:_HEAD]
    found = [name for sign, name in _SIGNS if sign in head]
    if format_name in ("WebP", "moving WebP"):
        found += [
            n for c, n in ((b"EXIF", "EXIF"), (b"XMP ", "XMP"), (b"ICCP", "ICC")) if c in head
        ]
    if format_name in ("TIFF", "RAW"):
        found.append(_("tags of TIFF (camera, dates, place)"))
    return tuple(dict.fromkeys(found))


def _of_jpeg(content: bytes) -> Iterator[str]:
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker, size = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        body = content[at + 4 : at + 2 + size]
        if marker == 0xFE:
            yield _("comment")
        elif 0xE1 <= marker <= 0xEF and marker != 0xEE:
            named = [name for sign, name in _SIGNS if body.startswith(sign)]
            yield from named or [f"APP{marker - 0xE0}"]
            if body.startswith(b"Exif") and b"\xff\xd8\xff" in body:
                yield _("thumbnail")
        elif marker == 0xDA:
            break
        at += 2 + size
    end = content.rfind(b"\xff\xd9")
    if 0 <= end < len(content) - 2:
        yield _("data after the picture")


def _of_png(content: bytes) -> Iterator[str]:
    kept = b"acTL fcTL fdAT IHDR IDAT IEND PLTE tRNS gAMA cHRM sRGB pHYs sBIT".split()
    named = {b"eXIf": "EXIF", b"iCCP": "ICC", b"tEXt": _("text"), b"zTXt": _("text")}
    at = 8
    while at + 8 <= len(content):
        size, kind = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        if kind == b"iTXt":
            yield "XMP" if content[at + 8 :].startswith(b"XML:com.adobe.xmp") else _("text")
        elif kind not in kept:
            yield named.get(kind, kind.decode("latin-1"))
        at += 12 + size
        if kind == b"IEND":
            break
    if at < len(content):
        yield _("data after the picture")


def _of_gif(content: bytes) -> Iterator[str]:
    """Name comments, texts and blocks of programs, of which a GIF may have any number."""
    at = 13 + (3 << ((content[10] & 7) + 1) if content[10:11] and content[10] & 0x80 else 0)
    while at + 1 < len(content) and content[at : at + 1] in (b"!", b","):
        if content[at : at + 1] == b",":
            flags = content[at + 9] if at + 9 < len(content) else 0
            at += 11 + (3 << ((flags & 7) + 1) if flags & 0x80 else 0)
        else:
            label, name = content[at + 1], content[at + 3 : at + 14]
            if label == 0xFE:
                yield _("comment")
            elif label == 0x01:
                yield _("text")
            elif label == 0xFF and name not in (b"NETSCAPE2.0", b"ANIMEXTS1.0"):
                yield "XMP" if name == b"XMP DataXMP" else _("private data of programs")
            at += 2
        while at < len(content) and content[at]:
            at += 1 + content[at]
        at += 1
    if at + 1 < len(content):
        yield _("data after the picture")
