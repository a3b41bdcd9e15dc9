"""Rebuilds a PDF from what its pages draw: only what is on a list is taken over.

The new file has pages with content and resources, and nothing else: no document information, XMP,
attachments, scripts, forms, comments, links, outlines, names, structure tree, layers, thumbnails,
private data, earlier revisions or unreferenced objects. What annotations show on a page (filled-in
fields, stamps, drawings, text boxes) is drawn into it before.
"""

import re
import zlib
from collections import Counter
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from contrechamp.redact.pdf import font_programs, layers, letter_maps
from contrechamp.redact.pdf.content import Drawing, drawing_only, has_more_operators
from contrechamp.redact.pdf.entries import COLLECTIONS, ENTRIES, MAPS
from contrechamp.redact.pdf.names import ChosenNames, text_of
from contrechamp.redact.pdf.pictures import without_metadata
from contrechamp.redact.pdf.work import (
    MAX_OPERATORS_A_PAGE,
    Object,
    TooMuchError,
    Work,
    by_object,
)
from contrechamp.redact.words import Words

MAX_DEPTH = 24
MAX_OBJECTS = 500_000
MAX_CONTENT = 256 << 20

_DEVICE = {1: Name.DeviceGray, 3: Name.DeviceRGB, 4: Name.DeviceCMYK}
_PLAIN = (int, float, bool, Name)
_MAX_COMPONENTS = 32
_MAX_COLLECTION = 64
_COMPONENTS = {
    "None": 1, "/DeviceGray": 1, "/CalGray": 1, "/G": 1, "/Indexed": 1, "/I": 1, "/Separation": 1,
    "/DeviceRGB": 3, "/CalRGB": 3, "/Lab": 3, "/RGB": 3, "/DeviceCMYK": 4, "/CMYK": 4,
}  # fmt: skip
_COMMENT = re.compile(rb"%[^\r\n]*")
_AS_IS = ("/DCTDecode", "/JPXDecode", "/CCITTFaxDecode", "/JBIG2Decode")


class TooLargeError(ValueError):
    """Raised when a PDF unpacks to more than any document needs."""


def rebuilt(
    source: pikepdf.Pdf,
    left_out: Counter[str],
    words: Words,
    advance: Callable[[float], None] = lambda _pages: None,
) -> bytes:
    """Return the new file.

    Args:
        source: open, with its annotations already drawn into the pages.
        left_out: counts what is left out.
        words: that no chosen name and no map of letters may hold.
        advance: called after each page.

    Raises:
        pikepdf.PdfError: a page cannot be parsed.
        TooLargeError: it unpacks to more than any document needs.
        TooMuchError: a page draws more than any page needs.
    """
    new = pikepdf.new()
    rebuilder = _PageRebuilder(new, layers.visibility_of(source), left_out, words)
    for page in source.pages:
        page.externalize_inline_images()
        rebuilder.page(page)
        advance(1)
    new.remove_unreferenced_resources()
    out = BytesIO()
    new.save(
        out,
        deterministic_id=True,
        fix_metadata_version=False,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
    )
    return out.getvalue()


class _PageRebuilder:
    def __init__(
        self,
        new: pikepdf.Pdf,
        shown: Callable[[Any], bool],
        left_out: Counter[str],
        words: Words,
    ) -> None:
        self._new = new
        self._shown = shown
        self._left_out = left_out
        self._words = words
        self._names = ChosenNames(words)
        self._done: dict[tuple[Any, str], Any] = {}
        self._work = Work()
        self._objects = 0
        self._content = 0

    def page(self, page: pikepdf.Page) -> None:
        resources = page.obj.get("/Resources", None) or _inherited(page.obj, "/Resources")
        drawing = self._drawing(page, resources)
        x0, y0, x1, y1 = _visible_part(page)
        entries = {
            "/Type": Name.Page,
            "/MediaBox": Array([x0, y0, x1, y1]),
            "/Resources": self._of(resources, "resources", 0),
            "/Contents": self._new.make_stream(self._counted(drawing.content)),
        }
        # Its resources were taken over above: what each form draws is noted.
        self._work.add_page(drawing.operators, by_object(drawing.drawn, _objects(resources)))
        rotation = int(page.rotation) % 360
        if rotation:
            entries["/Rotate"] = rotation
        if "/Group" in page.obj:
            entries["/Group"] = self._of(page.obj.Group, "group", 0)
        self._new.pages.append(pikepdf.Page(self._new.make_indirect(Dictionary(entries))))

    def _drawing(self, content: Any, resources: Any) -> Drawing:
        if has_more_operators(content, MAX_OPERATORS_A_PAGE):
            raise TooMuchError(len(self._new.pages) + 1, MAX_OPERATORS_A_PAGE)
        return drawing_only(content, resources, self._shown, self._left_out, self._names)

    def _counted(self, content: bytes) -> bytes:
        self._content += len(content)
        if self._content > MAX_CONTENT:
            raise TooLargeError
        return content

    def _of(self, value: Any, kind: str, depth: int) -> Any:
        """Return a new object for `value` as a `kind`, or None if it is not to be taken over."""
        self._objects += 1
        if self._objects > MAX_OBJECTS:
            raise TooLargeError
        if depth > MAX_DEPTH:
            self._left_out["objects"] += 1
            return None
        key = (getattr(value, "objgen", (0, 0)), kind)
        if key[0] == (0, 0):
            return self._anew(value, kind, depth)
        if key not in self._done:
            # Noted before its parts, which may refer back to it.
            self._done[key] = None
            made = self._anew(value, kind, depth)
            self._done[key] = self._new.make_indirect(made) if _is_container(made) else made
        return self._done[key]

    def _anew(self, value: Any, kind: str, depth: int) -> Any:
        if kind in MAPS:
            return self._map(value, MAPS[kind], depth)
        if kind == "value":
            return self._value(value, depth)
        if kind == "text":
            return self._collection(value)
        if kind == "name":
            return self._names.value_anew(value) if isinstance(value, Name) else None
        if kind == "glyph_names":
            return self._glyph_names(value)
        if kind == "object":
            return self._object(value, depth)
        if kind == "glyph":
            return self._glyph(value)
        if kind == "colour":
            return self._colour(value, depth)
        if isinstance(value, Array) and kind in ("function", "descendants"):
            part = "font" if kind == "descendants" else kind
            return Array([self._of(item, part, depth + 1) for item in value])
        if isinstance(value, Array) and kind == "mask":
            return self._value(value, depth)
        if isinstance(value, Array) and kind == "state_font" and len(value) == 2:
            return Array([self._of(value[0], "font", depth + 1), value[1]])
        kind = {"mask": "image"}.get(kind, kind)
        if isinstance(value, _PLAIN):
            return _plain(value)
        if isinstance(value, Stream):
            return self._stream(value, "cmap" if kind == "encoding" else kind, depth)
        return self._dictionary(value, kind, depth) if isinstance(value, Dictionary) else None

    def _map(self, value: Any, kind: str, depth: int) -> Any:
        if not isinstance(value, Dictionary):
            return None
        made = {
            self._names.clean(name): self._of(item, kind, depth + 1) for name, item in value.items()
        }
        return Dictionary({name: item for name, item in made.items() if item is not None})

    def _dictionary(self, value: Any, kind: str, depth: int) -> Any:
        allowed = ENTRIES.get(kind, {})
        made = {}
        for name, item in value.items():
            part = allowed.get(name[1:])
            anew = None if part is None else self._of(item, part, depth + 1)
            if anew is not None:
                made[name] = anew
            elif name not in ("/Length", "/Filter", "/DecodeParms", "/Name", "/ProcSet"):
                self._left_out["entries"] += 1
        return Dictionary(made)

    def _stream(self, value: Any, kind: str, depth: int) -> Any:
        made = self._dictionary(value, kind, depth)
        if made is None:
            return None
        if kind == "form" or (kind == "pattern" and "/Resources" in value):
            resources = value.get("/Resources", Dictionary())
            drawing = self._drawing(value, resources)
            drawn = by_object(drawing.drawn, _objects(resources))
            self._work.note(value.objgen, drawing.operators, drawn)
            return Stream(self._new, self._counted(drawing.content), made)
        filters = _filters(value)
        if filters and filters[-1] in _AS_IS:
            return self._picture(value, filters, made, depth)
        try:
            data = value.read_bytes()
        except pikepdf.PdfError:
            self._left_out["objects"] += 1
            return None
        if kind == "image":  # compressed at once, so that only one is in memory unpacked
            stream = Stream(
                self._new,
                zlib.compress(data[: _bytes_of(value, made.get("/ColorSpace", None))]),
                made,
            )
            stream.Filter = Name.FlateDecode
            return stream
        if kind == "cmap":
            data = letter_maps.written_anew(data, self._words)
        elif kind == "program":
            data = font_programs.without_names(data, self._words)
            if "/Length1" in made and "/Length2" not in made:  # all of a TrueType font
                made.Length1 = len(data)
        elif kind == "function" and _is_program(value):
            data = _COMMENT.sub(b"", data)
        return Stream(self._new, self._counted(data), made)

    def _picture(self, value: Any, filters: list[str], made: Any, depth: int) -> Any:
        """Take over compressed pixels as they are, without the metadata around them."""
        data = value.read_raw_bytes()
        if len(filters) > 1:  # a JPEG that was compressed again
            outer = Stream(self._new, data)
            outer.Filter = Array([Name(name) for name in filters[:-1]])
            data = outer.read_bytes()
        data = without_metadata(data, filters[-1])
        stream = Stream(self._new, data, made)
        stream.Filter = Name(filters[-1])
        parameters = value.get("/DecodeParms", None)
        if isinstance(parameters, Array) and len(parameters) == len(filters):
            parameters = parameters[-1]
        if isinstance(parameters, Dictionary):
            stream.DecodeParms = self._dictionary(parameters, "filter", depth + 1)
        return stream

    def _object(self, value: Any, depth: int) -> Any:
        if not isinstance(value, Stream):
            return None
        if not self._shown(value.get("/OC", None)):
            self._left_out["layers"] += 1
            return None
        kind = {"/Image": "image", "/Form": "form"}.get(str(value.get("/Subtype", "")))
        return None if kind is None else self._stream(value, kind, depth)

    def _glyph(self, value: Any) -> Any:
        if not isinstance(value, Stream):
            return None
        # The objects of a glyph are resources of its font; they are taken to exist.
        drawing = self._drawing(value, _Everything())
        return Stream(self._new, self._counted(drawing.content))

    def _colour(self, value: Any, depth: int) -> Any:
        if isinstance(value, Name):
            return self._names.anew(value)
        if not isinstance(value, Array) or not len(value) or not isinstance(value[0], Name):
            return None
        family, rest = str(value[0]), list(value)[1:]
        first = Name(family)
        if family == "/ICCBased" and rest and isinstance(rest[0], Stream):
            return self._without_profile(rest[0], depth)
        if family in ("/CalGray", "/CalRGB", "/Lab") and rest:
            return Array([first, self._of(rest[0], "calibrated", depth + 1)])
        if family in ("/Indexed", "/I") and len(rest) == 3:
            base = self._of(rest[0], "colour", depth + 1)
            lookup = rest[2].read_bytes() if isinstance(rest[2], Stream) else bytes(rest[2])
            return Array([first, base, rest[1], pikepdf.String(lookup)])
        if family in ("/Separation", "/DeviceN") and len(rest) >= 3:
            base = self._of(rest[1], "colour", depth + 1)
            tint = self._of(rest[2], "function", depth + 1)
            return Array([first, self._colourants(rest[0]), base, tint])
        if family == "/Pattern":
            return Array([first, *(self._of(item, "colour", depth + 1) for item in rest[:1])])
        return first

    def _colourants(self, value: Any) -> Any:
        """Return the names of the inks of a colour space."""
        if isinstance(value, Array):
            return Array([self._names.value_anew(item) for item in value])
        return self._names.value_anew(value)

    def _without_profile(self, profile: Any, depth: int) -> Any:
        """Return the plain colour space for an ICC profile, which may name a device."""
        self._left_out["profiles"] += 1
        alternate = profile.get("/Alternate", None)
        if isinstance(alternate, Array):
            return self._of(alternate, "colour", depth + 1)
        return _DEVICE.get(int(profile.get("/N", 3)), Name.DeviceRGB)

    def _value(self, value: Any, depth: int) -> Any:
        if isinstance(value, Array):
            items = [self._value(item, depth + 1) for item in value]
            return Array([item for item in items if item is not None])
        return _plain(value) if isinstance(value, _PLAIN) or _is_number(value) else None

    def _glyph_names(self, value: Any) -> Any:
        """Return the differences of an encoding: codes, and the names of their glyphs."""
        if not isinstance(value, Array):
            return None
        return Array(
            [self._names.value_anew(item) if isinstance(item, Name) else item for item in value]
        )

    def _collection(self, value: Any) -> Any:
        """Return a name of a collection of characters, which readers compare."""
        if not isinstance(value, pikepdf.String) or len(str(value)) >= _MAX_COLLECTION:
            return None
        text = str(value)
        known = text in COLLECTIONS or not self._words.find(text)
        return pikepdf.String(text if known else "Identity")


class _Everything:
    """Resources in which every object exists, and none is a layer."""

    def get(self, name: str, default: Any) -> Any:
        return self if name == "/XObject" else default

    def __contains__(self, name: object) -> bool:
        return True


def _plain(value: Any) -> Any:
    """Return a value that belongs to no file: a name can be an object of its own."""
    return Name(text_of(value)) if isinstance(value, Name) else value


def _is_number(value: Any) -> bool:
    return type(value).__name__ == "Decimal"


def _objects(resources: Any) -> dict[str, Object]:
    """Return the forms and pictures that resources name."""
    objects = resources.get("/XObject", None) if isinstance(resources, Dictionary) else None
    if not isinstance(objects, Dictionary):
        return {}
    return {name: item.objgen for name, item in objects.items() if isinstance(item, Stream)}


def _is_container(value: Any) -> bool:
    return isinstance(value, Dictionary | Array | Stream)


def _filters(stream: Any) -> list[str]:
    filters = stream.get("/Filter", None)
    if filters is None:
        return []
    return [str(filters)] if isinstance(filters, Name) else [str(item) for item in filters]


def _bytes_of(image: Any, colour: Any) -> int:
    """Return the most bytes of pixels that an image can have; what follows them is not shown.

    Args:
        image: its dictionary gives width, height and bits.
        colour: its colour space, rebuilt.
    """
    width, height = int(image.get("/Width", 0)), int(image.get("/Height", 0))
    bits = max(1, int(image.get("/BitsPerComponent", 1)))
    family = str(colour[0]) if isinstance(colour, Array) and len(colour) else str(colour)
    components = _COMPONENTS.get(family, _MAX_COMPONENTS)
    return height * -(-width * bits * components // 8)


def _is_program(stream: Any) -> bool:
    """Tell whether a stream is PostScript, which may have comments."""
    return int(stream.get("/FunctionType", 4)) == 4


def _inherited(page: Any, name: str) -> Any:
    """Return an entry that a page inherits from the nodes above it."""
    node, steps = page, 0
    while node is not None and steps < MAX_DEPTH:
        if name in node:
            return node[name]
        node, steps = node.get("/Parent", None), steps + 1
    return Dictionary()


def _visible_part(page: pikepdf.Page) -> tuple[float, float, float, float]:
    """Return the visible part of a page: the crop box within the media box."""
    media, crop = _box(page.mediabox), _box(page.cropbox)
    x0, y0 = max(media[0], crop[0]), max(media[1], crop[1])
    x1, y1 = min(media[2], crop[2]), min(media[3], crop[3])
    return (x0, y0, x1, y1) if x1 > x0 and y1 > y0 else media


def _box(box: Any) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = (float(value) for value in box)
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
