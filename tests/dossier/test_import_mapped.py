"""Forms and collections of others by a mapping: as ODK Central, KoboToolbox and Uwazi write."""

import csv
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from samples import Desk, actor, contents, desk, take

from contrechamp.base.errors import InputError
from contrechamp.dossier.formats.read.importing import Imported

OWN_FORM = """kind = "camera"
id = "_uuid"
scheme = "own-form"
media = ["picture"]
[only]
seen = "cam"
[fields]
name = "label"
kind = "type"
first_seen = "day"
height_m = "height"
[values.kind]
bullet = "fixed"
[points]
position = "where"
"""
KOBO: dict[str, Any] = {
    "count": 2, "next": None, "previous": None, "results": [
        {"_id": 1, "_uuid": "u1", "seen": "cam", "group_a/label": "SAMPLE one", "day": "2026-05-01",
         "group_a/type": "bullet", "group_a/where": "31.5 35.1 700 4.5", "height": "3,5",
         "picture": "p.jpg", "_attachments": [], "_submitted_by": "SECRETUSER"},
        {"_id": 2, "_uuid": "u2", "seen": "dog", "label": "SAMPLE two"},
    ],
}  # fmt: skip


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as opened:
        yield opened


def mapping(folder: Path, text: str = OWN_FORM) -> Path:
    (folder / "m.toml").write_text(text)
    return folder / "m.toml"


def pictures(folder: Path, *names: str) -> Path:
    with zipfile.ZipFile(folder / "media.zip", "w") as archive:
        for name in names:
            archive.writestr(name, f"SAMPLE {name}")
    return folder / "media.zip"


def is_the_camera(camera: Any, done: Imported) -> None:
    assert (camera.name, camera.kind, camera.first_seen) == ("SAMPLE one", "fixed", "2026-05-01")
    position = camera.position
    assert (str(position.lat), str(position.lon), str(position.within_m)) == ("31.5", "35.1", "4.5")
    assert camera.ids[0].id == "u1"
    assert camera.evidence[1].ref == next(
        f"item/{item}" for name, item in done.items.items() if name.endswith("p.jpg")
    )


def test_an_own_form_of_kobotoolbox_with_its_pictures(at: Desk, tmp_path: Path) -> None:
    (tmp_path / "k.json").write_text(json.dumps(KOBO))
    archive = pictures(tmp_path, "someone/attachments/x/u1/p.jpg", "someone/attachments/x/u2/p.jpg")
    text = OWN_FORM.replace("media", 'decimal = ","\nmedia')
    done = take(at, tmp_path / "k.json", archive, mapping=mapping(tmp_path, text))
    (camera,) = contents(at)["camera"]
    is_the_camera(camera, done)
    assert str(camera.height_m) == "3.5"
    assert [notice.message for notice in done.notices] == [
        "left out: 1 row that the mapping does not take"
    ]
    again = take(at, tmp_path / "k.json", archive, mapping=mapping(tmp_path, text))
    assert (again.unchanged, again.items) == (1, {})


def test_an_own_form_of_odk_central_in_its_archive(at: Desk, tmp_path: Path) -> None:
    row = {
        "SubmissionDate": "2026-05-02", "seen": "cam", "a-label": "SAMPLE one", "a-type": "bullet",
        "day": "2026-05-01", "a-where-Latitude": "31.5", "a-where-Longitude": "35.1",
        "a-where-Altitude": "", "a-where-Accuracy": "4.5", "a-height": "3.5", "picture": "p.jpg",
        "KEY": "u1", "_uuid": "u1",
    }  # fmt: skip
    with (tmp_path / "f.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(row))
        writer.writeheader()
        writer.writerow(row)
    with zipfile.ZipFile(tmp_path / "f.zip", "w") as archive:
        archive.write(tmp_path / "f.csv", "own form.csv")
        archive.writestr("own form-repeat.csv", "again,PARENT_KEY,KEY\n1,u1,u1/1\n")
        archive.writestr("media/p.jpg", "SAMPLE")
    done = take(at, tmp_path / "f.zip", mapping=mapping(tmp_path))
    assert [notice.where for notice in done.notices] == ["own form-repeat.csv"]
    is_the_camera(contents(at)["camera"][0], done)


def test_odata_of_odk_central(at: Desk, tmp_path: Path) -> None:
    row = {"__id": "u1", "_uuid": "u1", "seen": "cam", "picture": "p.jpg", "day": "2026-05-01",
           "a": {"label": "SAMPLE one", "type": "bullet", "where": {
               "type": "Point", "coordinates": [35.1, 31.5, 700],
               "properties": {"accuracy": 4.5}}}}  # fmt: skip
    (tmp_path / "o.json").write_text(json.dumps({"value": [row], "@odata.context": "x"}))
    done = take(at, tmp_path / "o.json", pictures(tmp_path, "p.jpg"), mapping=mapping(tmp_path))
    is_the_camera(contents(at)["camera"][0], done)
    assert ["no row has height" in notice.message for notice in done.notices] == [True]


#: As ODK Central writes a form with a group that is asked again and again.
MAIN = "SubmissionDate,a-label,a-type,day,where-Latitude,where-Longitude,seen,picture,height,KEY\n"
ONE = "2026-05-02T08:00:00.000Z,SAMPLE one,bullet,2026-05-01,31.5,35.1,cam,,3.5,uuid:u1\n"
REPEAT = "label,day,PARENT_KEY,KEY\nSAMPLE arm,2026-05-01,uuid:u1,uuid:u1/arms[1]\n"


def test_repeats_of_odk_central_are_told_or_read_by_a_mapping_of_their_own(
    at: Desk, tmp_path: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "f.zip", "w") as archive:
        archive.writestr("form.csv", MAIN + ONE)
        archive.writestr("form-arms.csv", REPEAT)
    text = OWN_FORM.replace("_uuid", "KEY")
    done = take(at, tmp_path / "f.zip", mapping=mapping(tmp_path, text))
    assert [(one.where, one.message.split(";")[0]) for one in done.notices] == [
        ("form-arms.csv", "left out: there is no column height, which m.toml names")
    ]
    assert [one.name for one in contents(at)["camera"]] == ["SAMPLE one"]
    arms = """kind = "place"\nid = "KEY"\nscheme = "arms"\n[fields]\n"names[1].text" = "label"
note = "PARENT_KEY"\n[constants]\n"names[1].language" = "en"\n"""
    done = take(at, tmp_path / "f.zip", mapping=mapping(tmp_path, arms))
    (arm,) = contents(at)["place"]
    assert (arm.title(), arm.note, arm.ids[0].id) == ("SAMPLE arm", "uuid:u1", "uuid:u1/arms[1]")
    with pytest.raises(InputError, match=r"form\.csv: there is no column PARENT_KEY"):
        take(at, tmp_path / "f.zip", mapping=mapping(tmp_path, arms.replace("label", "none")))


def test_a_workbook_of_kobotoolbox_with_a_sheet_of_repeats(at: Desk, tmp_path: Path) -> None:
    """Several choices of one question, questions that were not asked, repeats by their number."""
    book = openpyxl.Workbook()
    main, repeats = book.active, book.create_sheet("arms")
    for row in (
        ("start", "seen", "label", "type", "day", "height", "where", "_where_latitude", "sees",
         "sees/road", "sees/door", "picture", "_id", "_uuid", "_submission_time", "_index"),
        ("2026-05-01T15:53:26.000-05:00", "cam", "SAMPLE one", "bullet", "2026-05-01", 3.5,
         "31.5 35.1 0 4.5", 31.5, "road door", 1, 1, "n/a", 123, "u1", "2026-05-01T21:00:00", 1),
    ):  # fmt: skip
        main.append(row)
    for row in (
        ("label", "_index", "_parent_table_name", "_parent_index", "_submission__uuid"),
        ("SAMPLE arm", 1, "Sheet", 1, "u1"), ("n/a", 2, "Sheet", 1, "u1"),
    ):  # fmt: skip
        repeats.append(row)
    book.save(tmp_path / "k.xlsx")
    text = OWN_FORM.replace('name = "label"', 'name = "label"\nnote = "sees"')
    done = take(at, tmp_path / "k.xlsx", mapping=mapping(tmp_path, text))
    (camera,) = contents(at)["camera"]
    assert (camera.name, camera.note, str(camera.height_m)) == ("SAMPLE one", "road door", "3.5")
    assert [one.message.split(";")[0] for one in done.notices] == [
        "left out: there is no column _uuid, which m.toml names"
    ]
    arms = """kind = "place"\nid = ["_submission__uuid", "_index"]\nscheme = "arms"\n[fields]
"names[1].text" = "label"\n[constants]\n"names[1].language" = "en"\n"""
    done = take(at, tmp_path / "k.xlsx", mapping=mapping(tmp_path, arms), skip_bad_rows=True)
    assert [one.ids[0].id for one in contents(at)["place"]] == ["u1/1"]
    assert "names[1].text: this must be given" in done.left_out[0]


def test_lists_of_answers_in_json_are_told(at: Desk, tmp_path: Path) -> None:
    row = {**KOBO["results"][0], "arms": [{"arms/label": "SAMPLE"}, {"arms/label": "SAMPLE"}]}
    (tmp_path / "k.json").write_text(json.dumps({"results": [row]}).replace("3,5", "3.5"))
    done = take(at, tmp_path / "k.json", pictures(tmp_path, "p.jpg"), mapping=mapping(tmp_path))
    assert [one.message for one in done.notices] == ["arms is a list: 2 entries of it are not read"]


def test_a_table_of_companies_as_registers_publish_them(at: Desk, tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text(
        "company_number,jurisdiction_code,name,incorporation_date,registered_address.in_full\n"
        "00012345,gb,SAMPLE CAMERAS LTD,2019-03-01,SAMPLE street\n"
        "00012345,fr,SAMPLE CAMÉRAS,,\n"
    )
    text = """kind = "actor"\nid = ["jurisdiction_code", "company_number"]\nscheme = "register"
[fields]\n"names[1].text" = "name"\nregistered = "company_number"\ncountry = "jurisdiction_code"
[constants]\n"names[1].language" = "und"\nkind = "company"\n[values.country]\ngb = "GB"\nfr = "FR"
"""
    take(at, tmp_path / "c.csv", mapping=mapping(tmp_path, text))
    assert [(one.ids[0].id, one.country, one.registered) for one in contents(at)["actor"]] == [
        ("gb/00012345", "GB", "00012345"), ("fr/00012345", "FR", "00012345"),
    ]  # fmt: skip


UWAZI = """kind = "exhibit"
id = "sharedId"
scheme = "uwazi"
date = "unix"
media = ["documents", "attachments"]
[only]
template = "t1"
language = "en"
[fields]
what = "title"
address = "metadata.source"
made_on = "metadata.when"
note = "metadata.kind"
[constants]
origin = "Uwazi"
"""
ENTITY: dict[str, Any] = {
    "_id": "x", "sharedId": "abc", "language": "en", "title": "SAMPLE film", "template": "t1",
    "published": True, "creationDate": 1777593600000, "user": "SECRETUSER",
    "metadata": {
        "source": [{"value": {"label": "SAMPLE", "url": "https://a.example/v"}}],
        "when": [{"value": 1777593600}],
        "kind": [{"value": "v1", "label": "SAMPLE leaf",
                  "parent": {"value": "g", "label": "SAMPLE top"}},
                 {"value": "v2", "label": "SAMPLE other"}],
        "where": [{"value": {"label": "", "lat": 31.5, "lon": 35.1}}],
        "span": [{"value": {"from": 1777593600, "to": 1777680000}}],
    },
    "documents": [{"filename": "1a2b.pdf", "originalname": "SAMPLE.pdf"}], "attachments": [],
}  # fmt: skip


def test_entities_of_uwazi_as_its_interface_returns_them(at: Desk, tmp_path: Path) -> None:
    rows = [ENTITY, {**ENTITY, "language": "ar", "title": "SAMPLE ع"},
            {**ENTITY, "sharedId": "d", "template": "t2"}]  # fmt: skip
    (tmp_path / "u.json").write_text(json.dumps({"rows": rows, "totalRows": 3}))
    files = pictures(tmp_path, "1a2b.pdf")
    done = take(at, tmp_path / "u.json", files, mapping=mapping(tmp_path, UWAZI))
    (exhibit,) = contents(at)["exhibit"]
    assert (exhibit.what, exhibit.made_on) == ("SAMPLE film", "2026-05-01")
    assert exhibit.address == "https://a.example/v"
    assert exhibit.note == "SAMPLE top::SAMPLE leaf|SAMPLE other"
    assert exhibit.item == f"item/{done.items['1a2b.pdf']}"
    assert "left out: 2 rows" in done.notices[0].message


def test_an_entity_of_uwazi_whose_file_is_not_given_rests_on_the_export(
    at: Desk, tmp_path: Path
) -> None:
    (tmp_path / "u.json").write_text(json.dumps([ENTITY]))
    done = take(at, tmp_path / "u.json", mapping=mapping(tmp_path, UWAZI))
    (exhibit,) = contents(at)["exhibit"]
    assert exhibit.item == f"item/{done.items['u.json']}"
    assert "the file 1a2b.pdf is not among the files" in done.notices[0].message


def test_a_table_of_uwazi_names_its_files_by_their_addresses(at: Desk, tmp_path: Path) -> None:
    # As its csvExporter writes them: a document by path, an attachment by what is asked for.
    (tmp_path / "u.csv").write_text(
        "Title,Date added,Template,Documents,Attachments,Published\n"
        "SAMPLE one,2026-05-01,Film,/files/1a2b.pdf,,Published\n"
        "SAMPLE two,2026-05-02,Film,,"
        "/api/attachments/download?_id=58ad7d&file=caf%C3%A9.pdf,Published\n"
    )
    columns = mapping(
        tmp_path,
        'kind = "exhibit"\nid = "Title"\nscheme = "uwazi"\n'
        'media = ["Documents", "Attachments"]\n[fields]\nwhat = "Title"\n',
    )
    files = pictures(tmp_path, "1a2b.pdf", "café.pdf")
    done = take(at, tmp_path / "u.csv", files, mapping=columns)
    assert [exhibit.item for exhibit in contents(at)["exhibit"]] == [
        f"item/{done.items['1a2b.pdf']}", f"item/{done.items['café.pdf']}"
    ]  # fmt: skip


@pytest.mark.parametrize("line", ["media = [1]", 'actors = { a = { column = 1, kind = "x" } }'])
def test_a_mapping_of_numbers_is_refused(at: Desk, tmp_path: Path, line: str) -> None:
    (tmp_path / "k.json").write_text(json.dumps(KOBO))
    text = OWN_FORM.replace('media = ["picture"]', line)
    with pytest.raises(InputError, match=r"m\.toml: (media|actors\.a): expected"):
        take(at, tmp_path / "k.json", mapping=mapping(tmp_path, text))


def test_places_and_ranges_of_uwazi(at: Desk, tmp_path: Path) -> None:
    (tmp_path / "u.json").write_text(json.dumps([ENTITY]))
    text = """kind = "barrier"\nid = "sharedId"\nscheme = "uwazi"\ndate = "unix"
[fields]
"names[1].text" = "title"\nfirst_seen = "metadata.span.from"\nlast_seen = "metadata.span.to"
[constants]\n"names[1].language" = "en"\nkind = "gate"\n[points]\nposition = "metadata.where"\n"""
    take(at, tmp_path / "u.json", mapping=mapping(tmp_path, text))
    (gate,) = contents(at)["barrier"]
    assert (gate.first_seen, gate.last_seen) == ("2026-05-01", "2026-05-02")
    assert (str(gate.position.lat), str(gate.position.lon)) == ("31.5", "35.1")


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ("31.5 35.1 700 4.5", "here", r"k\.json: \[1\]: where: expected latitude"),
        ("2026-05-01", "May", r"k\.json: \[1\]\.first_seen: expected a date"),
        ('"results"', '"others"', r"k\.json: expected a list of rows"),
        ('"u1"', '""', r"k\.json: \[1\]: _uuid: this must be given"),
    ],
)
def test_a_bad_row_is_told_with_its_column(
    at: Desk, tmp_path: Path, was: str, now: str, told: str
) -> None:
    (tmp_path / "k.json").write_text(json.dumps(KOBO).replace(was, now).replace("3,5", "3.5"))
    with pytest.raises(InputError, match=told):
        take(at, tmp_path / "k.json", pictures(tmp_path, "p.jpg"), mapping=mapping(tmp_path))


def test_a_mapping_and_a_cell_name_records_of_the_case_by_short_names(
    at: Desk, tmp_path: Path
) -> None:
    buyer = at.put(actor())
    name = "actor/sample-cameras-ltd"
    (tmp_path / "c.csv").write_text(f"no,what,who\n1,SAMPLE,{name}\n")
    text = f"""kind = "contract"\nid = "no"\nscheme = "register"\n[fields]\nname = "what"
"suppliers[1]" = "who"\n[constants]\nbuyer = "{name}"\n"""
    take(at, tmp_path / "c.csv", mapping=mapping(tmp_path, text))
    (made,) = contents(at)["contract"]
    assert (made.buyer, made.suppliers) == (buyer, (buyer,))
    (tmp_path / "d.csv").write_text("no,what,who\n1,SAMPLE,actor/nobody\n")
    with pytest.raises(InputError, match=r"who: no such record.*actor/nobody"):
        take(at, tmp_path / "d.csv", mapping=mapping(tmp_path, text))
