"""Cameras and areas of a case as `scene` reads them: what a record says, the table says."""

import csv
import json
import math
import os
import tempfile
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import DAY, NOW, actor, camera, consent, desk, exhibit, item, source, text

from contrechamp.base.errors import InputError
from contrechamp.dossier.formats.read.importing import import_files
from contrechamp.dossier.formats.write import exporting
from contrechamp.dossier.formats.write.scene_tables import (
    COLUMNS,
    camera_csv,
    camera_features,
    camera_rows,
)
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.lookup import Stored
from contrechamp.dossier.records.actors import Optics, Product
from contrechamp.dossier.records.field_types import OutsideId, Position
from contrechamp.dossier.records.fieldwork import Area, Camera, Population
from contrechamp.scene.camera_models import scene_with_models
from contrechamp.scene.read import read_scene
from contrechamp.scene.tables import CAMERA_COLUMNS
from scene.in_process import tables

SQUARE = [[[35, 31], [35.1, 31], [35.1, 31.1], [35, 31.1], [35, 31]]]


class Nobody:
    """A case without actors."""

    def record(self, _id: str) -> None:
        return None


def decimals(least: float, most: float, places: int = 3) -> st.SearchStrategy[Decimal]:
    return st.decimals(least, most, places=places, allow_nan=False)


def maybe(strategy: st.SearchStrategy) -> st.SearchStrategy:
    return st.none() | strategy


#: As the rules of the dossier let them be.
CAMERAS = st.builds(
    Camera,
    position=st.builds(Position, lon=decimals(-180, 180, 7), lat=decimals(-80, 80, 7)),
    kind=st.sampled_from(["fixed", "panning", "dome", "unknown"]),
    mount=st.sampled_from(["", "wall", "pole", "lamp_post", "mât", "سارية"]),
    height_m=maybe(decimals(0, 1000)),
    heading_deg=maybe(decimals(0, 359)),
    tilt_deg=maybe(decimals(-90, 90)),
    hfov_deg=maybe(decimals(1, 360)),
    vfov_deg=maybe(decimals(1, 180)),
    width_px=maybe(st.integers(1, 100_000)),
    range_m=maybe(decimals(1, 5000)),
    first_seen=maybe(st.sampled_from(["2022", "2022-05~", "2022-05-14?"])),
    last_seen=maybe(st.sampled_from(["2026-11-01", "2026"])),
    sample=st.booleans(),
)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.lists(CAMERAS, min_size=1, max_size=6))
def test_what_records_say_is_what_measure_reads(cameras: list[Camera]) -> None:
    stored = [
        Stored(f"{number:016x}", "camera", one, 1, number, "", "", "")
        for number, one in enumerate(cameras)
    ]
    rows = camera_rows(Nobody(), stored)
    with tempfile.TemporaryDirectory() as folder:
        plain, geojson = Path(folder, "c.csv"), Path(folder, "c.geojson")
        plain.write_text(camera_csv(rows), encoding="utf-8", newline="")
        geojson.write_text(json.dumps(camera_features(rows)))
        for file in (plain, geojson):
            found = tables(file)
            assert not found.notices
            assert len(found.cameras) == len(cameras)
            for one, told, got in zip(stored, cameras, found.cameras.itertuples(), strict=True):
                assert got.id == one.id
                assert (got.geometry.x, got.geometry.y) == (
                    float(told.position.lon), float(told.position.lat)
                )  # fmt: skip
                for name in set(CAMERA_COLUMNS) & set(Camera.__dataclass_fields__) - {"operator"}:
                    want, read = getattr(told, name), getattr(got, name)
                    if want is None and isinstance(read, float):
                        assert math.isnan(read), name
                    elif isinstance(want, Decimal | int):
                        assert read == float(want), name
                    else:
                        assert read == (want or ""), name
                assert f"record/{one.id} version 1" in got.source
                assert ("SAMPLE" in got.source) == told.sample
                assert (got.operator, got.operator_class, got.indoor) == ("", "unknown", False)


def test_a_table_goes_into_a_case_and_comes_out_as_it_was(tmp_path: Path) -> None:
    columns = [
        "id", "lon", "lat", "kind", "mount", "height_m", "heading_deg", "tilt_deg", "hfov_deg",
        "vfov_deg", "width_px", "range_m", "first_seen", "last_seen",
    ]  # fmt: skip
    assert set(columns) <= set(COLUMNS)
    told = [
        ["north/1", "35.1000001", "31.5", "fixed", "wall", "3.5", "270", "-15", "81", "45.5",
         "1920", "30", "2022", "2026-11-01"],
        ["Café 2", "-0.5", "-31", "unknown", "", "", "", "", "", "", "", "", "", ""],
    ]  # fmt: skip
    table = tmp_path / "survey.csv"
    with table.open("w", newline="", encoding="utf-8") as target:
        csv.writer(target).writerows([columns, *told])
    with desk(tmp_path) as at:
        import_files(at.case, [table], now=lambda: NOW, random=os.urandom)
        exporting.write(at.case, tmp_path / "out", "cameras", day=DAY)
    with (tmp_path / "out" / "cameras.csv").open(newline="", encoding="utf-8") as opened:
        rows = [[row[name] for name in columns] for row in csv.DictReader(opened)]
    assert sorted(rows) == sorted(told)
    back = tables(tmp_path / "out" / "cameras.geojson")
    first = tables(table)
    names = [name for name in CAMERA_COLUMNS if name != "source"]
    left, right = (found.cameras.sort_values("id")[names] for found in (first, back))
    assert left.reset_index(drop=True).equals(right.reset_index(drop=True))


def test_operators_are_named_and_classed_and_ids_are_each_once(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        city = at.put(actor(kind="public-body", names=text("=SAMPLE City")))
        same = (OutsideId(scheme="camera-table", id="7"),)
        one = at.put(camera(operator=city, ids=same))
        two = at.put(camera(ids=same))
        exporting.write(at.case, tmp_path / "out", "cameras", day=DAY)
    found = json.loads((tmp_path / "out" / "cameras.geojson").read_text())
    first, second = (feature["properties"] for feature in found["features"])
    assert (first["operator"], first["operator_class"]) == ("=SAMPLE City", "public")
    assert [first["id"], second["id"]] == [lookup.id_of(one), lookup.id_of(two)]
    assert "hfov_deg" not in first
    assert "'=SAMPLE City" in (tmp_path / "out" / "cameras.csv").read_text()


@pytest.mark.parametrize("shape", ["Polygon", "Feature", "FeatureCollection"])
def test_areas_with_a_boundary_are_districts_of_measure(shape: str, tmp_path: Path) -> None:
    polygon = {"type": "Polygon", "coordinates": SQUARE}
    feature = {"type": "Feature", "properties": {}, "geometry": polygon}
    document = {
        "Polygon": polygon,
        "Feature": feature,
        "FeatureCollection": {"type": "FeatureCollection", "features": [feature, feature]},
    }[shape]
    boundary = item(tmp_path, json.dumps(document).encode())
    broken = item(tmp_path, b"SAMPLE, no GeoJSON")
    with desk(tmp_path) as at:
        people = (
            Population(count=5, year=2020), Population(count=7, year=2022),
            Population(count=3, year=2023, of="children"),
        )  # fmt: skip
        ref = at.put(Area(names=text("SAMPLE quarter"), boundary=boundary, population=people))
        at.put(Area(names=text("SAMPLE two"), boundary=broken))
        at.put(Area(names=text("SAMPLE three")))
        out = exporting.write(at.case, tmp_path / "out", "cameras", day=DAY)
        assert sum(out.left_out.values()) == 2
        found = tables(tmp_path / "out" / "areas.geojson", areas=True)
        (row,) = found.areas.itertuples()
        assert (row.id, row.name, row.population) == (lookup.id_of(ref), "SAMPLE quarter", 7)
        # A boundary that somebody gave goes where consent lets it.
        who = at.put(source())
        at.put(exhibit(boundary, given_by=who))
        at.put(consent(who, "held"))
        exporting.write(at.case, tmp_path / "later", "cameras", day=DAY)
    assert not (tmp_path / "later" / "areas.geojson").exists()


def test_what_a_case_knows_of_a_model_reaches_the_cameras_of_it(tmp_path: Path) -> None:
    out = tmp_path / "out"
    optics = Optics(kind="fixed", focal_mm="2.8-12", hfov_deg="32-105", width_px="2688")
    with desk(tmp_path) as at:
        known = at.put(Product(make="SAMPLE Optics", model="S-1", kind="camera", optics=optics))
        bare = at.put(Product(make="SAMPLE Optics", model="S-2", kind="camera", sample=True))
        at.put(Product(make="sample optics", model="S 1", optics=Optics(hfov_deg="90")))
        at.put(camera(product=known, name="C1"))
        at.put(camera(product=bare, name="C2"))
        for wrong in ("361", "5-0", "0", "wide"):
            with pytest.raises(InputError, match="hfov_deg"):
                at.put(Product(make="SAMPLE", model="S-3", optics=Optics(hfov_deg=wrong)))
        exporting.write(at.case, out, "cameras", day=DAY)
    rows = list(csv.DictReader((out / "models.csv").open()))
    assert [(row["make"], row["model"]) for row in rows] == [("SAMPLE Optics", "S-1")]
    read = scene_with_models(read_scene([out / "cameras.csv"]), out / "models.csv")
    by_model = read.cameras.set_index("model")
    assert by_model.loc["S-1", "by_model"] == "kind,width_px"
    assert by_model.loc["S-1", "width_px"] == 2688
    assert read.limits["hfov_deg"][by_model.index.get_loc("S-1")].tolist() == [32, 105]
    assert math.isnan(by_model.loc["S-2", "width_px"])
    assert read.counts["cameras_model_not_found"] == 1
