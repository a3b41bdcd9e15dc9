"""Maps and tables of strangers are read in the cell: with the same result, and nothing else."""

from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from contrechamp.base.errors import ContrechampError, InputError
from contrechamp.cell import closed
from contrechamp.cell.reading import Cell, OwnContent
from contrechamp.scene.foreign_file import opened_file
from contrechamp.scene.input_files import MAX_UNPACKED_BYTES
from contrechamp.scene.map_cell import map_cell
from contrechamp.scene.read import read_scene
from contrechamp.scene.source_tables import SourceTables
from scene import in_process
from scene.test_read_osm import helsinki
from scene.worlds import town

INPUTS = Path(__file__).parents[1] / "measure/inputs"
TABLES = ("cameras", "footprints", "places", "doors", "barriers", "tracks", "areas")
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
    import os

    os.mkfifo(tmp_path / "survey.csv")
    with pytest.raises(InputError, match="not a regular file"):
        read_scene([tmp_path / "survey.csv"])
