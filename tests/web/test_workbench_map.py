"""The map of the workbench: list and map with one selection, from the case's own data."""

import io
import json
import re
from pathlib import Path

import pytest
from PIL import Image

from cli.forms import lines
from contrechamp.local_page.messages import Request, Response
from contrechamp.local_page.rules import Rules
from contrechamp.web.map import map_pages, tiles
from contrechamp.web.map.mercator import to_unit
from vault import cases
from web.test_map_tiles import layers
from web.workbenches import Hand, text, told

EXAMPLES = Path(__file__).parents[2] / "docs/examples"
HOSTILE = '<b>SAMPLE</b> "x" \u202e {{ 7 * 7 }} &amp;'
#: Of the sample town, far out in the Atlantic.
LON, LAT = -26.9985, 45.0004


def camera_row(number: int, **fields: object) -> dict[str, object]:
    said = {"position": {"lon": f"{LON + number * 1e-4:.6f}", "lat": f"{LAT:.6f}"},
            "name": f"SAMPLE {number}", "sample": True, **fields}  # fmt: skip
    return {"kind": "camera", "id": f"{number:016x}", "fields": said}


def written(hand: Hand, *rows: dict[str, object]) -> None:
    hand.send("import/files", ("r.jsonl", lines(*rows).encode()))
    hand.post("import/write")
    assert any("written" in line for line in hand.worked())


def script(hand: Hand, path: str, **sent: object) -> Response:
    """Send what a script of the page sends."""
    body = json.dumps(sent).encode()
    return hand.workbench(Request("POST", path, {}, body, "application/json"))


def read(hand: Hand) -> None:
    """Wait until the maps of the case are read."""
    hand.get("map")
    thread = hand.desk.mapping._thread
    if thread is not None:
        thread.join(60)
    assert not told(hand.get("map/state.json"))["reading"]


def tile_of(hand: Hand, lon: float, lat: float, zoom: int, folder: Path) -> dict[str, object]:
    import numpy as np

    x, y = np.floor(to_unit(np.array([[lon, lat]])) * 2**zoom).astype(int)[0].tolist()
    answered = hand.get("map/tile.mvt", z=str(zoom), x=str(x), y=str(y))
    assert answered.status == 200
    assert isinstance(answered.content, bytes)
    return dict(layers(answered.content, folder, zoom, x, y)) if answered.content else {}


@pytest.fixture
def mapped(opened: Hand) -> Hand:
    """A case with three cameras."""
    written(opened, *(camera_row(number, heading_deg="90") for number in (1, 2, 3)))
    return opened


def test_cameras_are_listed_with_links_that_need_no_script(mapped: Hand) -> None:
    page = text(mapped.get("map"))
    for number in (1, 2, 3):
        assert f'href="record?id={number:016x}"' in page
        assert f"SAMPLE {number}" in page
    assert "Listed: 3 of 3. Cameras selected: 0." in page
    assert "45.00040, -26.99840" in page
    assert "direction" in page


def test_the_list_is_filtered_and_nothing_of_that_stands_in_an_address(mapped: Hand) -> None:
    answered = mapped.post("map", kind="camera", words="sample 2")
    assert answered.to == "map"
    page = text(mapped.get("map"))
    assert "Listed: 1 of 3." in page
    assert f"{3:016x}" not in page
    mapped.post("map", kind="place")
    assert "Nothing was found." in text(mapped.get("map"))


def test_list_and_map_have_one_selection(mapped: Hand, tmp_path: Path) -> None:
    mapped.get("map")
    one, two = f"{1:016x}", f"{2:016x}"
    answered = told(script(mapped, "map/select.json", how="toggle", ids=[one, "no such", 7]))
    assert answered["selected"] == 1
    assert f'name="c.{one}" value="yes" checked' in text(mapped.get("map"))
    rows = tile_of(mapped, LON, LAT, 14, tmp_path)["camera"]
    assert dict(zip(rows["id"], rows["selected"], strict=True))[one] == 1  # type: ignore[index]
    # By the form of the list: of those that it shows, those that are ticked.
    shown = {f"s.{number:016x}": "1" for number in (1, 2, 3)}
    assert mapped.post("map/select", how="ticked", **shown, **{f"c.{two}": "yes"}).status == 303
    assert mapped.desk.map is not None
    assert mapped.desk.map.selected == {two}
    mapped.post("map/select", how="found")
    assert len(mapped.desk.map.selected) == 3
    assert told(script(mapped, "map/select.json", how="none"))["selected"] == 0
    box = [LON + 0.00015, LAT - 1, LON + 1, LAT + 1]
    assert told(script(mapped, "map/select.json", how="add", box=box))["selected"] == 2


def test_what_others_write_is_on_the_map_and_what_was_erased_is_not(
    mapped: Hand, place: Path
) -> None:
    mapped.get("map")
    script(mapped, "map/select.json", how="found")
    written(mapped, camera_row(4), camera_row(1, name="SAMPLE renamed"))
    page = text(mapped.get("map"))
    assert "SAMPLE renamed" in page
    assert "Listed: 4 of 4. Cameras selected: 3." in page
    from contrechamp.dossier.writing import erasing

    with cases.opened(place / "case", write=True) as case:
        erasing.erase(case, [f"{2:016x}"], reason="SAMPLE", now=mapped.desk.session.clocks.now())
    assert "Listed: 3 of 3. Cameras selected: 2." in text(mapped.get("map"))


def test_streets_and_buildings_come_from_the_files_of_the_case(
    mapped: Hand, tmp_path: Path
) -> None:
    town = (EXAMPLES / "sample-town.osm").read_bytes()
    walk = (EXAMPLES / "sample-walk.gpx").read_bytes()
    mapped.send("upload", ("town.osm", town), ("walk.gpx", walk), ("broken.geojson", b"{SAMPLE"))
    read(mapped)
    found: set[str] = set()
    for zoom in (13, 15, 16):
        for lon in (LON - 0.001, LON, LON + 0.001):
            found |= set(tile_of(mapped, lon, LAT, zoom, tmp_path))
    assert {"buildings", "camera", "tracks"} <= found
    assert found & {"streets", "streets-minor"}
    page = text(mapped.get("map"))
    assert "© OpenStreetMap contributors" in page
    assert "broken.geojson" in page.partition("Files that were not read as maps")[2]
    assert "Cameras in files of the case that are no records yet" in page
    # Once imported they are records, and not told a second time.
    mapped.send("import/files", ("town.osm", town))
    mapped.post("import/write")
    mapped.worked()
    assert "that are no records yet" not in text(mapped.get("map"))


def test_a_photo_lies_where_its_camera_says(opened: Hand, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (45.0, 30.0, 0.0), 3: "W", 4: (26.0, 30.0, 0.0)})
    content = io.BytesIO()
    Image.new("RGB", (8, 8)).save(content, "jpeg", exif=exif)
    opened.send("upload", ("a.jpg", content.getvalue()))
    page = text(opened.get("map"))
    assert "Photos with a position (1)" in page
    assert "photo" in tile_of(opened, -26.5, 45.5, 14, tmp_path)


def test_hostile_names_are_text(opened: Hand) -> None:
    written(opened, camera_row(1, name=HOSTILE))
    opened.send("upload", (f"{HOSTILE.replace('/', '')}.geojson", b"{"))
    read(opened)
    opened.post("map", kind="camera", words=HOSTILE)
    page = text(opened.get("map"))
    assert "<b>" not in page
    assert ">49" not in page
    assert told(script(opened, "map/list.json"))["rows"][0]["title"].startswith("<b>SAMPLE")


@pytest.mark.parametrize(
    "asked",
    [{}, {"z": "1"}, {"z": "1", "x": "2", "y": "0"}, {"z": "-1", "x": "0", "y": "0"},
     {"z": "99", "x": "0", "y": "0"}, {"z": "1e1", "x": "0", "y": "0"},
     {"z": "٣", "x": "0", "y": "0"}, {"z": "0", "x": "9" * 40, "y": "0"}],
)  # fmt: skip
def test_there_is_no_other_tile(mapped: Hand, asked: dict[str, str]) -> None:
    mapped.get("map")
    assert mapped.get("map/tile.mvt", **asked).status == 404


@pytest.mark.parametrize("body", [b"[1]", b"{", b'{"box":[1,2,3,"4"],"how":"add"}', b"\xff",
                                  b'{"seen":[1,2,NaN,4]}', b'{"page":-1,"place":[1,2]}',
                                  b'{"how":["add"],"ids":{}}', b"[" * 100_000])  # fmt: skip
def test_whatever_a_script_sends_is_answered(mapped: Hand, body: bytes) -> None:
    mapped.get("map")
    for path in ("map/select.json", "map/list.json"):
        request = Request("POST", path, {}, body, "application/json")
        try:
            answered = mapped.workbench(request)
        except Exception as error:
            assert type(error).__name__ == "InputError", error  # noqa: PT017
        else:
            assert answered.status == 200
    assert mapped.desk.map is not None
    assert mapped.desk.map.selected == set()


def test_no_form_of_another_page_changes_the_selection(mapped: Hand) -> None:
    mapped.get("map")
    for path in ("map", "map/select", "map/select.json"):
        for kind in ("application/x-www-form-urlencoded", "text/plain", ""):
            sent = Request("POST", path, {"how": "found", "key": "0" * 32}, b"{}", kind)
            try:
                mapped.workbench(sent)
            except Exception as error:
                assert type(error).__name__ == "WrongFormError"  # noqa: PT017
    assert mapped.desk.map is not None
    assert mapped.desk.map.selected == set()


def test_nothing_of_it_is_there_once_the_case_is_locked(mapped: Hand) -> None:
    mapped.get("map")
    mapped.post("lock")
    assert mapped.desk.map is None
    for path in ("map", "map/tile.mvt", "map/state.json"):
        answered = mapped.get(path, z="0", x="0", y="0")
        assert (answered.status, answered.to) == (303, "unlock")


def test_only_the_pages_of_maps_begin_a_worker_and_only_ours(mapped: Hand) -> None:
    rules = Rules(60.0, scripts=True)
    policy = rules.headers(mapped.get("map"))["Content-Security-Policy"]
    assert "worker-src 'self'; " in policy
    assert f"trusted-types {map_pages.WORKERS}" in policy
    for word in ("unsafe", "eval", "blob:", "data:", "http"):
        assert word not in policy
    other = rules.headers(mapped.get("records"))["Content-Security-Policy"]
    assert "worker-src" not in other
    assert "trusted-types 'none'" in other
    answered = mapped.get("map/tile.mvt", z="0", x="0", y="0")
    assert rules.headers(answered)["Cache-Control"] == "no-store"


def test_every_file_of_the_map_is_served_and_the_vendored_ones_are_those_of_the_list() -> None:
    import hashlib
    from importlib.resources import files

    folder = files("contrechamp.web")
    for file, _kind in map_pages.FILES.values():
        assert (folder / file).is_file()
    listed = (folder / "map/vendor/maplibre/README.md").read_text(encoding="utf-8")
    told_of = dict(re.findall(r"\| `([\w.-]+)` \| `([0-9a-f]{64})` \|", listed))
    there = {one.name for one in (folder / "map/vendor/maplibre").iterdir()} - {"README.md"}
    assert set(told_of) == there
    for name, digest in told_of.items():
        content = (folder / "map/vendor/maplibre" / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest
    assert tiles.HIGHEST_ZOOM <= 16
