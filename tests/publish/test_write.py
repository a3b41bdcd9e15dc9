"""What `publish.write` leaves in the folder, seen by independent readers of the formats."""

import csv
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import jsonschema
import numpy as np
import pyarrow.parquet as pq
import pytest
import shapely
from pyproj import Geod

from contrechamp.measure.results import Measurement
from contrechamp.publish.files import ALL, ReportFolder
from contrechamp.publish.publication import write
from contrechamp.scene.tables import Notice, Scene
from publish import sample

COMMAND = ("contrechamp", "measure", "/home/someone/town/sample.osm", "-o", "/srv/out")
LAYERS = ("cameras", "streets", "seen")


def published(folder: Path, *, language: str = "en") -> ReportFolder:
    town = sample.scene()
    return write(sample.measurement(town), town, folder, command=COMMAND, language=language)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published(tmp_path_factory.mktemp("published") / "out").folder


def test_says_what_it_wrote_and_wrote_nothing_else(tmp_path: Path) -> None:
    written = published(tmp_path / "new" / "out")
    assert written.index.name == "index.html"
    assert sorted(path.name for path in written.files) == sorted(ALL)
    assert sorted(path.name for path in written.folder.iterdir()) == sorted(ALL)
    assert [path.name for path in written.folder.parent.iterdir()] == ["out"]


def test_same_input_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    again = published(tmp_path / "elsewhere").folder
    for name in ALL:
        assert (again / name).read_bytes() == (folder / name).read_bytes(), name


@pytest.mark.slow
def test_another_process_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    """Where text hashes differently, sets come in another order."""
    script = (
        "from pathlib import Path; from publish.test_write import published;"
        f"published(Path({str(tmp_path / 'out')!r}))"
    )
    paths = os.pathsep.join(path for path in sys.path if path)
    environment = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": paths, "TZ": "Asia/Tokyo"}
    subprocess.run([sys.executable, "-c", script], env=environment, check=True)
    for name in ALL:
        assert (tmp_path / "out" / name).read_bytes() == (folder / name).read_bytes(), name


def test_a_second_run_replaces_the_first(tmp_path: Path) -> None:
    out = published(tmp_path / "out").folder
    (out / "index.html").write_text("stale")
    published(out)
    assert "stale" not in (out / "index.html").read_text()[:100]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_no_folder_of_this_machine_is_told(folder: Path) -> None:
    for path in folder.iterdir():
        content = path.read_bytes()
        assert b"/home/someone" not in content, path.name
        assert b"/srv/out" not in content, path.name
        assert str(folder).encode() not in content, path.name


# figures.json


def figures_of(folder: Path) -> dict[str, object]:
    return json.loads((folder / "figures.json").read_text())  # type: ignore[no-any-return]


def test_figures_follow_the_schema_beside_them(folder: Path) -> None:
    schema = json.loads((folder / "figures.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(figures_of(folder))


def test_the_schema_refuses_a_figure_without_its_interval(folder: Path) -> None:
    schema = json.loads((folder / "figures.schema.json").read_text())
    document = figures_of(folder)
    del document["figures"][0]["estimate"]["q95"]  # type: ignore[index]
    with pytest.raises(jsonschema.ValidationError, match="q95"):
        jsonschema.Draft202012Validator(schema).validate(document)


def test_figures_carry_inputs_priors_notices_and_the_command(folder: Path) -> None:
    document = figures_of(folder)
    assert document["inputs"][0]["sha256"] == "ab" * 32  # type: ignore[index]
    assert len(document["priors"]) == 3  # type: ignore[arg-type]
    assert len(document["notices"]) == 3  # type: ignore[arg-type]
    assert document["command"] == ["contrechamp", "measure", "sample.osm", "-o", "out"]
    assert document["methods"]["seed"] == 1  # type: ignore[index]


def test_what_is_not_a_number_is_null_and_never_nan(tmp_path: Path) -> None:
    town = sample.scene()
    found = sample.measurement(town)
    figure = replace(found.figures[0], known_share=float("nan"))
    write(replace(found, figures=(figure,)), town, tmp_path / "out", command=COMMAND, language="en")

    def refuse(word: str) -> None:
        raise AssertionError(word)

    document = json.loads((tmp_path / "out/figures.json").read_text(), parse_constant=refuse)
    assert document["figures"][0]["known_share"] is None


# figures.csv


def test_the_spreadsheet_holds_the_same_figures(folder: Path) -> None:
    rows = list(csv.DictReader((folder / "figures.csv").open(newline="")))
    figures = figures_of(folder)["figures"]
    assert len(rows) == len(figures)  # type: ignore[arg-type]
    for row, figure in zip(rows, figures, strict=True):  # type: ignore[call-overload]
        assert row["key"] == figure["key"]
        for name in ("median", "q05", "q95", "mean", "standard_error"):
            assert float(row[name]) == pytest.approx(figure["estimate"][name], abs=1e-6)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_spreadsheet_runs_nothing_of_it(start: str, tmp_path: Path) -> None:
    town = sample.scene()
    found = sample.measurement(town)
    group = start + 'HYPERLINK("http://example.org")'
    figure = replace(found.figures[0], group=group, level="area:1, 2")
    write(replace(found, figures=(figure,)), town, tmp_path / "out", command=COMMAND, language="en")
    with (tmp_path / "out/figures.csv").open(newline="") as file:
        row = next(csv.DictReader(file))
    # A carriage return alone is written by its number, which begins no formula.
    assert row["group"] == ("_x000D_" + group[1:] if start == "\r" else "'" + group)
    assert row["level"] == "area:1, 2"


# layers


def rings_of(geometry: dict[str, object]) -> list[list[list[list[float]]]]:
    if geometry["type"] == "Polygon":
        return [geometry["coordinates"]]  # type: ignore[list-item]
    if geometry["type"] == "MultiPolygon":
        return geometry["coordinates"]  # type: ignore[return-value]
    return []


def signed_area(ring: list[list[float]]) -> float:
    x, y = np.array(ring).T[:2]
    return float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum() / 2)


@pytest.mark.parametrize("layer", LAYERS)
def test_geojson_follows_rfc_7946(layer: str, folder: Path) -> None:
    document = json.loads((folder / f"{layer}.geojson").read_text())
    assert document["type"] == "FeatureCollection"
    assert "crs" not in document  # section 4: always WGS 84
    assert document["features"]
    for feature in document["features"]:
        assert feature["type"] == "Feature"
        assert set(feature) <= {"type", "id", "bbox", "properties", "geometry"}
        shape = shapely.from_geojson(json.dumps(feature["geometry"]))
        assert shape.is_valid
        west, south, east, north = shape.bounds
        assert 24 < west <= east < 26  # longitude first
        assert 60 < south <= north < 61
        for polygon in rings_of(feature["geometry"]):
            for number, ring in enumerate(polygon):  # section 3.1.6: right-hand rule
                assert ring[0] == ring[-1]
                assert (signed_area(ring) > 0) == (number == 0)


@pytest.mark.parametrize("layer", LAYERS)
def test_geoparquet_holds_the_same_rows(layer: str, folder: Path) -> None:
    meta = json.loads(pq.read_metadata(folder / f"{layer}.parquet").metadata[b"geo"])
    assert meta["columns"][meta["primary_column"]]["encoding"] == "WKB"
    table = gpd.read_parquet(folder / f"{layer}.parquet")
    text = gpd.read_file(folder / f"{layer}.geojson", engine="pyogrio")
    assert table.crs.equals("OGC:CRS84") or table.crs.to_epsg() == 4326
    assert len(table) == len(text)
    assert set(table.columns) == set(text.columns)
    assert shapely.equals(
        shapely.normalize(table.geometry.to_numpy()), shapely.normalize(text.geometry.to_numpy())
    ).all()


def test_lengths_on_the_ellipsoid_are_those_of_the_town(folder: Path) -> None:
    """Sixty metres of the plane, by its scale, are sixty metres on the earth."""
    streets = gpd.read_parquet(folder / "streets.parquet")
    geod = Geod(ellps="WGS84")
    metres = np.array([geod.geometry_length(line) for line in streets.geometry])
    assert metres == pytest.approx(streets["length_m"].to_numpy(), rel=5e-4)


def test_cameras_tell_what_is_mapped_beside_what_is_assumed(folder: Path) -> None:
    cameras = gpd.read_parquet(folder / "cameras.parquet").set_index("id")
    assert cameras.loc["node/1", "operator"] == "Sample City"
    assert "heading_deg" in cameras.loc["node/1", "known"].split(",")
    assert "heading_deg" in cameras.loc["node/2", "assumed"].split(",")
    assert np.isnan(cameras.loc["node/2", "heading_deg"])


def test_pieces_are_published_with_their_uncertainty(folder: Path) -> None:
    pieces = gpd.read_parquet(folder / "pieces.parquet")
    assert (pieces["visible_q05"] <= pieces["visible_median"]).all()
    assert pieces["visible_q95"].max() <= 1


# texts of the inputs


def with_names(text: str) -> tuple[Scene, Measurement]:
    town = sample.scene()
    found = sample.measurement(town)
    cameras = town.cameras.assign(operator=text, zone=text)
    notices = (Notice("unreadable-tag", text, text),)
    pieces, streets = (table.assign(name=text) for table in (found.pieces, found.streets))
    return (
        replace(town, cameras=cameras, notices=notices),
        replace(found, pieces=pieces, streets=streets, warnings=(text,)),
    )


def test_no_text_of_the_map_becomes_markup(tmp_path: Path) -> None:
    town, found = with_names("</script><script>alert(1)</script><!--")
    out = write(found, town, tmp_path / "out", command=COMMAND, language="en").folder
    page = (out / "index.html").read_text()
    assert "alert(1)" in page
    assert "<script>alert" not in page


def test_control_characters_do_not_break_the_files(tmp_path: Path) -> None:
    town, found = with_names("a\x00b\x1fc\u2028d")
    out = write(found, town, tmp_path / "out", command=COMMAND, language="en").folder
    for layer in LAYERS:
        assert len(gpd.read_file(out / f"{layer}.geojson"))


# measurements with little in them


def test_a_town_without_trips_or_notices_is_published(tmp_path: Path) -> None:
    town = replace(sample.scene(), notices=(), barriers=sample.scene().barriers.iloc[:0])
    found = replace(sample.measurement(town), trips=None, figures=(), drivers=(), warnings=())
    out = write(found, town, tmp_path / "out", command=COMMAND, language="en").folder
    assert "There is no walkable street in the data" in (out / "index.html").read_text()


def test_a_town_without_streets_is_published(tmp_path: Path) -> None:
    town = sample.scene()
    found = sample.measurement(town)
    empty = replace(
        found,
        pieces=found.pieces.iloc[:0],
        streets=found.streets.iloc[:0],
        trips=found.trips.iloc[:0] if found.trips is not None else None,
        figures=(),
        drivers=(),
    )
    town = replace(town, streets=town.streets.iloc[:0], buildings=town.buildings.iloc[:0])
    out = write(empty, town, tmp_path / "out", command=COMMAND, language="en").folder
    document = json.loads((out / "streets.geojson").read_text())
    assert document["features"] == []


def test_the_readme_names_every_file_and_the_licence(folder: Path) -> None:
    text = (folder / "README.txt").read_text()
    for name in ALL:
        assert name in text
    assert "OpenStreetMap" in text
    assert "Open Database License" in text
