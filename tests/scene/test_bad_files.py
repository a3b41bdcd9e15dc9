"""Files that are damaged, hostile or not what their name says: one clear error, never a crash."""

import contextlib
import gzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contrechamp.base.errors import InputError, UsageError
from contrechamp.scene.read import read_scene
from scene.test_read_osm import helsinki
from scene.worlds import World, town


def refused(path: Path, **options: object) -> str:
    with pytest.raises(InputError) as error:
        read_scene([path], **options)  # type: ignore[arg-type]
    assert path.name in str(error.value)
    assert str(path.parent) not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize("ending", [".osm", ".osm.gz", ".osm.bz2", ".osm.pbf"])
@pytest.mark.parametrize("share", [0.3, 0.9, 0.999])
def test_a_file_that_is_cut_off(tmp_path: Path, ending: str, share: float) -> None:
    path = town().write(tmp_path / f"town{ending}")
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    refused(path)


def test_a_real_extract_that_is_cut_off(tmp_path: Path) -> None:
    whole = helsinki().read_bytes()
    path = tmp_path / "cut.osm.pbf"
    path.write_bytes(whole[: len(whole) // 2])
    assert "not complete" in refused(path)


@pytest.mark.parametrize(
    "name",
    ["a.osm", "a.osm.gz", "a.osm.bz2", "a.osm.pbf", "a.geojson", "a.gpkg", "a.parquet", "a.gpx"],
)
@pytest.mark.parametrize("content", [b"", b"\x00" * 64, b"garbage " * 99, bytes(range(256)) * 8])
def test_garbage(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    refused(path)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 4000), st.integers(1, 255))
def test_one_wrong_byte_is_an_error_or_harmless(
    tmp_path_factory: pytest.TempPathFactory, at: int, change: int
) -> None:
    folder = tmp_path_factory.mktemp("flip")
    path = town().write(folder / "town.osm.pbf")
    content = bytearray(path.read_bytes())
    content[at % len(content)] ^= change
    path.write_bytes(bytes(content))
    with contextlib.suppress(InputError):  # anything else is a crash
        read_scene([path])


def test_a_gzip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.osm.gz"
    path.write_bytes(gzip.compress(b"<osm>" + b" " * 50_000_000))
    assert "more than 1 MB" in refused(path, max_unpacked_bytes=1_000_000)


def test_entities_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "laughs.osm"
    path.write_text(
        '<?xml version="1.0"?><!DOCTYPE osm [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
        '<osm version="0.6"><node id="1" lat="0" lon="0"><tag k="name" v="&b;"/></node></osm>'
    )
    refused(path)


def test_halves_of_characters_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "survey.geojson"
    whole = (
        '{"type": "FeatureCollection", "features": [{"type": "Feature", '
        '"properties": {"id": "ID"}, "geometry": {"type": "Point", "coordinates": [-27, 45]}}]}'
    )
    path.write_text(whole.replace("ID", "a\\uD83D"))
    assert "not Unicode" in refused(path)
    path.write_text(whole.replace("ID", "a\\uD83D\\uDE00"))
    assert read_scene([path]).cameras["id"].tolist() == ["a\U0001f600"]


def test_a_web_page_in_place_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "town.osm"
    path.write_text("<html><body>404</body></html>")
    assert "web page" in refused(path)


def test_an_empty_extract(tmp_path: Path) -> None:
    assert "nothing to work with" in refused(World().write(tmp_path / "empty.osm.pbf"))


def test_a_file_that_is_not_there_or_of_no_known_kind(tmp_path: Path) -> None:
    assert "cannot be read" in refused(tmp_path / "nowhere.osm")
    path = tmp_path / "plan.dwg"
    path.write_text("x")
    assert ".osm.pbf" in refused(path)
    folder = tmp_path / "folder.osm"
    folder.mkdir()
    refused(folder)


@pytest.mark.slow
def test_a_building_of_a_million_nodes(tmp_path: Path) -> None:
    corners = 1_000_000
    nodes = "".join(
        f'<node id="{i + 1}" lat="{45 + (i % 2) * 1e-5:.7f}" lon="{-27 + i * 1e-8:.9f}"/>'
        for i in range(corners)
    )
    ends = (
        '<node id="9000001" lat="45.001" lon="-26.99"/><node id="9000002" lat="45.001" lon="-27"/>'
    )
    refs = "".join(f'<nd ref="{i + 1}"/>' for i in range(corners))
    path = tmp_path / "large.osm"
    path.write_text(
        f'<osm version="0.6">{nodes}{ends}<way id="1">{refs}<nd ref="9000001"/>'
        '<nd ref="9000002"/><nd ref="1"/><tag k="building" v="yes"/></way></osm>'
    )
    scene = read_scene([path])
    assert len(scene.buildings) >= 1
    assert scene.buildings.geometry.is_valid.all()


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:999999", "metres", "EPSG:2263", ""])
def test_a_projection_that_cannot_be_used(tmp_path: Path, crs: str) -> None:
    path = town().write(tmp_path / "town.osm")
    with pytest.raises(UsageError, match="--crs"):
        read_scene([path], crs=crs)
