"""Cameras in from OSM and tables, and out for OSM: read back by osmium and by our own readers."""

import dataclasses
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import osmium
import pytest
from samples import DAY, Desk, camera, desk, take

from contrechamp.base.errors import InputError
from contrechamp.dossier.formats.write import exporting
from contrechamp.dossier.formats.write.scene_tables import camera_csv, camera_rows
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.records.actors import Product
from contrechamp.dossier.records.field_types import OutsideId, Position
from contrechamp.scene.camera_tags import is_camera, read_camera
from contrechamp.scene.magnetic_north import declination
from contrechamp.scene.read import read_scene

OSM = """<osm version="0.6">
<node id="7" version="{version}" lon="35.1" lat="31.5"><tag k="man_made" v="surveillance"/>
<tag k="surveillance:type" v="camera"/><tag k="camera:type" v="fixed"/><tag k="height" v="4"/>
<tag k="camera:direction" v="NE"/><tag k="operator" v="SAMPLE town"/><tag k="wifi" v="no"/></node>
<node id="8" version="2" lon="35.2" lat="31.6"><tag k="man_made" v="surveillance"/></node>
<node id="9" version="2" lon="35.2" lat="31.6"><tag k="highway" v="stop"/></node></osm>"""


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as opened:
        yield opened


def extract(tmp_path: Path, version: int = 3) -> Path:
    file = tmp_path / "town.osm"
    file.write_text(OSM.format(version=version))
    return file


def read_change(file: Path) -> dict[int, tuple[int, float, float, dict[str, str]]]:
    return {
        node.id: (node.version, node.location.lon, node.location.lat, dict(node.tags))
        for node in osmium.FileProcessor(str(file))
    }


def test_cameras_of_an_extract_are_known_again(at: Desk, tmp_path: Path) -> None:
    done = take(at, extract(tmp_path))
    assert len(done.new) == 2
    by_id = {stored.record.ids[0].id: stored.record for stored in lookup.every(at.case, "camera")}
    one: Any = by_id["node/7"]
    assert (one.kind, one.height_m, one.heading_deg) == ("fixed", 4, 45)
    assert one.note == "operator: SAMPLE town"
    assert take(at, extract(tmp_path, version=4)).unchanged == 2


def test_a_table_of_cameras(at: Desk, tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text(
        "id,lon,lat,kind,heading_deg,last_seen\n1,35.1,31.5,dome,90-180,2026-05\n2,35.1,31.5,,,soon\n"
    )
    take(at, tmp_path / "c.csv")
    first, second = (stored.record for stored in lookup.every(at.case, "camera"))
    assert (first.heading_deg, first.hfov_deg, first.last_seen) == (135, 90, "2026-05")
    assert (second.kind, second.last_seen, second.note) == ("unknown", None, "last_seen: soon")
    assert take(at, tmp_path / "c.csv").unchanged == 2
    (tmp_path / "d.csv").write_text("id,lon,lat\n1,35.1,131.5\n2,35,31\n")
    with pytest.raises(InputError, match=r"d\.csv:2: lat"):
        take(at, tmp_path / "d.csv")
    assert len(take(at, tmp_path / "d.csv", skip_bad_rows=True).new) == 1


def test_new_cameras_go_out_as_osm_reads_them(at: Desk, tmp_path: Path) -> None:
    plate = at.put(Product(make="SAMPLE Optics", model="S-1"))
    told = camera(sample=False, kind="panning", mount="pole", height_m=Decimal("3.50"),
                  heading_deg=Decimal(360), tilt_deg=Decimal(15), product=plate,
                  last_seen="2026-05-01", note="SECRET", name="SECRET")  # fmt: skip
    at.put(told)
    at.put(camera())  # a sample: made up
    vague = Position(lon=Decimal(35), lat=Decimal(31), within_m=Decimal(300))
    at.put(camera(sample=False, position=vague))
    left = exporting.write(at.case, tmp_path / "out", "osm", day=DAY)
    assert sum(left.left_out.values()) == 2
    ((version, lon, lat, tags),) = read_change(tmp_path / "out" / "cameras.osc").values()
    assert (version, lon, lat) == (0, 35.1, 31.5)
    assert is_camera(tags)
    found = read_camera(tags, "node/-1")
    (row,), unreadable = found.rows, found.unreadable
    assert unreadable == []
    assert (row["kind"], row["mount"], row["last_seen"]) == ("panning", "pole", "2026-05-01")
    assert (row["height_m"], row["heading_deg"], row["tilt_deg"]) == (3.5, 0.0, 15.0)
    (feature,) = json.loads((tmp_path / "out" / "new.geojson").read_text())["features"]
    assert feature["properties"] == tags
    assert feature["geometry"] == {"type": "Point", "coordinates": [35.1, 31.5]}
    assert "<create>" in (tmp_path / "out" / "cameras.osc").read_text()
    assert all("SECRET" not in file.read_text() for file in (tmp_path / "out").iterdir())


def test_a_compass_reading_stays_one_in_the_case_and_goes_out_from_true_north(
    at: Desk, tmp_path: Path
) -> None:
    (tmp_path / "c.csv").write_text(
        "id,lon,lat,heading_deg,heading_north,last_seen\n1,35.1,31.5,358,compass,2026-05-01\n"
    )
    take(at, tmp_path / "c.csv")
    (stored,) = lookup.every(at.case, "camera")
    record = stored.record
    assert (record.heading_deg, record.heading_north) == (358, "magnetic")
    by = declination(35.1, 31.5, "2026-05-01").east_deg
    assert 4.0 < by < 6.0
    ((_version, _lon, _lat, tags),) = read_change_of(at, tmp_path / "out", None).values()
    assert tags["camera:direction"] == f"{round(358 + by - 360, 1):g}"
    rows = camera_rows(at.case, lookup.every(at.case, "camera"))
    assert (rows[0]["heading_deg"], rows[0]["heading_north"]) == ("358", "magnetic")
    (tmp_path / "again.csv").write_text(camera_csv(rows))
    read = read_scene([tmp_path / "again.csv"]).cameras
    assert read["heading_deg"].tolist() == [pytest.approx(358 + by - 360)]


def test_a_compass_reading_without_a_day_goes_to_osm_without_its_direction(
    at: Desk, tmp_path: Path
) -> None:
    at.put(camera(sample=False, heading_deg=Decimal(90), heading_north="magnetic"))
    left = exporting.write(at.case, tmp_path / "out", "osm", day=DAY)
    ((_version, _lon, _lat, tags),) = read_change(tmp_path / "out" / "cameras.osc").values()
    assert "camera:direction" not in tags
    assert any("magnetic north" in reason for reason in left.left_out)


def test_a_table_that_names_makers_and_models_brings_their_products(
    at: Desk, tmp_path: Path
) -> None:
    (tmp_path / "c.csv").write_text(
        "id,lon,lat,make,model\n1,35.1,31.5,SAMPLE Optics,S-1\n2,35.1,31.5,sample optics,s-1\n"
        "3,35.1,31.5,,S-2\n"
    )
    take(at, tmp_path / "c.csv")
    (product,) = lookup.every(at.case, "product")
    assert (product.record.make, product.record.model) == ("SAMPLE Optics", "S-1")
    cameras = {one.record.ids[0].id: one.record for one in lookup.every(at.case, "camera")}
    assert cameras["1"].product == cameras["2"].product == product.ref
    assert (cameras["3"].product, cameras["3"].note) == (None, "model: S-2")


def test_a_correction_keeps_all_that_osm_says_and_its_version(at: Desk, tmp_path: Path) -> None:
    take(at, extract(tmp_path))
    assert not read_change_of(at, tmp_path / "same", extract(tmp_path))
    for stored in list(lookup.every(at.case, "camera")):
        if stored.record.ids[0].id == "node/7":
            at.put(dataclasses.replace(stored.record, height_m=Decimal(5)), stored.ref)
    left = exporting.write(at.case, tmp_path / "blind", "osm", day=DAY)
    assert read_change(tmp_path / "blind" / "cameras.osc") == {}
    assert any("--osm" in reason for reason in left.left_out)
    change = read_change_of(at, tmp_path / "out", extract(tmp_path, version=9))
    assert set(change) == {7}
    version, lon, lat, tags = change[7]
    assert (version, lon, lat) == (9, 35.1, 31.5)
    assert (tags["height"], tags["operator"], tags["wifi"]) == ("5", "SAMPLE town", "no")
    assert "<modify>" in (tmp_path / "out" / "cameras.osc").read_text()


def read_change_of(at: Desk, folder: Path, osm: Path | None) -> dict[int, Any]:
    exporting.write(at.case, folder, "osm", day=DAY, osm=osm)
    return read_change(folder / "cameras.osc")


def test_an_extract_without_versions_is_refused(at: Desk, tmp_path: Path) -> None:
    at.put(camera(sample=False, ids=(OutsideId(scheme="osm", id="node/7"),)))
    file = extract(tmp_path)
    file.write_text(file.read_text().replace('version="3"', ""))
    with pytest.raises(InputError, match="versions of its objects"):
        exporting.write(at.case, tmp_path / "out", "osm", day=DAY, osm=file)
    assert not (tmp_path / "out").exists()
