"""New and corrected cameras for OpenStreetMap, for the user to check and upload: we never do."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from contrechamp import __version__
from contrechamp.base.errors import InputError
from contrechamp.base.files import unreadable, write_json
from contrechamp.base.i18n import _
from contrechamp.dossier.formats.write.outgoing import Outgoing
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.lookup import Stored
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records.actors import Product
from contrechamp.dossier.records.fieldwork import Camera
from contrechamp.scene import camera_tags
from contrechamp.scene.camera_fields import RECORDED
from contrechamp.scene.magnetic_north import declination

#: Scheme of node ids in `Record.ids`, such as node/123.
SCHEME = "osm"
CHANGE, NEW, CORRECTED = "cameras.osc", "new.geojson", "corrected.geojson"
#: A camera whose position is less certain than this, in metres, is not offered to OpenStreetMap.
WITHIN_M = 25
#: Characters that XML cannot hold.
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_NODE = re.compile(r"node/([1-9]\d{0,18})")


@dataclass(frozen=True)
class _Node:
    """A node as OpenStreetMap has it."""

    id: int
    version: int
    lon: str
    lat: str
    tags: dict[str, str]


def tags_of(camera: Camera, view: View) -> dict[str, str]:
    """Return the OSM tags of a camera; `scene.camera_tags` reads them back."""
    product = view.record(lookup.id_of(camera.product)) if camera.product else None
    operator = view.record(lookup.id_of(camera.operator)) if camera.operator else None
    tags = {
        "man_made": "surveillance",
        "surveillance:type": "camera",
        **camera_tags.tags_of(_values(camera)),
        "operator": "" if operator is None else operator.title(),
        "manufacturer": product.make if isinstance(product, Product) else "",
        "model": product.model if isinstance(product, Product) else "",
        "check_date": (camera.last_seen or "") if _is_sure(camera.last_seen) else "",
    }
    return {key: value for key, value in tags.items() if value}


def write(outgoing: Outgoing, folder: Path) -> None:
    """Write an osmChange file, and GeoJSON with tags as properties, which JOSM opens.

    A camera that is in OpenStreetMap (its ids have node/123) is corrected only if an extract says
    what the node is like now, because a change repeats all of its tags and its version.
    """
    nodes = _nodes(outgoing)
    change = ElementTree.Element("osmChange", version="0.6", generator=f"contrechamp {__version__}")
    create, modify = (ElementTree.Element(name) for name in ("create", "modify"))
    new, corrected = [], []
    for number, (stored, camera) in enumerate(_cameras(outgoing), start=1):
        tags = tags_of(camera, outgoing.view)
        place = (f"{camera.position.lon:f}", f"{camera.position.lat:f}")
        node = _NODE.fullmatch(_osm_id(camera))
        if not _osm_id(camera):
            _put(create, {"id": str(-number), "version": "0"}, place, tags)
            new.append(_feature(stored, place, tags))
        elif node is None:
            outgoing.left_out[
                _("it is one of several cameras of one object: correct it there")
            ] += 1
        elif int(node[1]) not in nodes:
            corrected.append(_feature(stored, place, tags))
            reason = _("in OpenStreetMap already: give an extract with --osm to correct it")
            outgoing.left_out[reason] += 1
        else:
            known = nodes[int(node[1])]
            after = known.tags | _differing_tags(known.tags, tags, camera)
            if after == known.tags and (known.lon, known.lat) == _rounded(place):
                outgoing.left_out[_("OpenStreetMap says the same")] += 1
                continue
            _put(modify, {"id": node[1], "version": str(known.version)}, place, after)
            corrected.append(_feature(stored, place, after))
    change.extend(element for element in (create, modify) if len(element))
    ElementTree.indent(change)
    ElementTree.ElementTree(change).write(folder / CHANGE, encoding="utf-8", xml_declaration=True)
    for name, features in ((NEW, new), (CORRECTED, corrected)):
        write_json(folder / name, {"type": "FeatureCollection", "features": features})


def _values(camera: Camera) -> dict[str, Any]:
    """Return the fields of a camera as OpenStreetMap takes them: directions are from true north.

    A direction from magnetic north that cannot be turned is left out.
    """
    values = {one.name: getattr(camera, one.name) for one in RECORDED}
    if camera.heading_deg is not None and camera.heading_north == "magnetic":
        values["heading_deg"] = _from_true_north(camera)
    return values


def _from_true_north(camera: Camera) -> Decimal | None:
    """Return a direction from magnetic north as one from true north, to a tenth of a degree."""
    day = camera.last_seen or camera.first_seen or ""
    try:
        east = declination(float(camera.position.lon), float(camera.position.lat), day).east_deg
    except InputError:
        return None
    return round((camera.heading_deg or Decimal(0)) + Decimal(east), 1) % 360


def _differing_tags(known: dict[str, str], tags: dict[str, str], camera: Camera) -> dict[str, str]:
    """Return the tags whose meaning differs from the node's, not just their spelling."""
    rows, ours = camera_tags.read_camera(known, "").rows, _values(camera)
    same = {"man_made", "surveillance:type"}  # it is a camera there already
    if len(rows) == 1:
        same |= {
            one.tags[0].key
            for one in RECORDED
            if one.to_osm and _alike(ours[one.name], rows[0][one.name])
        }
    return {tag: value for tag, value in tags.items() if tag not in same}


def _alike(ours: Decimal | str | None, theirs: float | str) -> bool:
    return float(ours) == theirs if isinstance(ours, Decimal) else ours == theirs


def _cameras(outgoing: Outgoing) -> Iterator[tuple[Stored, Camera]]:
    for stored in outgoing.records("camera"):
        camera = stored.record
        assert isinstance(camera, Camera)  # noqa: S101
        if camera.sample:
            outgoing.left_out[_("made up, to show how a record looks")] += 1
        elif camera.position.within_m is not None and camera.position.within_m > WITHIN_M:
            reason = _("its place is not known within {metres} m").format(metres=WITHIN_M)
            outgoing.left_out[reason] += 1
        else:
            if camera.heading_deg is not None and _values(camera)["heading_deg"] is None:
                reason = _("its direction, from magnetic north on a day that is not known")
                outgoing.left_out[reason] += 1
            yield stored, camera


def _osm_id(camera: Camera) -> str:
    return next((one.id for one in camera.ids if one.scheme == SCHEME), "")


def _put(
    parent: ElementTree.Element, about: dict[str, str], place: tuple[str, str], tags: dict[str, str]
) -> None:
    lon, lat = _rounded(place)
    node = ElementTree.SubElement(parent, "node", {**about, "lon": lon, "lat": lat})
    for key, value in sorted((key, _UNWRITABLE.sub("", value)) for key, value in tags.items()):
        # OpenStreetMap limits keys and values to 255 characters.
        ElementTree.SubElement(node, "tag", {"k": key[:255], "v": value[:255]})


def _feature(stored: Stored, place: tuple[str, str], tags: dict[str, str]) -> dict[str, Any]:
    point = {"type": "Point", "coordinates": [float(one) for one in place]}
    return {"type": "Feature", "id": stored.id, "geometry": point, "properties": tags}


def _rounded(place: tuple[str, str]) -> tuple[str, str]:
    """Return a position with the seven decimals that OpenStreetMap keeps."""
    lon, lat = (f"{round(Decimal(one), 7):.7f}" for one in place)
    return lon, lat


def _nodes(outgoing: Outgoing) -> dict[int, _Node]:
    """Return the nodes of the extract that the case has as cameras, by id."""
    import osmium

    if outgoing.osm is None:
        return {}
    wanted = {
        int(found[1])
        for stored in outgoing.records("camera")
        if isinstance(stored.record, Camera) and (found := _NODE.fullmatch(_osm_id(stored.record)))
    }
    nodes = {}
    try:
        for node in osmium.FileProcessor(str(outgoing.osm), osmium.osm.NODE):
            assert isinstance(node, osmium.osm.Node)  # noqa: S101
            if node.id in wanted and node.location.valid():
                lon, lat = _rounded((str(node.location.lon), str(node.location.lat)))
                nodes[node.id] = _Node(node.id, node.version, lon, lat, dict(node.tags))
    except (RuntimeError, ValueError) as error:
        raise unreadable(outgoing.osm.name, advice=_("fetch it again"), form="OSM") from error
    if any(not node.version for node in nodes.values()):
        raise InputError(
            _("the extract does not give the versions of its objects; take one with metadata"),
            where=outgoing.osm.name,
        )
    return nodes


def _is_sure(date: str | None) -> bool:
    return bool(date) and not str(date).endswith(("~", "?"))
