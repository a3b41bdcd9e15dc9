"""``contrechamp check``: what is understood, before anything is measured."""

import json
from pathlib import Path

import pytest

from cli.commands import SURVEY, TOWN, WALK, Run

SURVEY_OF_OTHERS = """\
Lat,Lon,Direction,height,remark
45.0001,-26.999,90,4,by the door
45.0002,-26.998,up,4,
45.0003,-26.997,NE,high,
"""


def test_files_that_measure_takes(contrechamp: Run) -> None:
    done = contrechamp("check", TOWN, SURVEY)
    assert done.status == 0, done.err
    assert "measure takes these files as they are" in done.out
    assert "sample-survey.csv: CSV, 5 cameras" in done.out
    assert "direction (heading_deg)" in done.out
    assert (
        "SAMPLE-2, kind of camera fixed camera, mount wall, height of the camera 4, direction 270,"
        in done.out
    )


def test_columns_are_named_with_their_use_and_rows_that_cannot_be_read(
    contrechamp: Run, tmp_path: Path
) -> None:
    path = tmp_path / "others.csv"
    path.write_text(SURVEY_OF_OTHERS.replace("up", "45").replace("high", "-4"))
    done = contrechamp("check", TOWN, path)
    assert done.status == 0, done.err  # a height of -4 fits no height: the column is not used
    lines = {line.split()[0]: line for line in done.out.splitlines() if line.startswith("    ")}
    assert "direction (heading_deg)" in lines["direction"]
    assert "not used" in lines["height"]
    assert "not used" in lines["remark"]
    assert "by the door" in lines["remark"]

    path.write_text("id,lon,lat,heading_deg\na,-26.999,45.0001,up\nb,-26.999,45.0002,90\n")
    done = contrechamp("check", TOWN, path)
    assert done.status == 1
    assert "1 cannot be read" in done.out
    assert 'others.csv:2: heading_deg: "up"' in done.out
    assert "1 row cannot be read" in done.err


def test_everything_that_is_in_the_way_is_told_at_once(contrechamp: Run, tmp_path: Path) -> None:
    (tmp_path / "streets.o5m").write_bytes(b"\xff\xe0\x04o5m2")
    (tmp_path / "notes.csv").write_text("what,when\nx,y\n")
    (tmp_path / "places.csv").write_text("lat,lon\n45.0001,-26.999\n")
    paths = [tmp_path / name for name in ("streets.o5m", "notes.csv", "places.csv")]
    told = {
        "check": contrechamp("check", *paths),
        "measure": contrechamp("measure", *paths, "-o", tmp_path / "report"),
    }
    assert (told["check"].status, told["measure"].status) == (1, 2)
    for command, done in told.items():
        for said in ("osmium cat", "lon and lat", "no building found", "no walkable street found"):
            assert said in done.err, (command, said)
        assert "no camera found" not in done.err
        assert "4 things are in the way" in done.err
    assert not (tmp_path / "report").exists()


def test_open_ground_and_walks_need_neither_buildings_nor_streets(
    contrechamp: Run, tmp_path: Path
) -> None:
    path = tmp_path / "places.csv"
    path.write_text("lat,lon\n45.0001,-26.999\n")
    assert contrechamp("check", path, WALK, "--open").status == 0
    closed = contrechamp("check", path, WALK)
    assert (closed.status, "--open" in closed.err) == (1, True)
    built = contrechamp("check", TOWN, "--open")
    assert built.status == 1
    assert "--open is for places without buildings" in built.err
    swapped = tmp_path / "swapped.csv"
    swapped.write_text("lat,lon\n-26.999,45.0001\n")
    done = contrechamp("check", swapped, WALK, "--open")
    assert done.status == 1
    assert "look swapped" in done.err


def test_json_is_one_object(contrechamp: Run, tmp_path: Path) -> None:
    path = tmp_path / "places.csv"
    path.write_text("lat,lon,heading_deg,remark\n45.0001,-26.999,N,x\n")
    done = contrechamp("check", TOWN, path, "--json")
    assert (done.status, done.err) == (0, "")
    told = json.loads(done.out)
    assert told["ready"] is True
    [town, places] = told["files"]
    assert (town["format"], places["holds"]["cameras"]) == ("OSM XML", 1)
    assert {one["name"]: (one["used_as"], one["unused"]) for one in places["understood"]} == {
        "lat": (["place"], 0),
        "lon": (["place"], 0),
        "heading_deg": (["heading_deg"], 0),
        "remark": ([], 1),
    }
    assert places["first"]["cameras"] == [
        {
            "lon": -26.999,
            "lat": 45.0001,
            "id": "places.csv:2",
            "heading_deg": 0.0,
            "source": "places.csv:2",
        }
    ]
    wanting = contrechamp("check", path, "--json")
    assert (wanting.status, wanting.err) == (1, "")
    assert json.loads(wanting.out)["ready"] is False


def test_tags_that_nothing_uses_are_shown_with_a_value(contrechamp: Run, tmp_path: Path) -> None:
    path = tmp_path / "town.osm"
    text = TOWN.read_text()
    path.write_text(
        text.replace(
            '<tag k="camera:mount"', '<tag k="camera:lens" v="2.8"/><tag k="camera:mount"', 1
        )
    )
    done = contrechamp("check", path)
    assert done.status == 0, done.err
    [line] = [line for line in done.out.splitlines() if line.strip().startswith("camera:lens")]
    assert "not used" in line
    assert "2.8" in line


def test_a_file_that_is_not_there_is_wrong_use(contrechamp: Run, tmp_path: Path) -> None:
    done = contrechamp("check", TOWN, tmp_path / "nowhere.csv")
    assert done.status == 2
    assert "nowhere.csv" in done.err
    assert str(tmp_path) not in done.err


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_files_say_cannot_move_the_terminal(
    contrechamp: Run, tmp_path: Path, language: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("lat,lon,\x1b[2Jnote\n45.0001,-26.999,\x1b[31mred\n")
    done = contrechamp("check", TOWN, path, "--lang", language)
    assert "\x1b" not in done.out + done.err


def test_directions_from_a_compass_are_shown_as_they_will_be_used(
    contrechamp: Run, tmp_path: Path
) -> None:
    path = tmp_path / "compass.csv"
    head = "id,lon,lat,heading_deg,heading_north,last_seen\n"
    path.write_text(f"{head}a,-26.999,45.0001,90;270,magnetic,\n")
    for command in (["check"], ["measure", "-o", tmp_path / "report"]):
        refused = contrechamp(command[0], TOWN, path, *command[1:])
        assert refused.status in (1, 2)
        said = refused.out + refused.err
        assert said.count("no day of the reading") == 1, command  # one row to correct
        assert "things are in the way" not in said
    given = contrechamp("check", TOWN, path, "--declination", "-12.5", "--lang", "fr")
    assert given.status == 0, given.err
    assert "orientation 77,5," in given.out
    assert "nord géographique," in given.out
    assert "tournées de -12,5°" in given.out
    path.write_text(f"{head}a,-26.999,45.0001,90,magnetic,2026-05-12\n")
    assert "direction 90," not in contrechamp("check", TOWN, path).out


def test_a_bad_row_does_not_hide_that_there_are_others(contrechamp: Run, tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    path.write_text("id,lon,lat,heading_deg\na,-26.999,45.0001,up\nb,-26.999,45.0002,90\n")
    done = contrechamp("measure", path, WALK, "-o", tmp_path / "report")
    assert done.status == 2
    assert "2 things are in the way" in done.err
    assert 'survey.csv:2: heading_deg: "up"' in done.err
    assert "no building found" in done.err
    assert "no camera found" not in done.err


def test_cameras_far_from_all_streets_are_told_as_measure_tells_them(
    contrechamp: Run, tmp_path: Path
) -> None:
    path = tmp_path / "elsewhere.csv"
    path.write_text("id,lon,lat,heading_deg\na,-73.99,40.73,90;270\n")
    done = contrechamp("check", TOWN, path)
    assert done.status == 1
    assert done.err.count("elsewhere.csv:2: the camera lies far outside") == 1


def test_a_turned_direction_is_shown_with_the_digits_that_it_can_have(
    contrechamp: Run, tmp_path: Path
) -> None:
    path = tmp_path / "turned.csv"
    path.write_text(
        "id,lon,lat,heading_deg,heading_north,kind,first_seen\n"
        "a,-26.999,45.0001,90,magnetic,dome,2026-05\n"
    )
    done = contrechamp("check", TOWN, path, "--declination", "3.123456")
    assert "direction 93.12," in done.out
    french = contrechamp("--lang", "fr", "check", TOWN, path, "--declination", "3.123456").out
    assert "orientation 93,12," in french
    row = next(line for line in french.splitlines() if "id a," in line)
    for raw in ("_deg", "first_seen", "dome,", "source ", "read from"):
        assert raw not in row
    assert "mai 2026" in row
