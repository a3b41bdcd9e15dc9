"""Captions and descriptions in pictures (EXIF, IPTC, XMP, PNG), and the picture itself, to read."""

import io
import re
import warnings
from collections.abc import Iterator
from typing import Any, cast

import pillow_heif
from lxml import etree
from PIL import Image, ImageFile, ImageOps, IptcImagePlugin

from contrechamp.base.decoded_text import decoded
from contrechamp.vault.texts.in_cell.bounds import Bounds, Part, Place
from contrechamp.vault.texts.in_cell.drawn import may_be, picture

#: Pixels of a picture that is opened, and along an edge once it is drawn to be read.
_MOST_PIXELS, _EDGE, _SMALL = 120_000_000, 2_600, 120
#: Tags of EXIF: ImageDescription, Artist, Copyright, and the titles, comments and keywords that
#: Windows writes; in its part about the photo, UserComment.
_EXIF, _USER_COMMENT, _PHOTO = (270, 315, 33432, 40091, 40092, 40094, 40095), 37510, 0x8769
_OF_WINDOWS = range(40091, 40096)
#: Datasets of IPTC: title, keywords, place, headline, credit, caption, writer.
_IPTC = ((2, 5), (2, 25), (2, 90), (2, 92), (2, 95), (2, 101), (2, 105), (2, 110), (2, 120))
_XMP = re.compile(rb"<(?:x:xmpmeta|rdf:RDF)\b.*?</(?:x:xmpmeta|rdf:RDF)>", re.DOTALL)
_XMP_BYTES = 1 << 20
_XMP_NAMES = frozenset(
    {"description", "title", "Headline", "CaptionWriter", "subject", "City", "State", "Country",
     "Location", "AltTextAccessibility", "ExtDescrAccessibility", "UserComment",
     "ImageDescription", "Event", "TransmissionReference"}
)  # fmt: skip


def captions(content: bytes, at: Place, bounds: Bounds) -> Iterator[Part]:
    """Yield what a picture says about itself, then the picture as pixels to be read."""
    pillow_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None  # bounded below, before anything is decoded
    said = _xmp(content)
    drawn = None
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(content)) as image:
            warnings.simplefilter("ignore")
            said += _of_image(image)
            drawn = _grey(image, bounds)
    except Exception:  # whatever a hostile picture makes the library do
        bounds.note("damaged")
    if said:
        texts = "\n".join(dict.fromkeys(said))
        yield from bounds.part((*at, ("caption", "")), texts)
    if drawn is not None:
        yield from picture(drawn.width, drawn.height, drawn.tobytes(), at, bounds)


def _grey(image: Image.Image, bounds: Bounds) -> Image.Image | None:
    if image.width * image.height > _MOST_PIXELS:
        bounds.note("large")
        return None
    if min(image.size) < _SMALL or not may_be(bounds):
        return None
    image.draft("L", (_EDGE, _EDGE))
    image.thumbnail((_EDGE, _EDGE), reducing_gap=2.0)
    return ImageOps.exif_transpose(image).convert("L")


def _of_image(image: Image.Image) -> list[str]:
    exif = image.getexif()
    found: list[Any] = []
    for tag in _EXIF:
        value = exif.get(tag)
        if isinstance(value, bytes) and tag in _OF_WINDOWS:
            value = value.decode("utf-16-le", "replace")
        elif isinstance(value, str):  # the library takes each byte for a letter; most are UTF-8
            value = decoded(value.encode("latin-1", "replace"))
        found.append(value)
    comment = exif.get_ifd(_PHOTO).get(_USER_COMMENT)
    found.append(comment[8:] if isinstance(comment, bytes) else comment)
    iptc = IptcImagePlugin.getiptcinfo(cast(ImageFile.ImageFile, image)) or {}
    for dataset in _IPTC:
        value = iptc.get(dataset)
        found += value if isinstance(value, list) else [value]
    found += [value for key, value in image.info.items() if _is_text_chunk(key, value)]
    texts = [decoded(one) if isinstance(one, bytes) else str(one) for one in found if one]
    return [text.strip("\0 \n") for text in texts if text.strip("\0 \n")]


def _is_text_chunk(key: object, value: object) -> bool:
    """Return whether it is a text of PNG or GIF, and no XML, which `_xmp` reads."""
    words = {"Title", "Description", "Comment", "Author", "Copyright", "Source", "comment"}
    return key in words and isinstance(value, str | bytes)


def _xmp(content: bytes) -> list[str]:
    found: list[str] = []
    for match in _XMP.finditer(content[: 4 * _XMP_BYTES]):
        if len(match[0]) > _XMP_BYTES:
            continue
        parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
        try:
            root = etree.fromstring(match[0], parser)
        except (etree.LxmlError, ValueError):
            continue
        if root is None:
            continue
        for element in root.iter(etree.Element):
            name = etree.QName(element).localname
            if name in _XMP_NAMES:
                found += [text.strip() for text in element.itertext() if text.strip()]
            found += [
                str(value)
                for key, value in element.attrib.items()
                if etree.QName(key).localname in _XMP_NAMES
            ]
    return found
