"""Exports of Bayanat as its code of 2025 writes them; nobody of them comes in but entities."""

import csv
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from samples import NOW, Desk, contents, desk, take

from contrechamp.base.errors import InputError
from contrechamp.dossier.formats.read.importing import Imported
from contrechamp.dossier.reading import lookup
from contrechamp.vault.bags.exporting import export

#: Whatever of a person or a user stands in an export and must not come in.
SECRETS = ("SECRETPERSON", "SECRETGROUP", "SECRETUSER", "SECRETMOTHER")


def bulletin(number: int, **more: Any) -> dict[str, Any]:
    return {
        "class": "bulletin", "id": number, "title": f"SAMPLE film {number}", "title_ar": None,
        "sjac_title": None, "sjac_title_ar": None, "originid": "x",
        "assigned_to": {"id": 1, "name": "SECRETUSER", "username": "SECRETUSER"},
        "locations": [], "geoLocations": [], "medias": [], "bulletin_relations": [],
        "actor_relations": [], "incident_relations": [], "description": "SAMPLE words",
        "source_link": "https://a.example/v", "publish_date": "2026-05-01T00:00",
        "documentation_date": None, "comments": None, "roles": [], **more,
    }  # fmt: skip


def actor(number: int, kind: str, name: str, **more: Any) -> dict[str, Any]:
    return {
        "class": "actor", "id": number, "name": name, "name_ar": None, "type": kind,
        "actor_relations": [], "bulletin_relations": [], "incident_relations": [],
        "medias": [], "comments": None, **more,
    }  # fmt: skip


def related(kind: str, number: int, **more: Any) -> dict[str, Any]:
    return {kind: {"id": number, "name": "SECRETPERSON", "title": "SAMPLE", "sources": []},
            "related_as": 3, "probability": 2, "comment": None, "user_id": 1, **more}  # fmt: skip


PLACE = {"id": 7, "title": "SAMPLE town", "full_string": "SAMPLE land, SAMPLE town",
         "lat": 31.5, "lng": 35.1}  # fmt: skip
MARK = {"id": 8, "title": "SAMPLE corner", "main": True, "lat": 31.51, "lng": 35.12,
        "geotype": None, "comment": None}  # fmt: skip
BULLETINS = [
    bulletin(12, locations=[PLACE], geoLocations=[MARK],
             medias=[{"id": 1, "filename": "film.mp4", "etag": "0", "title": None},
                     {"id": 2, "filename": "two.jpg", "etag": "1", "title": None}],
             actor_relations=[related("actor", 6)], bulletin_relations=[related("bulletin", 13)]),
    bulletin(13, title=None, title_ar="SAMPLE ع", locations=[PLACE]),
]  # fmt: skip
ACTORS = [
    actor(4, "Entity", "SAMPLE unit", name_ar="SAMPLE و",
          bulletin_relations=[related("bulletin", 12)],
          actor_relations=[related("actor", 5, probability=0), related("actor", 6)]),
    actor(5, "Entity", "SAMPLE ministry", actor_relations=[related("actor", 4, probability=0)]),
    actor(6, "Person", "SECRETPERSON", mother_name="SECRETMOTHER",
          ethnographies=[{"id": 1, "title": "SECRETGROUP"}]),
]  # fmt: skip
INCIDENTS = [
    {"class": "incident", "id": 9, "title": "SAMPLE raid", "title_ar": None, "description": "-",
     "locations": [PLACE], "bulletin_relations": [related("bulletin", 12)],
     "actor_relations": [related("actor", 4), related("actor", 6)], "incident_relations": []},
]  # fmt: skip


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as opened:
        yield opened


def written(path: Path, kind: str, listed: list[dict[str, Any]], chunk: int = 100) -> Path:
    """Write an export as Bayanat does: a hundred at a time, no comma between two such times."""
    with path.open("a") as file:
        file.write("{ \n")
        file.write(f'"{kind}s": [ \n')
        for start in range(0, len(listed), chunk):
            file.write(",".join(map(json.dumps, listed[start : start + chunk])) + "\n")
        file.write("] \n }")
    return path


def kept(at: Desk, done: Imported, folder: Path) -> bytes:
    """Return the bytes of all items that an import took in."""
    items = list(done.items.values())
    export(at.case, items, folder, recipients=[], plain=True, now=NOW)
    files = [path for path in folder.glob("data/**/*") if path.is_file()]
    return b"".join(path.read_bytes() for path in files)


def test_an_export_of_bulletins_with_its_media(at: Desk, tmp_path: Path) -> None:
    table = written(tmp_path / "export.json", "bulletin", BULLETINS, chunk=1)
    with zipfile.ZipFile(tmp_path / "export_20260501-120000.zip", "w") as archive:
        archive.write(table, "export.json")
        archive.writestr("film.mp4", b"SAMPLE film")
        archive.writestr("two.jpg", b"SAMPLE picture")
    done = take(at, tmp_path / "export_20260501-120000.zip")
    found = contents(at)
    assert {kind: len(records) for kind, records in found.items()} == {"exhibit": 3, "place": 2}
    assert set(done.items) == {"film.mp4", "two.jpg", "export_20260501-120000.excerpt.json"}
    film, second, other = sorted(found["exhibit"], key=lambda one: one.ids[0].id)
    assert (film.what, film.made_on) == ("SAMPLE film 12", "2026-05-01")
    assert film.address == "https://a.example/v"
    assert (film.item, second.item) == tuple(
        f"item/{done.items[name]}" for name in ("film.mp4", "two.jpg")
    )
    assert (other.what, other.item[:5]) == ("SAMPLE ع", "item/")
    # Of several places the main mark; of one, that one.
    assert lookup.get(at.case, film.place).record.title() == "SAMPLE corner"
    assert lookup.get(at.case, other.place).record.title() == "SAMPLE town"
    assert str(lookup.get(at.case, other.place).record.position.lon) == "35.1"
    assert take(at, tmp_path / "export_20260501-120000.zip").unchanged == 5


def test_entities_incidents_and_how_they_hang_together(at: Desk, tmp_path: Path) -> None:
    files = [
        written(tmp_path / f"{kind}.json", kind, listed)
        for kind, listed in (("bulletin", BULLETINS), ("actor", ACTORS), ("incident", INCIDENTS))
    ]
    done = take(at, *files)
    found = contents(at)
    assert [one.title() for one in found["actor"]] == ["SAMPLE unit", "SAMPLE ministry"]
    unit = found["actor"][0]
    assert [(name.language, name.text) for name in unit.names] == [
        ("und", "SAMPLE unit"), ("ar", "SAMPLE و"),
    ]  # fmt: skip
    assert lookup.get(at.case, unit.evidence[1].ref).record.title() == "SAMPLE film 12"
    (link,) = found["relation"]
    assert [lookup.get(at.case, ref).record.title() for ref in (link.from_actor, link.to_actor)] \
        == ["SAMPLE unit", "SAMPLE ministry"]  # fmt: skip
    assert (link.kind, link.confidence) == ("linked", "alleged")
    (raid,) = found["finding"]
    assert (raid.title(), raid.confidence, raid.note) == ("SAMPLE raid", "alleged", "-")
    about = [lookup.get(at.case, ref).record.title() for ref in raid.about]
    assert about == ["SAMPLE unit", "SAMPLE town"]
    told = [notice.message for notice in done.notices]
    assert [message.split(".")[0] for message in told] == [
        "left out: 1 person",
        "left out: 1: a relation to an actor that is not in the case",
    ]


def test_nothing_of_a_person_or_a_user_comes_in(at: Desk, tmp_path: Path) -> None:
    files = [
        written(tmp_path / f"{kind}.json", kind, listed)
        for kind, listed in (("bulletin", BULLETINS), ("actor", ACTORS), ("incident", INCIDENTS))
    ]
    done = take(at, *files)
    content = kept(at, done, tmp_path / "bag")
    records = repr([stored.record for stored in lookup.every(at.case)])
    assert b"SAMPLE ministry" in content
    for secret in SECRETS:
        assert secret.encode() not in content
        assert secret not in records


def table(path: Path, rows: list[dict[str, Any]]) -> Path:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, ["", *columns])  # pandas numbers its rows
        writer.writeheader()
        writer.writerows({"": number, **row} for number, row in enumerate(rows))
    return path


def test_tables_of_bulletins_and_actors(at: Desk, tmp_path: Path) -> None:
    bulletins = table(tmp_path / "b.csv", [
        {"id": 12, "title": "SAMPLE film", "title_ar": "", "origin_id": "x",
         "source_link": "https://a.example/v", "sjac_title": "'-SAMPLE title", "sjac_title_ar": "",
         "description": "SAMPLE words", "publish_date": "2026-05-01T00:00",
         "documentation_date": "", "labels.label-1": "1-l", "events": "",
         "related_actors.actor-1": "6-SECRETPERSON"},
    ])  # fmt: skip
    actors = table(tmp_path / "a.csv", [
        {"id": number, "name": name, "name_ar": "", "nickname": "", "mother_name": "",
         "sex": "", "civilian": "", "type": kind, "related_bulletins.bulletin-1": "12-SAMPLE",
         "related_actors.actor-1": f"{9 - number}-SAMPLE"}
        for number, kind, name in ((4, "Entity", "SAMPLE unit"), (5, "Entity", "SAMPLE office"),
                                   (6, "Person", "SECRETPERSON"))
    ])  # fmt: skip
    done = take(at, bulletins, actors)
    found = contents(at)
    (exhibit,) = found["exhibit"]
    assert (exhibit.what, exhibit.made_on) == ("SAMPLE film / -SAMPLE title", "2026-05-01")
    assert [one.title() for one in found["actor"]] == ["SAMPLE unit", "SAMPLE office"]
    assert len(found["actor"][0].evidence) == 2
    assert len(found["relation"]) == 1
    content = kept(at, done, tmp_path / "bag")
    assert b"SAMPLE office" in content
    assert b"SECRET" not in content
    assert take(at, bulletins, actors).unchanged == 4


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"id": "x"}, r"e\.json: bulletins\[1\]: id: expected a whole number"),
        ({"class": "label"}, r"e\.json: bulletins\[1\]: class: expected one of: bulletin"),
        ({"title": None}, r"e\.json: bulletins\[1\]\.what: this must be given"),
        (
            {"locations": [{**PLACE, "lat": 91}]},
            r"e\.json: bulletins\[1\]: place .*: position\.lat: expected",
        ),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(
    at: Desk, tmp_path: Path, change: dict[str, Any], told: str
) -> None:
    file = written(tmp_path / "e.json", "bulletin", [bulletin(1, **change), bulletin(2)])
    with pytest.raises(InputError, match=told):
        take(at, file)
    take(at, file, skip_bad_rows=True)
    assert [one.what for one in contents(at)["exhibit"]] == ["SAMPLE film 2"]


def test_what_bayanat_keeps_from_who_exports_is_told(at: Desk, tmp_path: Path) -> None:
    file = written(tmp_path / "e.json", "bulletin", [bulletin(1), {"id": 2, "restricted": True}])
    done = take(at, file)
    assert ["left out: 1 that Bayanat hides" in one.message for one in done.notices] == [True]
    assert len(done.new) == 1
