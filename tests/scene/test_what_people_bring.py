"""Files as phones, apps and spreadsheets write them, and what people hand in by mistake.

Every file is made up here: samples, of no place and nobody.
"""

import contextlib
import io
import sqlite3
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from contrechamp.base.errors import InputError
from contrechamp.scene.gpkg_aliases import column_aliases
from contrechamp.scene.read import read_scene
from contrechamp.scene.source_tables import SourceTables
from scene.in_process import tables

LON, LAT = -27.0, 45.0


def read(path: Path) -> SourceTables:
    return tables(path)


def refused(path: Path) -> str:
    with pytest.raises(InputError) as error:
        read(path)
    assert path.name in str(error.value)
    assert str(path.parent) not in str(error.value)
    return str(error.value)


def told(found: SourceTables) -> dict[str, str]:
    return {notice.kind: notice.message for notice in found.notices}


def places(found: SourceTables) -> list[tuple[float, float]]:
    return [(round(p.x, 6), round(p.y, 6)) for p in found.cameras.geometry]


# --- positions only ------------------------------------------------------------------------------


def test_a_table_of_places_alone_is_a_survey(tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    path.write_text(f"lat,lon\n{LAT},{LON}\n{LAT + 0.001},{LON}\n")
    found = read(path)
    assert found.cameras["id"].tolist() == ["survey.csv:2", "survey.csv:3"]
    assert found.cameras["heading_deg"].isna().all()
    assert told(found) == {}


def test_a_mast_without_a_name_is_several_cameras(tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    path.write_text(f"lat,lon,direction\n{LAT},{LON},90;270\n{LAT + 0.001},{LON},N\n")
    found = read(path)
    assert found.cameras["id"].tolist() == ["survey.csv:2#1", "survey.csv:2#2", "survey.csv:3"]
    assert found.cameras["heading_deg"].tolist() == [90.0, 270.0, 0.0]


# --- KML and KMZ ---------------------------------------------------------------------------------

KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>SAMPLE</name>
<Folder><name>cameras</name>{placemarks}</Folder></Document></kml>"""
POINT = "<Point><coordinates>{lon},{lat},12</coordinates></Point>"


def placemark(data: dict[str, str], shape: str, more: str = "") -> str:
    cells = "".join(f'<Data name="{k}"><value>{v}</value></Data>' for k, v in data.items())
    return (
        f"<Placemark><name>SAMPLE</name>{more}<ExtendedData>{cells}</ExtendedData>"
        f"{shape}</Placemark>"
    )


def kml(*placemarks: str) -> str:
    return KML.format(placemarks="".join(placemarks))


def point(lon: float = LON, lat: float = LAT) -> str:
    return POINT.format(lon=lon, lat=lat)


def test_placemarks_with_data_are_cameras(tmp_path: Path) -> None:
    look = "<LookAt><longitude>1</longitude><heading>77</heading></LookAt>"
    text = kml(
        placemark({"Direction": "90", "Height_m": "4", "note": "by the door"}, point(), look),
        placemark({}, point(LON + 0.001), look),
    )
    (tmp_path / "app.kml").write_text(text)
    with zipfile.ZipFile(tmp_path / "app.kmz", "w") as archive:
        archive.writestr("../../doc.kml", text)
        archive.writestr("files/photo.jpg", b"\xff\xd8\xff")
    for name in ("app.kml", "app.kmz"):
        found = read(tmp_path / name)
        assert places(found) == [(LON, LAT), (LON + 0.001, LAT)]
        assert found.cameras["height_m"].tolist()[0] == 4.0
        assert found.cameras["heading_deg"].tolist()[0] == 90.0
        assert np.isnan(found.cameras["heading_deg"].tolist()[1])  # 77 is where the viewer looks
        assert "note" in told(found)["column-not-used"]
    assert not list(tmp_path.parent.glob("doc.kml"))


def test_placemarks_with_tags_are_read_by_their_tags(tmp_path: Path) -> None:
    """As Overpass Turbo exports KML."""
    path = tmp_path / "overpass.kml"
    camera = {"@id": "node/7", "man_made": "surveillance", "camera:direction": "SE"}
    path.write_text(
        kml(placemark(camera, point()), placemark({"amenity": "bench", "man_made": ""}, point()))
    )
    found = read(path)
    assert found.cameras[["id", "heading_deg"]].to_numpy().tolist() == [["node/7", 135.0]]
    assert "no-camera" in told(found)


def test_what_organic_maps_calls_something_else_is_no_camera(tmp_path: Path) -> None:
    def marked(*types: str) -> str:
        values = "".join(f"<mwm:value>{one}</mwm:value>" for one in types)
        return (
            '<Placemark><name>SAMPLE</name><ExtendedData xmlns:mwm="https://omaps.app">'
            f"<mwm:featureTypes>{values}</mwm:featureTypes><mwm:scale>19</mwm:scale>"
            f"</ExtendedData>{point()}</Placemark>"
        )

    path = tmp_path / "bookmarks.kml"
    path.write_text(
        kml(marked("amenity-cafe"), marked("man_made-surveillance", "wall"), placemark({}, point()))
    )
    found = read(path)
    assert len(found.cameras) == 2  # the camera of the map, and the place marked by hand
    assert told(found)["no-camera"] == "1 feature is no camera and is left out"


def test_lines_are_walks_and_points_beside_them_only_if_they_say_so(tmp_path: Path) -> None:
    line = f"<LineString><coordinates>{LON},{LAT} {LON + 0.001},{LAT}</coordinates></LineString>"
    track = (
        '<gx:Track xmlns:gx="http://www.google.com/kml/ext/2.2"><when>2026-05-01</when>'
        f"<gx:coord>{LON} {LAT} 0</gx:coord><gx:coord>{LON} {LAT + 0.001} 0</gx:coord></gx:Track>"
    )
    path = tmp_path / "walk.kml"
    path.write_text(
        kml(
            placemark({}, line),
            placemark({}, track),
            placemark({}, point()),
            placemark({"kind": "dome"}, point()),
        )
    )
    found = read(path)
    assert (len(found.tracks), len(found.cameras)) == (2, 1)
    assert "1 point beside the walk is not read" in told(found)["not-read"]
    assert not any("2026" in str(cell) for cell in found.tracks.to_numpy().ravel())


def test_polygons_that_somebody_drew_are_areas_and_no_buildings(tmp_path: Path) -> None:
    ring = f"{LON},{LAT} {LON + 0.01},{LAT} {LON + 0.01},{LAT + 0.01} {LON},{LAT}"
    square = (
        "<Polygon><outerBoundaryIs><LinearRing><coordinates>"
        f"{ring}</coordinates></LinearRing></outerBoundaryIs></Polygon>"
    )
    path = tmp_path / "areas.kml"
    path.write_text(kml(placemark({}, square), placemark({}, point())))
    found = read(path)
    assert (len(found.footprints), len(found.cameras)) == (0, 1)
    assert "--areas" in told(found)["not-read"]
    assert len(tables(path, areas=True).areas) == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('<!DOCTYPE kml [<!ENTITY a "b">]>' + kml(placemark({}, point())), "entities"),
        (kml(placemark({}, point(lat=91))), "on earth"),
        (kml("<Placemark><Point><coordinates>x,y</coordinates></Point></Placemark>"), "longitude"),
        (kml("<NetworkLink><Link><href>http://x.invalid</href></Link></NetworkLink>"), "1 link"),
        ("<kml><Document>", "KML"),
        (kml("<Folder>" * 300 + "</Folder>" * 300), "nested too deeply"),
    ],
)
def test_kml_that_is_none(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "bad.kml"
    path.write_text(content)
    assert said in refused(path)


def test_entities_in_utf_16_are_refused_too(tmp_path: Path) -> None:
    path = tmp_path / "bad.kml"
    text = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE kml [<!ENTITY a "b">]>'
    path.write_bytes((text + kml(placemark({}, point())).partition("?>")[2]).encode("utf-16"))
    assert "entities" in refused(path)


def test_a_kmz_that_unpacks_to_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contrechamp.scene.kml.MAX_KML_BYTES", 1_000_000)
    path = tmp_path / "bomb.kmz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("doc.kml", "<kml>" + " " * 5_000_000 + "</kml>")
    assert "more than 1 MB" in refused(path)


def test_an_entry_without_a_name_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "odd.kmz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x", "nothing")
        archive.writestr("doc.kml", kml(placemark({}, point())))
    content = path.read_bytes()
    # The central directory says that the first name has no letter; it is then the extra field.
    at = content.index(b"PK\x01\x02")
    odd = bytearray(content)
    odd[at + 28 : at + 32] = b"\x00\x00\x01\x00"
    path.write_bytes(bytes(odd))
    with contextlib.suppress(InputError):
        assert places(read(path)) == [(LON, LAT)]


@pytest.mark.parametrize(
    "content", [b"", b"SQLite format 3\x00", b"SQLite format 3\x00" + b"x" * 999]
)
def test_a_damaged_database_has_no_aliases(content: bytes) -> None:
    assert column_aliases(content) == {}


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=40), st.integers(0, 600))
def test_a_damaged_kmz_is_an_error_or_harmless(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, at: int
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("doc.kml", kml(placemark({"kind": "dome"}, point())))
    content = packed.getvalue()
    path = tmp_path_factory.mktemp("kmz") / "app.kmz"
    path.write_bytes(content[:at] + noise + content[at + len(noise) :])
    with contextlib.suppress(InputError):  # anything else is a crash
        read(path)


# --- GPX of places -------------------------------------------------------------------------------

WAYPOINT = (
    '<wpt lat="{lat}" lon="{lon}"><name>SAMPLE</name><type>Cameras</type><extensions>'
    '<osmand:kind xmlns:osmand="https://osmand.net">dome</osmand:kind></extensions></wpt>'
)
GPX = '<gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1">{inside}</gpx>'
TRACK = "<trk><trkseg>{}</trkseg></trk>".format(
    "".join(f'<trkpt lat="{LAT}" lon="{LON + i / 1000}"/>' for i in range(3))
)


def test_marked_places_alone_are_cameras_and_beside_a_walk_are_told(tmp_path: Path) -> None:
    waypoint = WAYPOINT.format(lat=LAT, lon=LON)
    marked, walked = tmp_path / "favourites.gpx", tmp_path / "walk.gpx"
    marked.write_text(GPX.format(inside=waypoint))
    walked.write_text(GPX.format(inside=waypoint + TRACK))
    found = read(marked)
    assert places(found) == [(LON, LAT)]
    assert "SAMPLE" not in str(found.cameras.iloc[0].to_dict())
    both = read(walked)
    assert (len(both.cameras), len(both.tracks)) == (0, 1)
    assert "1 waypoint beside the walk" in told(both)["not-read"]


# --- spreadsheets --------------------------------------------------------------------------------


def test_every_sheet_with_places_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "notes"
    book.active.append(["what", "when"])
    north = book.create_sheet("north")
    north.append(["id", "lat", "lon", "Height"])
    north.append(["a", LAT, LON, 3.5])
    south = book.create_sheet("south")
    south.append(["ID", "Latitude", "Longitude", "colour"])
    south.append(["a", LAT - 0.001, LON, "red"])
    path = tmp_path / "survey.xlsx"
    book.save(path)
    found = read(path)
    assert places(found) == [(LON, LAT), (LON, LAT - 0.001)]
    assert found.cameras["height_m"].tolist()[0] == 3.5
    assert found.cameras["id"].nunique() == 2
    assert "notes" in told(found)["not-read"]
    assert "colour" in told(found)["column-not-used"]


# --- GeoPackage ----------------------------------------------------------------------------------


def qfield(path: Path) -> Path:
    """A survey as a phone brings it back: layers, aliases, photos, other planes."""
    cameras = gpd.GeoDataFrame(
        {"hdg": [90.0, 270.0], "photo": ["DCIM/a.jpg", ""], "remark": ["", "x"]},
        geometry=[
            shapely.MultiPoint([(LON, LAT)]), shapely.MultiPoint([(LON + 0.001, LAT)])
        ],
        crs=4326,
    ).to_crs(3857)  # fmt: skip
    houses = gpd.GeoDataFrame(
        {"height_m": [9.0]}, geometry=[shapely.box(LON, LAT, LON + 0.0001, LAT + 0.0001)], crs=4326
    )
    walk = gpd.GeoDataFrame(
        {"name": ["SAMPLE"]},
        geometry=[shapely.LineString([(LON, LAT), (LON + 0.001, LAT)])],
        crs=4326,
    )
    drawn = gpd.GeoDataFrame(
        {"name": ["SAMPLE"]}, geometry=[shapely.box(LON, LAT, LON + 0.01, LAT + 0.01)], crs=4326
    )
    for layer, frame in (
        ("cameras", cameras),
        ("houses", houses.to_crs(32626)),
        ("walk", walk),
        ("surveyed", drawn),
    ):
        frame.to_file(path, layer=layer, driver="GPKG")
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute(
            "CREATE TABLE gpkg_data_columns (table_name TEXT, column_name TEXT, name TEXT, "
            "title TEXT, description TEXT, mime_type TEXT, constraint_name TEXT)"
        )
        database.execute(
            "INSERT INTO gpkg_data_columns (table_name, column_name, name) "
            "VALUES ('cameras', 'hdg', 'Direction')"
        )
        database.commit()
    photos = pd.DataFrame({"camera": [1], "path": ["DCIM/a.jpg"]})
    pyogrio.write_dataframe(photos, path, layer="photos", driver="GPKG")
    return path


def test_a_survey_of_qfield_goes_in_as_it_is(tmp_path: Path) -> None:
    found = read(qfield(tmp_path / "survey.gpkg"))
    assert places(found) == [(LON, LAT), (LON + 0.001, LAT)]
    assert found.cameras["heading_deg"].tolist() == [90.0, 270.0]  # by its alias
    assert found.footprints["height_m"].tolist() == [9.0]
    assert len(found.tracks) == 1
    messages = [notice.message for notice in found.notices]
    assert any("photos" in message for message in messages)  # a layer without shapes
    assert any("1 polygon without a height" in message for message in messages)
    assert any("photo" in message and "remark" in message for message in messages)
    scene = read_scene([tmp_path / "survey.gpkg"])
    assert (len(scene.cameras), len(scene.buildings), len(scene.tracks)) == (2, 1, 1)


# --- photos --------------------------------------------------------------------------------------


def photo(
    path: Path, lonlat: tuple[float, float] | None, looked: float | None = None, ref: str = "M"
) -> Path:
    """A grey picture whose EXIF Pillow writes."""
    exif = Image.Exif()
    if lonlat is not None:
        place = exif.get_ifd(0x8825)
        for at, value, signs in ((1, lonlat[1], "NS"), (3, lonlat[0], "EW")):
            whole = abs(value)
            minutes = whole % 1 * 60
            place[at] = signs[value < 0]
            place[at + 1] = (float(int(whole)), float(int(minutes)), round(minutes % 1 * 60, 4))
        if looked is not None:
            place[0x10], place[0x11] = ref, looked
    exif[0x9003] = "2026:05:01 10:00:00"
    Image.new("RGB", (8, 8), "grey").save(path, exif=exif)
    return path


def test_a_folder_of_photos_is_a_survey_of_places(tmp_path: Path) -> None:
    folder = tmp_path / "DCIM"
    (folder / "100").mkdir(parents=True)
    photo(folder / "a.jpg", (LON, LAT), looked=123.0)
    photo(folder / "100" / "b.jpg", (LON + 0.001, LAT), looked=10.0, ref="T")
    photo(folder / "c.jpg", None)
    (folder / "notes.txt").write_text("x")
    found = read(folder)
    assert places(found) == [(LON + 0.001, LAT), (LON, LAT)]
    assert found.cameras["id"].tolist() == ["100/b.jpg", "a.jpg"]
    # Where the photographer looked is not where the camera looks.
    assert found.cameras["heading_deg"].isna().all()
    kinds = told(found)
    assert (
        "2 photos say where the photographer looked (1 by the magnetic north)"
        in (kinds["photographers-direction"])
    )
    assert "where their photos were taken" in kinds["photographers-place"]
    assert "photo-without-place" in kinds
    assert not any("2026" in str(cell) for cell in found.cameras.to_numpy().ravel())


def test_photos_come_alone_or_packed_too(tmp_path: Path) -> None:
    one = photo(tmp_path / "one.jpg", (LON, -LAT))
    with zipfile.ZipFile(tmp_path / "photos.zip", "w") as archive:
        archive.write(one, "../one.jpg")
    for path in (one, tmp_path / "photos.zip"):
        assert places(read(path)) == [(LON, -LAT)]


def test_photos_of_one_camera_are_proposed_as_the_same(tmp_path: Path) -> None:
    photo(tmp_path / "a.jpg", (LON, LAT))
    photo(tmp_path / "b.jpg", (LON + 0.00004, LAT))  # 3 m on
    photo(tmp_path / "c.jpg", (LON + 0.001, LAT))
    [pair] = read_scene([tmp_path]).same_cameras
    assert {pair.id_a, pair.id_b} == {"a.jpg", "b.jpg"}


def test_photos_without_places_and_folders_without_photos(tmp_path: Path) -> None:
    assert "does not say where" in refused(photo(tmp_path / "x.jpg", None))
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "no photo in the folder" in refused(empty)
    (empty / "link.jpg").symlink_to(photo(tmp_path / "y.jpg", (LON, LAT)))
    assert "no photo in the folder" in refused(empty)  # links are not followed
    assert "does not say where" in refused(photo(tmp_path / "zero.jpg", (0.0, 0.0)))


# --- mistakes ------------------------------------------------------------------------------------


def packed(*names: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return content.getvalue()


MISTAKES = {
    "o5m": (b"\xff\xe0\x04o5m2" + b"\x10" * 40, "osmium cat"),
    "o5c": (b"\xff\xe0\x04o5c2" + b"\x10" * 40, "file of changes"),
    "osc": (b'<?xml version="1.0"?><osmChange version="0.6"></osmChange>', "file of changes"),
    "shapefile": (b"\x00\x00\x27\x0a" + b"\x00" * 90 + b"x", "ogr2ogr"),
    "zip of shapefiles": (packed("a/b.shp", "a/b.dbf"), "ogr2ogr"),
    "GeoTIFF": (b"II*\x00\x08\x00" + b"x" * 40, "height model"),
    "BigTIFF": (b"II+\x00\x08\x00" + b"x" * 40, "height model"),
    "Takeout": (packed("Takeout/Location History/Records.json"), "location history"),
    "timeline": (b'{"semanticSegments": [{"startTime": "x"}]}', "location history"),
    "records": (b'{"locations": [{"latitudeE7": 450000000}]}', "location history"),
    "PDF": (b"%PDF-1.7\n", "text document"),
    "DOCX": (packed("word/document.xml"), "text document"),
    "XLS": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 40, "before 2007"),
    "FIT": (b"\x0e\x10\x00\x00\x10\x00\x00\x00.FIT" + b"x" * 8, "export the walk as GPX"),
    "PNG": (b"\x89PNG\r\n\x1a\n" + b"x" * 40, "picture without a place"),
    "7z": (b"7z\xbc\xaf\x27\x1c" + b"x" * 40, "unpack it"),
    "some zip": (packed("cameras.csv"), "unpack it"),
    "web page": (b"<!DOCTYPE html><html></html>", "web page"),
    "Overpass": (b'{"version": 0.6, "elements": []}', "out:xml"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
@pytest.mark.parametrize("name", ["city.osm", "city.pbf", "a.csv", "a.geojson", "city.o5m"])
def test_a_mistake_is_called_by_its_name_whatever_the_file_is_called(
    tmp_path: Path, mistake: str, name: str
) -> None:
    content, said = MISTAKES[mistake]
    path = tmp_path / name
    path.write_bytes(content)
    if content[:1] == b"{" and name == "a.csv":
        return  # text, which a table may begin with
    if mistake == "Overpass" and not name.endswith("json"):
        return
    assert said in refused(path)


def test_the_content_decides_and_not_the_name(tmp_path: Path) -> None:
    table = f"id,lon,lat\na,{LON},{LAT}\n".encode()
    for name in ("survey", "survey.txt", "survey.geojson", "survey.kml.download"):
        (tmp_path / name).write_bytes(table)
        assert places(read(tmp_path / name)) == [(LON, LAT)]
    (tmp_path / "survey.csv").write_text(kml(placemark({}, point())))
    assert places(read(tmp_path / "survey.csv")) == [(LON, LAT)]
