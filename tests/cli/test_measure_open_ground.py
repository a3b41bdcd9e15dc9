"""Cameras and a walk, or areas, and nothing else: what is measured, and that it is said first.

Every place is made up. Expected figures are those of circles and sectors.
"""

import json
import math
import re
from html import unescape
from pathlib import Path
from typing import Any

import pyproj
import pytest
from PIL import Image

from cli.commands import SURVEY, TOWN, Run

LON, LAT = -27.0, 45.0
RANGE_M = 50.0
#: An all-round camera 50 m, and a sector of 60 degrees to the east, 500 m further north.
CAMERAS = f"""\
id,lat,lon,kind,height_m,heading_deg,tilt_deg,hfov_deg,vfov_deg,width_px,range_m
round,{LAT},{LON},panning,1.7,,,60,50,3840,{RANGE_M}
sector,{LAT + 0.0045},{LON},fixed,1.7,90,0,60,90,3840,{RANGE_M}
"""


def at(x_m: float, y_m: float) -> tuple[float, float]:
    """Longitude and latitude of a place metres east and north of the first camera."""
    local = pyproj.Transformer.from_crs(
        f"+proj=aeqd +lat_0={LAT} +lon_0={LON}", "EPSG:4326", always_xy=True
    )
    lon, lat = local.transform(x_m, y_m)
    return float(lon), float(lat)


def walk(path: Path, *places: tuple[float, float]) -> Path:
    points = "".join(f'<trkpt lat="{at(*p)[1]}" lon="{at(*p)[0]}"/>' for p in places)
    path.write_text(
        '<gpx version="1.1" creator="SAMPLE" xmlns="http://www.topografix.com/GPX/1/1"><trk>'
        f"<name>Sample walk</name><trkseg>{points}</trkseg></trk></gpx>"
    )
    return path


def areas(path: Path, **boxes: tuple[float, float, float, float]) -> Path:
    features = [
        {
            "type": "Feature",
            "properties": {"id": name, "name": name},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[at(w, s), at(e, s), at(e, n), at(w, n), at(w, s)]],
            },
        }
        for name, (w, s, e, n) in boxes.items()
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    path = tmp_path / "cameras.csv"
    path.write_text(CAMERAS)
    return path


def figures(report: Path) -> dict[tuple[str, str], float]:
    found = json.loads((report / "figures.json").read_text())
    return {
        (one["key"], one["group"]): one["estimate"]["median"]
        for one in found["figures"]
        if one["level"] == "visible"
    }


def text_of(report: Path) -> str:
    html = (report / "index.html").read_text()
    html = re.sub(r"<(script|style)[^>]*>.*?</\1>", " ", html, flags=re.S)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def sections(report: Path) -> list[tuple[str, str]]:
    """Heading and text of each section."""
    html = (report / "index.html").read_text()
    return [
        (heading, re.sub(r"<[^>]+>", " ", body).strip())
        for heading, body in re.findall(
            r"<section[^>]*>\s*<h2[^>]*>(.*?)</h2>(.*?)</section>", html, flags=re.S
        )
    ]


def test_a_walk_through_a_disc_and_a_sector(contrechamp: Run, tmp_path: Path, survey: Path) -> None:
    """A chord 30 m off the centre, and one 20 m east of the sector's camera."""
    across = walk(tmp_path / "walk.gpx", (-200, 30), (200, 30))
    done = contrechamp("measure", survey, across, "--open", "-o", tmp_path / "r", "--draws", 2)
    assert done.status == 0, done.err
    chord = 2.0 * math.sqrt(RANGE_M**2 - 30.0**2)
    assert figures(tmp_path / "r")["tracks.seen_m", "all"] == pytest.approx(chord, abs=0.3)
    # UTM stretches by a few in 10,000; the second walk runs north and south.
    past = walk(tmp_path / "past.gpx", (20, 400), (20, 600))
    done = contrechamp("measure", survey, past, "--open", "-o", tmp_path / "r", "--draws", 2)
    assert done.status == 0, done.err
    assert figures(tmp_path / "r")["tracks.seen_m", "all"] == pytest.approx(
        2.0 * 20.0 * math.tan(math.radians(30.0)), abs=0.3
    )


def test_the_ground_of_areas(contrechamp: Run, tmp_path: Path, survey: Path) -> None:
    """Half of the disc lies west of its camera; the sector lies in the north."""
    boxes = areas(
        tmp_path / "areas.geojson", west=(-100, -100, 0, 100), north=(-100, 400, 100, 600)
    )
    done = contrechamp(
        "measure", survey, "--areas", boxes, "--open", "-o", tmp_path / "r", "--draws", 2
    )
    assert done.status == 0, done.err
    found = figures(tmp_path / "r")
    disc, sector = math.pi * RANGE_M**2, math.pi * RANGE_M**2 / 6.0
    assert found["area.seen_m2", "area:west"] == pytest.approx(disc / 2.0, rel=0.03)
    assert found["area.seen_share", "area:west"] == pytest.approx(disc / 2.0 / 20_000, rel=0.03)
    assert found["area.seen_m2", "area:north"] == pytest.approx(sector, rel=0.05)
    assert found["area.seen_m2", "all"] == pytest.approx(disc + sector, rel=0.03)
    text = text_of(tmp_path / "r")
    assert "Areas with the largest share of ground within view" in text
    assert "recorded walk" not in text.lower()


def test_it_is_said_first_everywhere(contrechamp: Run, tmp_path: Path, survey: Path) -> None:
    across = walk(tmp_path / "walk.gpx", (-200, 30), (200, 30))
    report = tmp_path / "r"
    done = contrechamp("measure", survey, across, "--open", "-o", report, "--draws", 20)
    assert done.status == 0, done.err
    assert done.out.startswith("Over open ground, without any building")
    written = json.loads((report / "figures.json").read_text())
    assert written["methods"]["open_ground"] is True
    assert "--open" in written["command"]
    page = (report / "index.html").read_text()
    first = re.search(r'<p class="standfirst">(.*?)</p>', page, re.S)
    assert first is not None
    assert first[1].strip().startswith("Over open ground, without any building")
    assert "Over open ground" in (report / "README.txt").read_text().split("index.html")[0]


def test_sentences_stand_apart(contrechamp: Run, tmp_path: Path, survey: Path) -> None:
    survey.write_text(f"id,lat,lon\na,{LAT},{LON}\n")  # no range, of which a sentence tells
    across = walk(tmp_path / "walk.gpx", (-200, 30), (200, 30))
    done = contrechamp("measure", survey, across, "--open", "-o", tmp_path / "r", "--draws", 2)
    assert done.status == 0, done.err
    assert "Where no range is mapped" in done.out
    assert not re.search(r"[a-z)]\.[A-Z]", text_of(tmp_path / "r").split("Where no range")[0])
    assert not re.search(r"[a-z)]\.[A-Z]", done.out)


def test_the_part_of_a_walk_is_no_longer_than_the_walk(
    contrechamp: Run, tmp_path: Path, survey: Path
) -> None:
    # 155 m, all within the disc.
    along = walk(tmp_path / "walk.gpx", (-35, 10), (35, 10), (35, -10), (-30, -10))
    done = contrechamp("measure", survey, along, "--open", "-o", tmp_path / "r", "--draws", 2)
    assert done.status == 0, done.err
    part, whole = re.findall(r"([\d.]+)\sm of the ([\d.]+)\sm of the recorded walk", done.out)[0]
    assert part == whole
    assert float(whole) == pytest.approx(155, abs=1)


def test_no_section_is_empty_and_no_street_is_spoken_of(
    contrechamp: Run, tmp_path: Path, survey: Path
) -> None:
    across = walk(tmp_path / "walk.gpx", (-200, 30), (200, 30))
    report = tmp_path / "r"
    done = contrechamp("measure", survey, across, "--open", "-o", report, "--draws", 20)
    assert done.status == 0, done.err
    found = sections(report)
    assert {"Recorded walks", "How much ground is in view"} <= {heading for heading, _text in found}
    assert all(len(text) > 40 for _heading, text in found)
    assert not re.search(r"\b[Ss]treets? (are|within|in view)", text_of(report))
    assert 'class="track"' in (report / "index.html").read_text()


def test_between_buildings_nothing_of_it_is_said(contrechamp: Run, tmp_path: Path) -> None:

    done = contrechamp("measure", TOWN, SURVEY, "-o", tmp_path / "r", "--draws", 20)
    assert done.status == 0, done.err
    methods: dict[str, Any] = json.loads((tmp_path / "r" / "figures.json").read_text())["methods"]
    assert methods["open_ground"] is False
    assert "open ground" not in text_of(tmp_path / "r").lower().replace(
        "over open ground, without any building no", ""
    )
    refused = contrechamp("measure", TOWN, SURVEY, "--open", "-o", tmp_path / "r")
    assert refused.status == 2
    assert "--open is for places without buildings" in refused.err


def test_buildings_and_a_walk_need_no_streets(
    contrechamp: Run, tmp_path: Path, survey: Path
) -> None:
    """A wall across the walk, 9 m from the camera, takes what lies behind it."""
    wall = areas(tmp_path / "wall.geojson", wall=(9, -60, 11, 60))
    features = json.loads(wall.read_text())
    features["features"][0]["properties"]["height_m"] = 30
    wall.write_text(json.dumps(features))
    across = walk(tmp_path / "walk.gpx", (-200, 0), (200, 0))
    report = tmp_path / "r"
    done = contrechamp("measure", survey, wall, across, "-o", report, "--draws", 2)
    assert done.status == 0, done.err
    assert figures(report)["tracks.seen_m", "all"] == pytest.approx(RANGE_M + 9.0, abs=0.3)
    assert "open ground" not in done.out


def test_cameras_of_photos_are_told_to_be_rough(contrechamp: Run, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8825).update(
        {1: "N", 2: (45.0, 0.0, 0.0), 3: "W", 4: (27.0, 0.0, 0.0), 0x10: "M", 0x11: 90.0}
    )
    (tmp_path / "photos").mkdir()
    Image.new("RGB", (8, 8)).save(tmp_path / "photos" / "a.jpg", exif=exif)
    across = walk(tmp_path / "walk.gpx", (-200, 30), (200, 30))
    report = tmp_path / "r"
    done = contrechamp(
        "measure", tmp_path / "photos", across, "--open", "-o", report, "--draws", 20
    )
    assert done.status == 0, done.err
    assert "where the photographer stood" in text_of(report)
    cameras = json.loads((report / "cameras.geojson").read_text())["features"]
    assert [one["properties"]["heading_deg"] for one in cameras] == [None]
