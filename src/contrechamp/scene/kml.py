"""Reading KML and KMZ, as phone apps and Google Earth write them: placemarks and their data.

What a placemark says in ``ExtendedData`` are its cells. The view from which an app shows it
(``LookAt``, ``Camera``) has a heading too: that of the viewer, which is never read.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import numpy as np
import pandas as pd
import shapely
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from contrechamp.base.errors import InputError
from contrechamp.base.files import too_large, unreadable
from contrechamp.base.i18n import _, ngettext
from contrechamp.scene.file_kinds import KMZ
from contrechamp.scene.input_files import OpenedFile
from contrechamp.scene.table_rows import Rows
from contrechamp.scene.tables import Notice
from contrechamp.scene.zipped import entries

#: Bytes of KML: all of it is in memory as a tree, some ten times as large.
MAX_KML_BYTES = 200 * 1024**2
#: How deep folders may lie in each other.
MAX_DEPTH = 200
#: What Organic Maps writes of an object of the map that somebody marked, and of a camera.
_TYPES, _CAMERA = "featuretypes", "man_made-surveillance"
#: Elements of a placemark that are cells, with the names of their columns.
_TEXTS = ("name", "description", "address", "phonenumber")


@dataclass
class _Found:
    cells: list[dict[str, str]] = field(default_factory=list)
    shapes: list[Any] = field(default_factory=list)
    without_shape: int = 0
    links: int = 0
    of_the_map: int = 0


def read_kml(opened: OpenedFile) -> Rows:
    """Return a row for each shape of each placemark.

    Raises:
        InputError: if the file is damaged, declares entities, or is too large.
    """
    found = _Found()
    for content in _documents(opened):
        _collect(_parsed(content, opened.name), found, 0, opened.name)
    names = list(dict.fromkeys(name for row in found.cells for name in row)) or ["name"]
    shapes = np.empty(len(found.shapes), dtype=object)
    shapes[:] = found.shapes
    labels = np.arange(1, len(shapes) + 1, dtype=np.int64)
    frame = pd.DataFrame(found.cells, columns=names, dtype=object)
    return Rows(opened.name, labels, frame, shapely.force_2d(shapes), notices=_told(found, opened))


def _documents(opened: OpenedFile) -> Iterator[bytes]:
    """Yield the KML of a file; of an archive, of each KML in it."""
    if opened.format != KMZ:
        if len(opened.content) > MAX_KML_BYTES:
            raise too_large(opened.name, MAX_KML_BYTES, _("split it"))
        yield opened.content
        return
    is_kml = lambda name: name.lower().endswith(".kml")  # noqa: E731
    for _name, content in entries(opened.content, opened.name, MAX_KML_BYTES, is_kml):
        yield content


def _parsed(content: bytes, name: str) -> Element:
    try:
        root: Element = fromstring(content, forbid_dtd=True)
    except DefusedXmlException as error:
        raise InputError(
            _("it declares a document type or entities, which no KML file needs; export it again"),
            where=name,
        ) from error
    except (ParseError, ValueError, LookupError) as error:
        raise unreadable(name, error, _("export it again"), form="KML") from error
    return root


def _tag(element: Element) -> str:
    return str(element.tag).rpartition("}")[2].lower()


def _collect(element: Element, found: _Found, depth: int, name: str) -> None:
    if depth > MAX_DEPTH:
        raise unreadable(name, _("it is nested too deeply"), _("export it again"), form="KML")
    for part in element:
        kind = _tag(part)
        if kind == "placemark":
            _placemark(part, found, name)
        elif kind in {"networklink", "groundoverlay", "photooverlay", "screenoverlay"}:
            found.links += 1
        elif kind in {"document", "folder", "kml"}:
            _collect(part, found, depth + 1, name)


def _placemark(element: Element, found: _Found, name: str) -> None:
    cells: dict[str, str] = {}
    shapes: list[Any] = []
    for part in element:
        kind = _tag(part)
        if kind in _TEXTS and part.text and part.text.strip():
            cells[kind] = part.text.strip()
        elif kind == "extendeddata":
            cells |= _extended(part)
        else:
            shapes += _shapes(part, 0, name)
    if not shapes:
        found.without_shape += 1
    if _CAMERA not in cells.get(_TYPES, _CAMERA):
        found.of_the_map += 1
        return
    found.cells += [cells] * len(shapes)
    found.shapes += shapes


def _extended(element: Element) -> dict[str, str]:
    """Return ``Data`` and ``SimpleData`` by name in lower case; what apps add by its tag."""
    cells = {}
    for part in element.iter():
        kind, key = _tag(part), part.get("name", "").strip().lower()
        if kind == "data" and key:
            value = next((one.text for one in part if _tag(one) == "value"), part.get("value"))
            cells[key] = (value or "").strip()
        elif kind == "simpledata" and key:
            cells[key] = (part.text or "").strip()
        elif kind == _TYPES:
            cells[kind] = ";".join((one.text or "").strip() for one in part)
        elif kind not in {"extendeddata", "schemadata", "value", "displayname"} and not len(part):
            cells.setdefault(kind, (part.text or "").strip())
    return {key: text for key, text in cells.items() if text}


def _shapes(element: Element, depth: int, name: str) -> list[Any]:
    """Return the shapes of a geometry; those of a collection one by one."""
    kind = _tag(element)
    if kind in {"multigeometry", "multitrack"} and depth < MAX_DEPTH:
        return [shape for part in element for shape in _shapes(part, depth + 1, name)]
    if kind == "point":
        places = _coordinates(element, name)
        return [shapely.Point(places[0])] if places else []
    if kind in {"linestring", "linearring", "track"}:
        places = _of_track(element, name) if kind == "track" else _coordinates(element, name)
        return [shapely.LineString(places)] if len(places) > 1 else []
    if kind == "polygon":
        rings = {
            bound: [_coordinates(part, name) for part in element if _tag(part) == bound]
            for bound in ("outerboundaryis", "innerboundaryis")
        }
        outer = rings["outerboundaryis"]
        if outer and len(outer[0]) > 3:
            holes = [hole for hole in rings["innerboundaryis"] if len(hole) > 3]
            return [shapely.Polygon(outer[0], holes)]
    return []


def _coordinates(element: Element, name: str) -> list[tuple[float, float]]:
    text = next((part.text for part in element.iter() if _tag(part) == "coordinates"), "")
    return [_place(step.split(","), name) for step in (text or "").split()]


def _of_track(element: Element, name: str) -> list[tuple[float, float]]:
    """Return the places of a ``gx:Track``; its times are not kept."""
    steps = (part.text or "" for part in element if _tag(part) == "coord")
    return [_place(step.split(), name) for step in steps if step.strip()]


def _place(numbers: list[str], name: str) -> tuple[float, float]:
    try:
        lon, lat = (float(text) for text in numbers[:2])
    except ValueError as error:
        text = _("{found}: expected longitude,latitude").format(found=",".join(numbers)[:40])
        raise unreadable(name, text, _("export it again"), form="KML") from error
    if not (-180.0 <= lon <= 180.0 and -90.0 <= lat <= 90.0):
        raise InputError(_("expected degrees of longitude and latitude on earth"), where=name)
    return lon, lat


def _told(found: _Found, opened: OpenedFile) -> list[Notice]:
    told = (
        (
            "not-read",
            found.links,
            ngettext(
                "{count} link or picture laid over the map is not read",
                "{count} links or pictures laid over the map are not read",
                found.links,
            ),
        ),
        (
            "no-camera",
            found.of_the_map,
            ngettext(
                "{count} feature is no camera and is left out",
                "{count} features are no cameras and are left out",
                found.of_the_map,
            ),
        ),
        (
            "not-read",
            found.without_shape,
            ngettext(
                "{count} placemark has no place and is left out",
                "{count} placemarks have no place and are left out",
                found.without_shape,
            ),
        ),
    )
    return [
        Notice(kind, opened.name, text.format(count=count)) for kind, count, text in told if count
    ]
