"""Maps and tables of strangers are read in the cell: with the same result, and nothing else."""

import bz2
import gzip
import json
import os
import shutil
import sqlite3
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pyarrow
import pyarrow.parquet
import pytest
import shapely
from PIL import Image

from contrechamp.base.errors import ContrechampError, InputError
from contrechamp.cell import closed
from contrechamp.cell.limits import ProcessLimits, ReadingLimits
from contrechamp.cell.reading import Cell, OwnContent, opened_cell
from contrechamp.scene.file_kinds import ENDINGS
from contrechamp.scene.foreign_file import opened_file
from contrechamp.scene.input_files import MAX_UNPACKED_BYTES
from contrechamp.scene.map_cell import MODULES, limits, map_cell
from contrechamp.scene.read import read_scene
from contrechamp.scene.source_tables import SourceTables
from scene import in_process, taken_over
from scene.geotiffs import write_heights
from scene.test_read_osm import helsinki
from scene.worlds import town

#: What a bomb may cost in these tests; what a map may cost is much more. The libraries alone
#: reserve more than a gigabyte, most of which they never touch.
SMALL = ReadingLimits(
    ProcessLimits(memory_bytes=3 << 30, cpu_s=10, file_bytes=0, wall_s=120, stall_s=120),
    value_bytes=1 << 26,
    answer_bytes=1 << 28,
)
INPUTS = Path(__file__).parents[1] / "measure/inputs"
TABLES = ("cameras", "footprints", "places", "doors", "barriers", "screens", "tracks", "areas")
SHAPES = ("Polygon", "MultiPolygon", "polygon with holes", "Point", "none")


@pytest.fixture(scope="module")
def cell() -> Iterator[Cell]:
    with map_cell() as found:
        yield found


def through(cell: Cell | OwnContent, path: Path, *, areas: bool, skip: bool) -> SourceTables:
    with opened_file(path, [], MAX_UNPACKED_BYTES) as file:
        return file.read(cell, areas=areas, skip_bad_rows=skip)[1]


def outcome(read: object, *arguments: object, **more: object) -> SourceTables | str:
    try:
        return read(*arguments, **more)  # type: ignore[operator,no-any-return]
    except ContrechampError as error:
        return str(error)


def assert_same(one: SourceTables | str, other: SourceTables | str) -> None:
    if isinstance(one, str) or isinstance(other, str):
        assert one == other
        return
    for name in TABLES:
        mine, theirs = getattr(one, name), getattr(other, name)
        assert list(mine.columns) == list(theirs.columns)
        assert (mine.dtypes == theirs.dtypes).all()
        assert mine.drop(columns="geometry").equals(theirs.drop(columns="geometry")), name
        assert mine.geometry.to_wkb().equals(theirs.geometry.to_wkb()), name
        assert mine.crs == theirs.crs
        assert mine.index.equals(theirs.index)
    assert len(one.paths) == len(other.paths)
    for a, b in zip(one.paths, other.paths, strict=True):
        assert (a.id, a.name, a.highway, a.walkable) == (b.id, b.name, b.highway, b.walkable)
        assert np.array_equal(a.nodes, b.nodes)
        assert np.array_equal(a.lonlat, b.lonlat)
    assert len(one.heights) == len(other.heights)
    for grid, again in zip(one.heights, other.heights, strict=True):
        assert np.array_equal(grid.height_m, again.height_m, equal_nan=True)
        assert replace(grid, height_m=None) == replace(again, height_m=None)
    assert list(one.notices) == list(other.notices)
    assert dict(one.counts) == dict(other.counts)


@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize("areas", [False, True])
def test_what_is_read_is_the_same_as_in_this_process(cell: Cell, areas: bool, skip: bool) -> None:
    files = [*sorted(INPUTS.iterdir()), helsinki()]
    assert len(files) > 20
    for path in files:
        mine = outcome(in_process.tables, path, areas=areas, skip_bad_rows=skip)
        assert_same(mine, outcome(through, cell, path, areas=areas, skip=skip))
        assert_same(mine, outcome(through, OwnContent(), path, areas=areas, skip=skip))


def shapes_of(kind: str) -> list[object]:
    square = shapely.box(-27.0, 45.0, -26.999, 45.001)
    hole = shapely.box(-26.9998, 45.0002, -26.9996, 45.0004)
    return {
        "Polygon": [square],
        "MultiPolygon": [
            shapely.MultiPolygon([square]),
            shapely.MultiPolygon([square.difference(hole), shapely.box(-26.99, 45, -26.98, 45.1)]),
            square,
        ],
        "polygon with holes": [
            square.difference(hole).difference(shapely.affinity.translate(hole, 0.0003)),
            shapely.from_wkt("MULTIPOLYGON (EMPTY, ((-27 45, -26 45, -26 46, -27 45)))"),
        ],
        "Point": [shapely.Point(-27, 45), shapely.Point(-27.0, 45.001)],
        "none": [],
    }[kind]


@pytest.mark.parametrize("ending", ["geojson", "gpkg", "parquet"])
@pytest.mark.parametrize("kind", SHAPES)
def test_shapes_cross_as_they_are(cell: Cell, tmp_path: Path, ending: str, kind: str) -> None:
    shapes = shapes_of(kind)
    frame = gpd.GeoDataFrame(
        {"id": [f"i{n}\U0001f600 é" for n in range(len(shapes))], "height_m": 3.0, "name": None},
        geometry=shapes,
        crs="EPSG:4326",
    )
    path = tmp_path / f"t.{ending}"
    if ending == "parquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path)
    for areas in (False, True):
        mine = outcome(in_process.tables, path, areas=areas, skip_bad_rows=True)
        theirs = outcome(through, cell, path, areas=areas, skip=True)
        if isinstance(mine, SourceTables):  # parts that enclose nothing do not cross
            for name in ("footprints", "areas"):
                table = getattr(mine, name)
                table.geometry = [
                    shapely.MultiPolygon([part for part in shape.geoms if not part.is_empty])
                    if shape.geom_type == "MultiPolygon"
                    else shape
                    for shape in table.geometry
                ]
        assert_same(mine, theirs)


def test_messages_on_rows_keep_their_lines_and_steer_no_terminal(tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    rows = "".join(f"c{n},-27,45,no\x1b[2Jsuch height\n" for n in range(12))
    path.write_text(f"id,lon,lat,height_m\n{rows}")
    with pytest.raises(InputError) as refused:
        read_scene([path])
    lines = str(refused.value).splitlines()
    assert len(lines) == 12
    assert lines[0].startswith('survey.csv:2: height_m: "no\\x1b[2Jsuch height": expected metres')


def test_without_confinement_nothing_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = town().write(tmp_path / "town.osm.pbf")
    monkeypatch.setattr(closed, "REQUIRED", ("limits", "what no machine has"))
    with pytest.raises(InputError, match=r"town\.osm\.pbf: is not read.*--unconfined"):
        read_scene([path])
    with map_cell(unconfined=True) as cell:
        scene = read_scene([path, helsinki()], cell=cell)
    assert [one.where for one in scene.notices if one.kind == "read-unconfined"] == [
        "town.osm.pbf",
        helsinki().name,
    ]


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    path.write_text("id,lon,lat\na,1,2\n")
    with opened_file(path, [], MAX_UNPACKED_BYTES) as file, map_cell() as cell:
        path.write_text("id,lon,lat\nb,1,2\n")
        with pytest.raises(InputError, match=r"survey\.csv: it was changed while it was read"):
            file.read(cell, areas=False, skip_bad_rows=False)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "survey.csv")
    with pytest.raises(InputError, match="not a regular file"):
        read_scene([tmp_path / "survey.csv"])


HOUSES = gpd.GeoDataFrame(
    {"id": ["a", "b"], "height_m": [3.0, 4.5]},
    geometry=[shapely.box(-27, 45, -26.999, 45.001), shapely.box(-27, 46, -26.999, 46.001)],
    crs="EPSG:4326",
)
WALK = '<gpx version="1.1" creator="SAMPLE"><trk><name>w</name><trkseg>POINTS</trkseg></trk></gpx>'
POINT = '<trkpt lat="45" lon="-27"/><trkpt lat="45.001" lon="-27"/>'


KML = (
    '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><ExtendedData>'
    '<Data name="heading_deg"><value>90</value></Data></ExtendedData><Point>'
    "<coordinates>-27,45</coordinates></Point></Placemark></Document></kml>"
)


def world(path: Path) -> None:
    town().write(path)


def workbook(path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["id", "lon", "lat"])
    book.active.append(["a", -27, 45])
    book.save(path)


def packed(path: Path, name: str, content: bytes | str) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)


def photo(path: Path) -> None:
    """A grey picture that says where it was taken."""
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (45.0, 0.0, 0.0), 3: "W", 4: (27.0, 0.0, 0.0)})
    Image.new("RGB", (8, 8), "grey").save(path, "JPEG", exif=exif)


#: A file of each ending that is read, made at a path.
def heights(path: Path) -> None:
    shutil.copy(Path(__file__).parent / "heights/hill-deflate.tif", path)


FILES: dict[str, Callable[[Path], object]] = {
    **dict.fromkeys((".osm", ".osm.gz", ".osm.bz2", ".osm.pbf", ".pbf"), world),
    ".csv": lambda path: path.write_text("id,lon,lat,heading_deg\na,-27,45,90;180\n"),
    ".tsv": lambda path: path.write_text("id\tlon\tlat\na\t-27\t45\n"),
    **dict.fromkeys((".geojson", ".json"), lambda path: path.write_text(HOUSES.to_json())),
    ".gpkg": lambda path: HOUSES.to_file(path, driver="GPKG"),
    **dict.fromkeys((".parquet", ".geoparquet"), HOUSES.to_parquet),
    ".gpx": lambda path: path.write_text(WALK.replace("POINTS", POINT)),
    ".txt": lambda path: path.write_text("id\tlon\tlat\na\t-27\t45\n"),
    ".xlsx": workbook,
    ".kml": lambda path: path.write_text(KML),
    ".kmz": lambda path: packed(path, "doc.kml", KML),
    **dict.fromkeys((".jpg", ".jpeg", ".heic"), photo),
    **dict.fromkeys((".tif", ".tiff"), heights),
}


def test_there_is_a_file_of_each_ending() -> None:
    assert set(FILES) == set(ENDINGS)


@pytest.mark.parametrize("ending", FILES)
def test_each_format_is_read_alike(cell: Cell, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"t{ending}"
    FILES[ending](path)
    mine = in_process.tables(path)
    assert_same(mine, through(cell, path, areas=False, skip=False))
    assert any(len(getattr(mine, name)) for name in (*TABLES, "heights"))


def many_columns(path: Path) -> None:
    names = ",".join(f"c{n}" for n in range(16_000))
    path.write_text(f"id,lon,lat,{names}\n" + "a\n" * 20_000)


def a_property_each(path: Path) -> None:
    place = {"type": "Point", "coordinates": [-27, 45]}
    features = [
        {"type": "Feature", "geometry": place, "properties": {f"c{n}": 1}} for n in range(30_000)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))


def an_endless_view(path: Path) -> None:
    many = gpd.GeoDataFrame(
        {"id": [f"{n}" for n in range(2000)]}, geometry=[HOUSES.geometry[0]] * 2000, crs=HOUSES.crs
    )
    many.to_file(path, layer="t", driver="GPKG")
    with sqlite3.connect(path) as base:
        base.execute("UPDATE gpkg_contents SET table_name = 'v'")
        base.execute("UPDATE gpkg_geometry_columns SET table_name = 'v'")
        base.execute(
            "CREATE VIEW v AS SELECT a.fid AS fid, a.geom AS geom, b.id AS id FROM t a, t b, t c"
        )
    base.close()


def a_column_of_one_value(path: Path) -> None:
    HOUSES.to_parquet(path)
    few = pyarrow.parquet.read_table(path)
    many = few.take(pyarrow.array(np.zeros(250_000, np.int32)))
    with pyarrow.parquet.ParquetWriter(path, few.schema) as out:
        for _part in range(20):
            out.write_table(many)


def a_sheet_of_spaces(path: Path) -> None:
    workbook(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content + b" " * 40_000_000 * name.endswith("sheet1.xml"))


def many_photos(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(6):
            archive.writestr(f"{number}.jpg", b"\xff\xd8\xff" + bytes(400_000_000))


def many_points(path: Path) -> None:
    path.write_bytes(gzip.compress(WALK.replace("POINTS", POINT * 300_000).encode()))


def _field(number: int, content: bytes | int) -> bytes:
    def varint(value: int) -> bytes:
        found = b""
        while value > 127:
            found += bytes([value & 127 | 128])
            value >>= 7
        return found + bytes([value])

    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    return varint(number << 3 | 2) + varint(len(content)) + content


def a_large_blob(path: Path) -> None:
    """Blobs of zeros, which are packed a thousand times; each is as large as one may be."""
    town().write(path)
    zeros = bytes(32 << 20)
    blob = _field(2, len(zeros)) + _field(3, zlib.compress(zeros))
    head = _field(1, b"OSMData") + _field(3, len(blob))
    whole = struct.pack(">I", len(head)) + head + blob
    path.write_bytes(path.read_bytes() + whole * 70)


#: What says that the cell ended it: which of its bounds was reached first hangs on the machine.
BOUND = "GiB of memory to be read|took its reader more than"
#: What is small, and unpacks to more than anybody has: by ending.
BOMBS: dict[str, tuple[Callable[[Path], object], str]] = {
    ".osm.gz": (lambda path: path.write_bytes(gzip.compress(b"<osm>" + b" " * 50_000_000)), "MB"),
    ".osm.bz2": (lambda path: path.write_bytes(bz2.compress(b"<osm>" + b" " * 50_000_000)), "MB"),
    ".osm.pbf": (a_large_blob, "MB"),
    ".csv": (many_columns, f"million cells|{BOUND}"),
    ".geojson": (a_property_each, "million cells"),
    ".gpkg": (an_endless_view, BOUND),
    ".parquet": (a_column_of_one_value, BOUND),
    ".gpx": (many_points, BOUND),
    ".xlsx": (a_sheet_of_spaces, "times its size"),
    ".kml": (lambda path: path.write_bytes(gzip.compress(b"<kml>" + b" " * 50_000_000)), "MB"),
    ".kmz": (lambda path: packed(path, "doc.kml", b"<kml>" + b" " * 300_000_000), "MB"),
    ".jpg": (many_photos, f"MB|GB|{BOUND}"),
    ".tif": (
        lambda path: write_heights(
            path, np.zeros((10_000, 9_500), np.float32), west=0.0, north=0.0, cell=1.0
        ),
        f"too large|million|{BOUND}",
    ),
}


def test_there_is_a_bomb_of_each_format() -> None:
    assert {ENDINGS[ending] for ending in BOMBS} == set(ENDINGS.values())


@pytest.mark.slow
@pytest.mark.parametrize("ending", BOMBS)
def test_a_bomb_ends_in_a_clear_error(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"bomb{ending}"
    make, says = BOMBS[ending]
    make(path)
    assert path.stat().st_size < 8_000_000
    with opened_cell(SMALL, MODULES) as cell, pytest.raises(InputError, match=says) as refused:
        read_scene([path], cell=cell, max_unpacked_bytes=40_000_000)
    assert path.name in str(refused.value)
    assert "please report" not in str(refused.value)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[int]:
    """In a process of its own: libosmium holds the interpreter's lock while it waits."""
    taken_over.lay_out(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "http.server", "--bind", "127.0.0.1", "0"],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as server:  # fmt: skip
        assert server.stdout is not None
        yield int(server.stdout.readline().split(" port ")[1].split()[0])
        server.kill()


@pytest.mark.slow
def test_no_library_opens_anything_but_what_it_was_given(
    tmp_path: Path, served: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    asked = {"folder": str(tmp_path), "port": served}
    modules = [*MODULES, "scene.taken_over"]
    with opened_cell(limits(), modules) as cell:
        inside = dict(cell.read("scene.taken_over:asks_for_more", BytesIO(b"x"), asked))
    assert not (tmp_path / "new.geojson").exists()
    outside = dict(taken_over.asks_for_more(BytesIO(b"x"), **asked))
    assert {name for name, what in inside.items() if what == "done"} == set()
    assert {name for name, what in outside.items() if what != "done"} == set()
