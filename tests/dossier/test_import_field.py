"""Field work: the form, submissions of ODK Central and KoboToolbox, walks, and photos."""

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from fuzz import readers
from PIL import Image
from PIL.TiffImagePlugin import IFDRational
from pyxform.xls2xform import convert
from samples import NOW, Desk, desk, take

from contrechamp.base import i18n
from contrechamp.base.errors import InputError
from contrechamp.dossier.formats.write import survey_form
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.records.field_help import field_text
from contrechamp.dossier.records.fieldwork import Barrier, Camera, Place
from contrechamp.dossier.records.schema import members
from contrechamp.dossier.records.testimony import Exhibit
from contrechamp.vault import erasing as vault_erasing
from contrechamp.vault.verifying import verify

CAMERA_ID = "11111111-2222-4333-8444-555555555555"
VISIT_ID = "66666666-2222-4333-8444-555555555555"
GATE_ID = "77777777-2222-4333-8444-555555555555"


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as opened:
        yield opened


def picture(colour: int = 0, exif: Any = None) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), (colour, 0, 0)).save(out, "jpeg", **({"exif": exif} if exif else {}))
    return out.getvalue()


def odk_row(**more: str) -> dict[str, str]:
    return {
        "SubmissionDate": "2026-05-01T10:00:00.000Z", "start": "2026-05-01T09:58:00.000Z",
        "what": "camera", "date": "2026-05-01", "observer": "SAMPLE Heron", "language": "en",
        "camera-camera_position-Latitude": "31.5", "camera-camera_position-Longitude": "35.1",
        "camera-camera_position-Altitude": "0", "camera-camera_position-Accuracy": "4.5",
        "camera-camera_name": "C1", "camera-camera_kind": "dome", "camera-camera_mount": "pole",
        "camera-camera_height_m": "3.5", "camera-camera_heading_deg": "90",
        "camera-camera_tilt_deg": "", "camera-camera_make": "SAMPLE Optics",
        "camera-camera_model": "S-1", "photo_1": "a.jpg", "note": "by the gate",
        "meta-instanceID": f"uuid:{CAMERA_ID}", "KEY": f"uuid:{CAMERA_ID}", **more,
    }  # fmt: skip


def as_csv(*rows: dict[str, str], delimiter: str = ",") -> str:
    out = io.StringIO()
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(out, names, delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def central(path: Path, *rows: dict[str, str], photos: tuple[str, ...] = ("a.jpg",)) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("contrechamp_field_survey.csv", as_csv(*rows))
        for number, name in enumerate(photos):
            archive.writestr(f"media/{name}", picture(number))
    return path


def only(at: Desk, kind: str) -> Any:
    (found,) = lookup.every(at.case, kind)
    return found.record


def test_the_form_is_one_that_odk_and_kobo_take(tmp_path: Path) -> None:
    form = tmp_path / "form.xlsx"
    survey_form.write(form)
    warnings: list[str] = []
    made = convert(xlsform=str(form), warnings=warnings, validate=False)
    assert (warnings, made.warnings) == ([], [])
    for name in survey_form.NAMES:
        assert f'/{name}"' in made.xform, name
    for language in ("English (en)", "Français (fr)"):
        assert f'<translation lang="{language}"' in made.xform
    assert "-</value>" not in made.xform  # pyxform's sign of a label that is not translated
    for asked in ("deviceid", "username", "phonenumber", "email", "simserial"):
        assert asked not in made.xform


def test_a_question_that_fills_a_field_explains_it_in_both_languages(tmp_path: Path) -> None:
    form = tmp_path / "form.xlsx"
    survey_form.write(form)
    head, *rows = openpyxl.load_workbook(form)["survey"].iter_rows(values_only=True)
    asked = {row[1]: dict(zip(head, row, strict=True)) for row in rows}
    assert survey_form.FILLS.keys() <= survey_form.NAMES
    for question, (cls, name) in survey_form.FILLS.items():
        (member,) = (one for one in members(cls) if one.name == name)
        for code, language in (("en", "English (en)"), ("fr", "Français (fr)")):
            with i18n.speaking(code):
                assert asked[question][f"hint::{language}"] == field_text(member)
    height = asked["camera_height_m"]
    assert height["hint::Français (fr)"].startswith("La hauteur de la caméra")
    assert height["label::Français (fr)"] == "Hauteur"
    assert height["constraint"] == ". >= 0 and . <= 1000"
    assert "de 0 à 1000" in height["constraint_message::Français (fr)"]


def test_every_choice_of_the_form_is_one_that_records_have() -> None:
    from typing import get_args, get_type_hints

    offered = {one.name: set(one.offered) for one in survey_form.QUESTIONS}
    assert offered["camera_kind"] == set(get_args(get_type_hints(Camera)["kind"]))
    assert offered["barrier_kind"] == set(get_args(get_type_hints(Barrier)["kind"]))


def test_a_camera_of_odk_central_comes_with_its_photo_and_product(at: Desk, tmp_path: Path) -> None:
    done = take(at, central(tmp_path / "c.zip", odk_row()), reason="SAMPLE visit")
    assert sorted(stored.kind for stored in done.new) == ["camera", "product"]
    camera = only(at, "camera")
    assert (camera.name, camera.kind, camera.mount) == ("C1", "dome", "pole")
    assert (camera.position.lon, camera.position.lat) == (Decimal("35.1"), Decimal("31.5"))
    assert (camera.position.within_m, camera.height_m) == (Decimal("4.5"), Decimal("3.5"))
    assert camera.ids[0].id == CAMERA_ID
    assert camera.read_from.item == f"item/{done.items['c.zip']}"
    cited = [one.ref for one in camera.evidence]
    assert cited == [camera.read_from.item, f"item/{done.items['media/a.jpg']}"]
    state = lookup.item_state(at.case, done.items["media/a.jpg"])
    assert state is not None
    assert (state["name"], state["media_type"]) == ("media/a.jpg", "image/jpeg")
    assert only(at, "product").title() == "SAMPLE Optics S-1"
    assert not verify(at.case)


def test_a_submission_is_never_doubled(at: Desk, tmp_path: Path) -> None:
    take(at, central(tmp_path / "1.zip", odk_row()))
    size = at.case.size
    assert take(at, central(tmp_path / "1.zip", odk_row())).unchanged == 2
    other = odk_row(KEY=f"uuid:{GATE_ID}", what="observation", photo_1="",
                    **{"observation-observation_seen": "SAMPLE: nothing"})  # fmt: skip
    assert at.case.size == size
    # A later export holds an older submission again, a new one, and one that was edited.
    done = take(at, central(tmp_path / "2.zip", odk_row(), other))
    assert (done.unchanged, [stored.kind for stored in done.new]) == (2, ["observation"])
    edited = odk_row(**{"camera-camera_height_m": "4"})
    done = take(at, central(tmp_path / "3.zip", edited, other))
    assert [stored.kind for stored in done.changed] == ["camera"]
    assert only(at, "camera").height_m == 4
    assert lookup.count(at.case) == {"camera": 1, "observation": 1, "product": 1}


def test_what_a_person_changed_is_not_written_over(at: Desk, tmp_path: Path) -> None:
    import dataclasses

    take(at, central(tmp_path / "1.zip", odk_row()))
    (stored,) = lookup.every(at.case, "camera")
    at.put(dataclasses.replace(stored.record, height_m=Decimal(9)), stored.ref)
    assert take(at, central(tmp_path / "1.zip", odk_row())).notices == []
    done = take(at, central(tmp_path / "2.zip", odk_row(**{"camera-camera_height_m": "4"})))
    assert [notice.message.partition("in: ")[2] for notice in done.notices] == ["height_m"]
    assert only(at, "camera").height_m == 9


def test_kobo_csv_and_json_give_what_odk_central_gives(at: Desk, tmp_path: Path) -> None:
    take(at, central(tmp_path / "c.zip", odk_row()))
    before = only(at, "camera")
    point = "31.5 35.1 0 4.5"
    kobo = {
        name.replace("-", "/"): value
        for name, value in odk_row().items()
        if name not in {"KEY", "SubmissionDate"} and "_position-" not in name
    } | {"camera/camera_position": point, "_camera_position_latitude": "31.5",
         "_camera_position_longitude": "35.1", "_id": "1", "_uuid": CAMERA_ID,
         "_submission_time": "2026-05-01T10:00:00"}  # fmt: skip
    (tmp_path / "kobo.csv").write_text(as_csv(kobo, delimiter=";"), encoding="utf-8-sig")
    with zipfile.ZipFile(tmp_path / "media.zip", "w") as archive:
        archive.writestr(f"user/attachments/form/{CAMERA_ID}/a.jpg", picture(0))
        archive.writestr(f"user/attachments/form/{GATE_ID}/a.jpg", picture(9))
    done = take(at, tmp_path / "kobo.csv", tmp_path / "media.zip")
    assert (done.unchanged, done.changed, done.notices) == (2, [], [])
    nested = {"count": 1, "next": None, "results": [kobo | {"_geolocation": [31.5, 35.1]}]}
    (tmp_path / "kobo.json").write_text(json.dumps(nested))
    done = take(at, tmp_path / "kobo.json", tmp_path / "media.zip")
    assert (done.unchanged, done.changed) == (2, [])
    assert only(at, "camera") == before


def test_odata_of_odk_central(at: Desk, tmp_path: Path) -> None:
    place = {"type": "Point", "coordinates": [35.2, 31.6, 12.5], "properties": {"accuracy": 3}}
    one = {
        "__id": f"uuid:{GATE_ID}", "__system": {"reviewState": None}, "what": "barrier",
        "date": "2026-05-02", "language": "fr", "observer": None,
        "barrier": {"barrier_position": place, "barrier_name": "EXEMPLE portail",
                    "barrier_kind": "gate", "barrier_hours": "6 h à 22 h",
                    "barrier_who": "les riverains", "barrier_allowed": "unclear"},
    }  # fmt: skip
    (tmp_path / "o.json").write_text(json.dumps({"@odata.context": "x", "value": [one]}))
    take(at, tmp_path / "o.json")
    gate = only(at, "barrier")
    assert (gate.names[0].text, gate.names[0].language) == ("EXEMPLE portail", "fr")
    assert (gate.position.lon, gate.position.lat) == (Decimal("35.2"), Decimal("31.6"))
    assert gate.hours[0].note == "6 h à 22 h"
    assert (gate.passing[0].who, gate.passing[0].allowed) == ("les riverains", "unclear")


def test_a_visit_that_found_nothing_counts(at: Desk, tmp_path: Path) -> None:
    row = odk_row(what="observation", KEY=f"uuid:{VISIT_ID}", photo_1="") | {
        "observation-observation_seen": "SAMPLE: no camera at all",
        "observation-cameras_found": "0",
        "observation-observation_from": "09:30:00.000+03:00",
        "observation-observation_place": "SAMPLE square",
    }
    (tmp_path / "v.csv").write_text(as_csv(row))
    take(at, tmp_path / "v.csv")
    visit = only(at, "observation")
    assert [(count.what, count.found) for count in visit.counts] == [("cameras", 0)]
    assert (visit.from_time, visit.observers) == ("09:30", ("SAMPLE Heron",))
    assert only(at, "place").title() == "SAMPLE square"


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"what": "person"}, "s.csv:2: what: expected one of: camera, barrier, observation"),
        ({"camera-camera_kind": "drone"}, "s.csv:2: camera.kind: expected one of: fixed"),
        ({"camera-camera_height_m": "high"}, "s.csv:2: camera.height_m: expected a number"),
        ({"camera-camera_position-Latitude": ""}, "s.csv:2: camera.position: this must be given"),
        ({"camera-camera_position-Latitude": "99"}, "position.lat: expected a number from"),
        ({"date": "yesterday"}, "s.csv:2: camera.first_seen: expected a date"),
        ({"KEY": "", "meta-instanceID": ""}, "s.csv:2: a submission without an id"),
    ],
)
def test_a_bad_submission_is_refused_by_row_and_field(
    at: Desk, tmp_path: Path, more: dict[str, str], message: str
) -> None:
    size = at.case.size
    (tmp_path / "s.csv").write_text(as_csv(odk_row(photo_1="", **more)))
    with pytest.raises(InputError) as refused:
        take(at, tmp_path / "s.csv")
    assert message in str(refused.value)
    assert at.case.size == size


def test_a_picture_that_is_not_there_is_told(at: Desk, tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text(as_csv(odk_row()))
    done = take(at, tmp_path / "s.csv")
    assert [one.message for one in done.notices] == [
        "the picture a.jpg is not among the files that were given"
    ]
    assert len(done.new) == 2


def test_archives_that_lie_are_refused(at: Desk, tmp_path: Path) -> None:
    for name, content in (("../out.csv", b"x"), ("/etc/out.csv", b"x"), ("a\\b.csv", b"x")):
        info = zipfile.ZipInfo("sized.csv")
        info.filename = name
        with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
            archive.writestr(info, content)
        with pytest.raises(InputError, match="outside itself"):
            take(at, tmp_path / "z.zip")
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        for number in range(20_001):
            archive.writestr(f"{number}.csv", b"")
    with pytest.raises(InputError, match="more than 20000 files"):
        take(at, tmp_path / "z.zip")
    damaged = bytearray(central(tmp_path / "d.zip", odk_row()).read_bytes())
    damaged[60] ^= 255
    (tmp_path / "d.zip").write_bytes(damaged)
    with pytest.raises(
        InputError, match=r"cannot be read as an archive; export it again|no format is known"
    ):
        take(at, tmp_path / "d.zip")
    assert at.case.size == 2


GPX = """<?xml version="1.0"?><gpx version="1.1" creator="SAMPLE"
 xmlns="http://www.topografix.com/GPX/1/1"><trk><name>SAMPLE round</name><trkseg>
<trkpt lat="0" lon="0">{0}</trkpt><trkpt lat="0" lon="0.01">{1}</trkpt></trkseg></trk></gpx>"""


def test_a_walk_is_the_route_of_a_visit(at: Desk, tmp_path: Path) -> None:
    times = ("<time>2026-05-01T07:00:00Z</time>", "<time>2026-05-01T07:20:00Z</time>")
    (tmp_path / "w.gpx").write_text(GPX.format(*times))
    done = take(at, tmp_path / "w.gpx")
    visit = only(at, "observation")
    assert (visit.date, visit.route) == ("2026-05-01", f"item/{done.items['w.gpx']}")
    assert visit.seen == "GPX SAMPLE round: 1.1 km"  # 0.01 degrees of the equator are 1113.2 m
    assert take(at, tmp_path / "w.gpx").unchanged == 1
    (tmp_path / "w.gpx").write_text(GPX.format("", ""))
    with pytest.raises(InputError, match=r"w\.gpx: no point of the walk has a time"):
        take(at, tmp_path / "w.gpx")


MARKED = """<?xml version="1.0"?><gpx version="1.1" creator="SAMPLE"
 xmlns="http://www.topografix.com/GPX/1/1">
<wpt lat="31.5" lon="35.1"><time>2026-05-01T07:00:00Z</time><name>SAMPLE corner</name>
<cmt>SAMPLE: on a pole</cmt><sym>Camera</sym></wpt>
<wpt lat="31.6" lon="35.2"><name>SAMPLE north</name><type>checkpoint</type></wpt>
<wpt lat="31.7" lon="35.3"><name>SAMPLE square</name><desc>SAMPLE words</desc></wpt>
{0}</gpx>"""


def test_waypoints_are_proposed_and_then_what_they_mark(at: Desk, tmp_path: Path) -> None:
    (tmp_path / "m.gpx").write_text(MARKED.format(""))
    done = take(at, tmp_path / "m.gpx")
    assert (done.new, done.items) == ([], {})
    assert [notice.message.split(";")[0] for notice in done.notices] == [
        "proposed: a camera at 31.5, 35.1, marked SAMPLE corner",
        "proposed: a checkpoint at 31.6, 35.2, marked SAMPLE north",
        "proposed: a place at 31.7, 35.3, marked SAMPLE square",
    ]
    take(at, tmp_path / "m.gpx", accept=True)
    camera, barrier, place = only(at, "camera"), only(at, "barrier"), only(at, "place")
    assert (camera.name, camera.first_seen) == ("SAMPLE corner", "2026-05-01")
    assert camera.note == "SAMPLE: on a pole\nCamera"
    assert (barrier.title(), barrier.kind) == ("SAMPLE north", "checkpoint")
    assert (place.title(), str(place.position.lon)) == ("SAMPLE square", "35.3")
    # The next export of the receiver has a walk too, and the same points again.
    times = ("<time>2026-05-02T07:00:00Z</time>", "<time>2026-05-02T07:20:00Z</time>")
    walk = GPX.format(*times)
    walk = walk[walk.index("<trk>") : walk.index("</gpx>")]
    (tmp_path / "n.gpx").write_text(MARKED.format(walk))
    again = take(at, tmp_path / "n.gpx", accept=True)
    assert ([one.kind for one in again.new], again.unchanged) == (["observation"], 3)


def test_a_waypoint_that_is_nowhere_and_a_file_with_nothing_are_refused(
    at: Desk, tmp_path: Path
) -> None:
    (tmp_path / "m.gpx").write_text(MARKED.format("").replace("31.6", "91"))
    with pytest.raises(InputError, match=r"m\.gpx: 2: expected degrees"):
        take(at, tmp_path / "m.gpx", accept=True)
    (tmp_path / "e.gpx").write_text('<gpx version="1.1"/>')
    with pytest.raises(InputError, match=r"e\.gpx: it holds no track or route"):
        take(at, tmp_path / "e.gpx")


def located() -> Any:
    exif = Image.Exif()
    exif[0x010F] = "SAMPLE"
    exif.get_ifd(0x8825).update({
        1: "S", 2: (IFDRational(31), IFDRational(30), IFDRational(3624, 100)),
        3: "E", 4: (IFDRational(35), IFDRational(6), IFDRational(0)),
    })  # fmt: skip
    exif.get_ifd(0x8769)[0x9003] = "2026:05:01 10:00:00"
    return exif


def test_where_a_photo_was_taken_is_proposed_and_never_written_silently(
    at: Desk, tmp_path: Path
) -> None:
    (tmp_path / "p.jpg").write_bytes(picture(0, located()))
    done = take(at, tmp_path / "p.jpg")
    assert (done.new, done.items, lookup.count(at.case)) == ([], {}, {})
    assert "proposed: a place at -31.510067, 35.1" in done.notices[0].message
    done = take(at, tmp_path / "p.jpg", accept=True)
    place, exhibit = only(at, "place"), only(at, "exhibit")
    assert isinstance(place, Place)
    assert isinstance(exhibit, Exhibit)
    assert place.position is not None
    assert (place.position.lat, place.position.lon) == (Decimal("-31.510067"), Decimal("35.1"))
    assert (exhibit.item, exhibit.made_on) == (f"item/{done.items['p.jpg']}", "2026-05-01")
    assert take(at, tmp_path / "p.jpg", accept=True).unchanged == 2
    (tmp_path / "q.jpg").write_bytes(picture())
    done = take(at, tmp_path / "q.jpg", accept=True)
    assert "does not say where it was taken" in done.notices[0].message


def test_an_erased_photo_is_not_taken_again(at: Desk, tmp_path: Path) -> None:
    done = take(at, central(tmp_path / "1.zip", odk_row()))
    vault_erasing.erase(at.case, [done.items["media/a.jpg"]], reason="asked", now=NOW)
    edited = odk_row(**{"camera-camera_height_m": "4"})
    for rows in ((odk_row(),), (edited, odk_row(KEY=f"uuid:{GATE_ID}"))):
        done = take(at, central(tmp_path / "2.zip", *rows))
        assert all("was erased" in notice.message for notice in done.notices)
        assert (done.new, done.changed, len(done.notices)) == ([], [], len(rows))
    assert not verify(at.case)


def test_one_make_written_in_two_ways_is_one_product(at: Desk, tmp_path: Path) -> None:
    other = odk_row(**{"KEY": f"uuid:{GATE_ID}", "camera-camera_make": "sample OPTICS"})
    take(at, central(tmp_path / "1.zip", odk_row(), other))
    assert only(at, "product").make == "SAMPLE Optics"
    assert take(at, central(tmp_path / "2.zip", other, odk_row())).changed == []


def test_a_workbook_that_unpacks_to_too_much_is_refused(
    at: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    survey_form.write(tmp_path / "form.xlsx")
    monkeypatch.setattr("contrechamp.base.workbook.MAX_WORKBOOK", 1000)
    with pytest.raises(InputError, match=r"form\.xlsx: it holds more"):
        take(at, tmp_path / "form.xlsx", cell=readers.Direct())
