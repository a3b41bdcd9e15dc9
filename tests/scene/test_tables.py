"""Tables of cameras, buildings and areas, and walks: as spreadsheets and GIS write them."""

import contextlib
import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from contrechamp.base.errors import InputError
from contrechamp.scene.read import read_cameras_and_buildings, read_scene
from scene.worlds import LAT, LAT_M, LON, LON_M, town

HEADER = "id,lon,lat,kind,mount,height_m,heading_deg,tilt_deg,hfov_deg,width_px,range_m,operator"
ROW = f"cam-1,{LON:.6f},{LAT:.6f},fixed,wall,3.5,180,20,90,2560,40,Sample"


def place(x: float, y: float) -> tuple[float, float]:
    return LON + x * LON_M, LAT + y * LAT_M


def csv(path: Path, *rows: str, header: str = HEADER) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def house(path: Path, **properties: object) -> Path:
    ring = [place(*p) for p in [(10, 10), (30, 10), (30, 30), (10, 30), (10, 10)]]
    feature = {
        "type": "Feature",
        "properties": {"id": "h", "height_m": 9, **properties},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    return path


def read_cameras(path: Path, tmp_path: Path, **options: object) -> gpd.GeoDataFrame:
    houses = house(tmp_path / "houses.geojson")
    return read_cameras_and_buildings(path, houses, **options).cameras  # type: ignore[arg-type]


def test_a_row_of_the_camera_table(tmp_path: Path) -> None:
    cameras = read_cameras(csv(tmp_path / "survey.csv", ROW), tmp_path)
    row = cameras.loc[0]
    assert (row["id"], row["kind"], row["mount"], row["operator"]) == (
        "cam-1", "fixed", "wall", "Sample",
    )  # fmt: skip
    numbers = ["height_m", "heading_deg", "tilt_deg", "hfov_deg", "width_px", "range_m"]
    assert row[numbers].tolist() == [3.5, 180.0, 20.0, 90.0, 2560.0, 40.0]
    assert np.isnan(row["vfov_deg"])
    assert row["source"] == "survey.csv:2"


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(lambda t: ("\ufeff" + t).encode(), id="BOM"),
        pytest.param(lambda t: t.encode("utf-16"), id="UTF-16"),
        pytest.param(lambda t: t.replace(",", "\t").encode(), id="tabs"),
        pytest.param(
            lambda t: t.replace(",", ";").replace(".", ",").encode(),
            id="semicolons, decimal commas",
        ),
        pytest.param(lambda t: t.replace("\n", "\r\n").encode(), id="Windows"),
        pytest.param(lambda t: t.upper().replace("CAM-1", "cam-1").encode(), id="upper case"),
    ],
)
def test_spreadsheets_write_one_table_in_many_ways(tmp_path: Path, write: object) -> None:
    path = tmp_path / "survey.csv"
    path.write_bytes(write(f"{HEADER}\n{ROW}\n"))  # type: ignore[operator]
    row = read_cameras(path, tmp_path).loc[0]
    assert (row["id"], row["kind"], row["height_m"], row["heading_deg"]) == (
        "cam-1", "fixed", 3.5, 180.0,
    )  # fmt: skip


def test_a_range_of_headings_is_a_field_of_view(tmp_path: Path) -> None:
    path = csv(
        tmp_path / "s.csv",
        f"a,{LON},{LAT},240-300",
        f"b,{LON},{LAT},NNE",
        header="id,lon,lat,heading_deg",
    )
    cameras = read_cameras(path, tmp_path)
    assert cameras["heading_deg"].tolist() == [270.0, 22.5]
    assert cameras["hfov_deg"].tolist()[0] == 60.0


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("lon", "", "lon: missing"),
        ("lon", "nan", 'lon: "nan": expected degrees'),
        ("lat", "inf", 'lat: "inf": expected degrees'),
        ("lat", "200", "lat: expected degrees of latitude"),
        ("lon", "200", "lon: expected degrees of longitude"),
        ("height_m", "-3", 'height_m: "-3": expected metres'),
        ("height_m", "tall", 'height_m: "tall": expected metres'),
        ("heading_deg", "street", 'heading_deg: "street": expected degrees'),
        ("heading_deg", "forward", "or a list 90;270"),
        ("tilt_deg", "120", 'tilt_deg: "120": expected degrees'),
        ("hfov_deg", "0", 'hfov_deg: "0": expected degrees'),
        ("hfov_deg", "361", 'hfov_deg: "361": expected degrees'),
        ("width_px", "0", 'width_px: "0": expected pixels'),
        ("range_m", "-1", 'range_m: "-1": expected metres'),
        ("kind", "bazooka", 'kind: "bazooka": expected one of: fixed'),
        ("id", "", "id: missing"),
    ],
)
def test_a_bad_cell_names_file_row_and_column(
    tmp_path: Path, column: str, value: str, said: str
) -> None:
    cells = dict(zip(HEADER.split(","), ROW.split(","), strict=True)) | {column: value}
    good = ROW.replace("cam-1", "cam-0")
    path = csv(tmp_path / "survey.csv", good, ",".join(cells.values()))
    with pytest.raises(InputError) as error:
        read_cameras(path, tmp_path)
    assert "survey.csv:3: " in str(error.value)
    assert said in str(error.value)
    assert "--skip-bad-rows" in str(error.value)
    houses = house(tmp_path / "houses.geojson")
    kept = read_cameras_and_buildings(path, houses, skip_bad_rows=True)
    assert list(kept.cameras["id"]) == ["cam-0"]
    assert kept.counts["rows_left_out"] == 1
    assert [n.where.split(": ")[0] for n in kept.notices] == ["survey.csv:3"]


def test_the_same_id_twice(tmp_path: Path) -> None:
    path = csv(tmp_path / "survey.csv", ROW, ROW)
    with pytest.raises(InputError, match=r'survey.csv:3: id: "cam-1": the same as in row 2'):
        read_cameras(path, tmp_path)


def test_only_the_first_bad_rows_are_listed(tmp_path: Path) -> None:
    rows = [f"c{i},{LON},{LAT},,,-1" for i in range(50)]
    with pytest.raises(InputError) as error:
        read_cameras(csv(tmp_path / "survey.csv", *rows), tmp_path)
    lines = str(error.value).splitlines()
    assert len(lines) == 12
    assert "40 more" in lines[-2]
    assert "50 rows of survey.csv" in lines[-1]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        ("id,lon,lat\n", "no rows"),
        ("name,street\nx,y\n", "expected a table with the columns id, lon and lat"),
        ("id,lon,lat,lon\na,1,2,3\n", "the column lon occurs twice"),
        ("id,lon,lat\na,1,2,3\n", "survey.csv:2: 4 cells under 3 columns"),
        ('id,lon,lat\n"a,1,2\n', "quote"),
    ],
)
def test_tables_that_are_none(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "survey.csv"
    path.write_text(content)
    with pytest.raises(InputError) as error:
        read_cameras(path, tmp_path)
    assert said in str(error.value)
    assert "survey.csv" in str(error.value)


def test_swapped_coordinates_are_said_to_be(tmp_path: Path) -> None:
    world = town().write(tmp_path / "town.osm")
    swapped = csv(tmp_path / "survey.csv", f"a,{LAT},{LON}", header="id,lon,lat")
    with pytest.raises(InputError, match=r"survey.csv:2: .*look swapped"):
        read_scene([world, swapped])
    north = csv(tmp_path / "north.csv", "a,60.17,124.94", header="id,lon,lat")
    with pytest.raises(InputError, match=r"north.csv:2: lat: .*look swapped"):
        read_scene([north])


def test_a_camera_outside_of_the_area(tmp_path: Path) -> None:
    world = town().write(tmp_path / "town.osm")
    far = csv(tmp_path / "survey.csv", f"a,{LON + 1},{LAT}", ROW, header=HEADER)
    with pytest.raises(InputError, match=r"survey\.csv:2: the camera lies far outside"):
        read_scene([world, far])
    scene = read_scene([world, far], skip_bad_rows=True)
    assert len(scene.cameras) == 2
    assert scene.counts["cameras_outside_the_area"] == 1


@pytest.mark.parametrize(
    ("name", "content", "table"),
    [
        ("barriers.csv", "id,lon,lat,barrier\nb,{lon},{lat},wall\n", "barriers"),
        ("services.csv", "id,lon,lat,service\ns,{lon},{lat},school\n", "places"),
        ("walk.csv", 'id,wkt\nw,"LINESTRING ({lon} {lat}, {lon} {lat}.5)"\n', "tracks"),
    ],
)
def test_what_lies_elsewhere_is_told(tmp_path: Path, name: str, content: str, table: str) -> None:
    world = town().write(tmp_path / "town.osm")
    path = tmp_path / name
    path.write_text(content.format(lon=10, lat=10))
    with pytest.raises(InputError, match=rf"{name}(:2)?: the .* lies far outside|^s: the place"):
        read_scene([world, path])
    scene = read_scene([world, path], skip_bad_rows=True)
    assert scene.counts[f"{table}_outside_the_area"] == 1
    if table == "barriers":
        path.write_text(content.format(lon=LAT, lat=LON))
        with pytest.raises(InputError, match=r"barriers.csv:2: .*look swapped"):
            read_scene([world, path])


def test_areas_that_lie_elsewhere(tmp_path: Path) -> None:
    world = town().write(tmp_path / "town.osm")

    def areas(*boxes: shapely.Polygon) -> Path:
        path = tmp_path / "districts.geojson"
        gpd.GeoDataFrame(geometry=list(boxes), crs=4326).to_file(path)
        return path

    here = shapely.box(*place(-10, -50), *place(210, 90))
    far = shapely.box(10, 10, 11, 11)
    with pytest.raises(InputError, match="none of the areas lies on the streets"):
        read_scene([world], areas=areas(far))
    # Districts of a whole country are given beside the extract of a town.
    assert len(read_scene([world], areas=areas(far, here)).areas) == 2
    swapped = shapely.transform(here, lambda xy: xy[:, ::-1])
    with pytest.raises(InputError, match="of the areas look swapped"):
        read_scene([world], areas=areas(swapped))


def test_areas_that_cross_themselves_are_repaired_and_told(tmp_path: Path) -> None:
    world = town().write(tmp_path / "town.osm")
    bow = shapely.Polygon([place(0, 0), place(100, 80), place(100, 0), place(0, 80)])
    line = shapely.Polygon([place(0, 0), place(100, 0), place(200, 0)])
    path = tmp_path / "districts.geojson"
    gpd.GeoDataFrame({"id": ["bow", "line"]}, geometry=[bow, line], crs=4326).to_file(path)
    with pytest.raises(InputError, match="geojson:2: geometry: expected a polygon that encloses"):
        read_scene([world], areas=path)
    scene = read_scene([world], areas=path, skip_bad_rows=True)
    assert scene.areas.geometry.is_valid.all()
    # Two triangles that meet in the middle: half of the rectangle between their corners.
    assert scene.areas.geometry.area.sum() == pytest.approx(4000.0, rel=0.01)
    assert "repaired-polygon" in {one.kind for one in scene.notices}


@pytest.mark.parametrize("ending", [".geojson", ".gpkg", ".parquet"])
def test_geographic_files_say_the_same(tmp_path: Path, ending: str) -> None:
    frame = gpd.GeoDataFrame(
        {"ID": ["a", "b"], "Height_M": [4.0, None], "heading_deg": ["N", "90-180"]},
        geometry=[shapely.Point(*place(0, 0)), shapely.Point(*place(5, 5))],
        crs=4326,
    )
    path = tmp_path / f"cameras{ending}"
    if ending == ".parquet":
        frame.to_crs(32626).to_parquet(path)
    elif ending == ".gpkg":
        frame.to_crs(32626).to_file(path)
    else:
        path.write_text(frame.to_json())
    cameras = read_cameras(path, tmp_path)
    assert list(cameras["id"]) == ["a", "b"]
    assert cameras["height_m"].tolist()[0] == 4.0
    assert np.isnan(cameras["height_m"][1])
    assert cameras["heading_deg"].tolist() == [0.0, 135.0]
    assert cameras["hfov_deg"].tolist()[1] == 90.0
    assert cameras.geometry.distance(cameras.geometry[0])[1] == pytest.approx(50**0.5, rel=5e-3)


def test_buildings_of_a_table(tmp_path: Path) -> None:
    cameras = csv(tmp_path / "survey.csv", ROW)
    scene = read_cameras_and_buildings(cameras, house(tmp_path / "h.geojson", min_height_m=3))
    assert scene.buildings.loc[0, ["id", "height_m", "min_height_m"]].tolist() == ["h", 9.0, 3.0]
    tagged = house(tmp_path / "t.geojson", height_m=None, **{"building:levels": "4"})
    assert read_cameras_and_buildings(cameras, tagged).buildings.loc[0, "height_m"] == 12.0


def test_buildings_as_well_known_text(tmp_path: Path) -> None:
    ring = ", ".join(f"{x} {y}" for x, y in [place(*p) for p in [(9, 9), (19, 9), (9, 29), (9, 9)]])
    path = csv(tmp_path / "houses.csv", f'h,6.5,"POLYGON (({ring}))"', header="id,height_m,WKT")
    scene = read_cameras_and_buildings(csv(tmp_path / "survey.csv", ROW), path)
    assert scene.buildings.loc[0, ["id", "height_m"]].tolist() == ["h", 6.5]
    assert scene.buildings.area[0] == pytest.approx(100.0, rel=5e-3)
    bad = csv(
        tmp_path / "bad.csv", f'h,6,"POLYGON (({ring}))"', "i,6,POLYGON", header="id,height_m,wkt"
    )
    with pytest.raises(InputError, match=r"bad\.csv:3: geometry: expected a polygon"):
        read_cameras_and_buildings(csv(tmp_path / "survey.csv", ROW), bad)


@pytest.mark.parametrize(
    ("properties", "said"),
    [
        ({"height_m": -4}, "height_m"),
        ({"height_m": "tall"}, "height_m"),
        ({"min_height_m": 12}, "expected the top above min_height_m"),
    ],
)
def test_bad_buildings(tmp_path: Path, properties: dict[str, object], said: str) -> None:
    cameras = csv(tmp_path / "survey.csv", ROW)
    with pytest.raises(InputError) as error:
        read_cameras_and_buildings(cameras, house(tmp_path / "h.geojson", **properties))
    assert "h.geojson:1: " in str(error.value)
    assert said in str(error.value)


@pytest.mark.parametrize(
    "content",
    [
        "{}",
        "[1, 2]",
        '{"type": "FeatureCollection", "features": 7}',
        '{"type": "FeatureCollection", "features": [7]}',
        '{"type": "FeatureCollection", "features": [{"properties": {"height_m": NaN}}]}',
        '{"type": "FeatureCollection", "features": [',
        '{"a":' * 100_000,
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}, '
        '"geometry": {"type": "Polygon", "coordinates": [[1, 2]]}}]}',
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}, '
        '"geometry": {"type": "Polygon", "coordinates": [[[0,0],[1,0],[1,1],[500,900],[0,0]]]}}]}',
    ],
)
def test_geojson_that_is_none(tmp_path: Path, content: str) -> None:
    path = tmp_path / "h.geojson"
    path.write_text(content)
    with pytest.raises(InputError, match=r"h\.geojson"):
        read_cameras_and_buildings(csv(tmp_path / "survey.csv", ROW), path)


def test_cameras_of_two_sources_are_proposed_and_not_merged(tmp_path: Path) -> None:
    world = town().write(tmp_path / "town.osm")  # its camera is at 41, 15
    near, far = place(43, 15), place(80, 15)
    survey = csv(
        tmp_path / "survey.csv",
        f"near,{near[0]},{near[1]}",
        f"beside,{near[0]},{near[1]}",
        f"far,{far[0]},{far[1]}",
        header="id,lon,lat",
    )
    scene = read_scene([world, survey], same_camera_m=5.0)
    assert len(scene.cameras) == 4
    # `near` and `beside` are two rows of one source, in one place.
    assert [(pair.id_a, pair.id_b) for pair in scene.same_cameras] == [
        ("near", "beside"),
        ("node/17", "near"),
        ("node/17", "beside"),
    ]
    assert scene.same_cameras[1].distance_m == pytest.approx(2.0, abs=0.02)
    (only,) = read_scene([world, survey], same_camera_m=1.0).same_cameras
    assert (only.id_a, only.id_b) == ("near", "beside")


def test_ids_stay_apart_across_files(tmp_path: Path) -> None:
    a, b = csv(tmp_path / "a.csv", ROW), csv(tmp_path / "b.csv", ROW)
    b.write_text(b.read_text() + "\n")
    scene = read_scene([a, b, house(tmp_path / "h.geojson")])
    assert list(scene.cameras["id"]) == ["cam-1", "b.csv:cam-1"]


def test_two_files_of_one_name_are_two_sources(tmp_path: Path) -> None:
    paths = []
    for number in range(3):
        folder = tmp_path / str(number)
        folder.mkdir()
        paths.append(csv(folder / "survey.csv", ROW.replace("3.5", f"{number + 2}")))
    scene = read_scene([*paths, house(tmp_path / "h.geojson")], same_camera_m=1.0)
    assert scene.cameras["id"].is_unique
    assert len(scene.same_cameras) == 3
    assert [file.name for file in scene.inputs][:3] == [
        "survey.csv",
        "survey.csv (2)",
        "survey.csv (3)",
    ]


def test_areas_with_population(tmp_path: Path) -> None:
    world = town().write(tmp_path / "town.osm")
    box = shapely.box(*place(-10, -50), *place(210, 90))
    path = tmp_path / "districts.gpkg"
    gpd.GeoDataFrame({"name": ["Sample"], "population": [120]}, geometry=[box], crs=4326).to_file(
        path
    )
    scene = read_scene([world], areas=path)
    assert scene.areas[["name", "population"]].to_numpy().tolist() == [["Sample", 120.0]]
    assert len(scene.buildings) == 3
    with pytest.raises(InputError, match="expected areas as polygons"):
        read_scene([world], areas=csv(tmp_path / "survey.csv", ROW))


GPX = """<?xml version="1.0"?>
<gpx version="1.1" creator="test" xmlns="http://www.topografix.com/GPX/1/1">
<trk><name>Sample walk</name><trkseg>{points}</trkseg></trk></gpx>"""


def test_a_recorded_walk(tmp_path: Path) -> None:
    world = town().write(tmp_path / "town.osm")
    points = "".join(
        f'<trkpt lat="{lat}" lon="{lon}"><time>2026-05-01T10:00:00Z</time></trkpt>'
        for lon, lat in (place(0, 0), place(50, 0), place(100, 0))
    )
    path = tmp_path / "walk.gpx"
    path.write_text(GPX.format(points=points))
    scene = read_scene([world, path])
    assert list(scene.tracks["name"]) == ["Sample walk"]
    assert scene.tracks.length[0] == pytest.approx(100.0, rel=5e-3)
    assert not any("2026" in str(value) for value in scene.tracks.iloc[0])


@pytest.mark.parametrize(
    "content",
    [
        "<gpx",
        GPX.format(points=""),
        GPX.format(points='<trkpt lat="91" lon="0"/><trkpt lat="1" lon="0"/>'),
        GPX.format(points='<trkpt lat="x" lon="0"/><trkpt lat="1" lon="0"/>'),
        '<!DOCTYPE gpx [<!ENTITY a "b">]>' + GPX.format(points=""),
    ],
)
def test_gpx_that_is_none(tmp_path: Path, content: str) -> None:
    path = tmp_path / "walk.gpx"
    path.write_text(content)
    with pytest.raises(InputError, match=r"walk\.gpx"):
        read_scene([path])


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet='id,lon;"\n\t-0123456789.éN', max_size=80))
def test_no_text_breaks_the_csv_reader(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("csv")
    path = folder / "survey.csv"
    path.write_text(text)
    with contextlib.suppress(InputError):  # anything else is a crash
        read_cameras(path, folder)
