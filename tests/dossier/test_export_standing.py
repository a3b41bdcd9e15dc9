"""What a record lacks, and how sure it is, shows in tables and in FollowTheMoney as well."""

import csv
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from samples import DAY, NOW, Desk, actor, desk, exhibit, finding, item, take, text

from contrechamp.dossier.formats.write import exporting
from contrechamp.dossier.permission import reviews
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.records.actors import Relation
from contrechamp.dossier.records.contracts import Contract
from contrechamp.dossier.records.field_types import Evidence, Statement
from contrechamp.dossier.records.testimony import Challenge
from contrechamp.wording.confidence import confidence_meanings


@pytest.fixture
def photo(tmp_path: Path) -> str:
    return item(tmp_path)


@pytest.fixture
def at(tmp_path: Path, photo: str) -> Iterator[Desk]:
    with desk(tmp_path) as opened:
        yield opened


def rows(at: Desk, folder: Path, name: str, kind: str) -> list[dict[str, Any]]:
    """Return the rows of a kind in an export as a table."""
    exporting.write(at.case, folder, name, day=DAY)
    if name == "csv":
        with (folder / f"{kind}.csv").open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))
    head, *body = openpyxl.load_workbook(folder / "records.xlsx")[kind].values
    return [{str(k): v or "" for k, v in zip(head, row, strict=True)} for row in body]


@pytest.mark.parametrize("name", ["csv", "xlsx"])
def test_a_table_says_what_each_record_lacks(
    at: Desk, photo: str, tmp_path: Path, name: str
) -> None:
    lone = at.put(Contract(name="SAMPLE lone", suppliers=(at.put(actor(names=text("SAMPLE"))),)))
    backed = at.put(exhibit(photo))
    claim = at.put(finding(backed))
    contested = at.put(actor(names=text("SAMPLE contested"), evidence=(Evidence(ref=backed),)))
    at.put(Challenge(about=contested, kind="contested", on="2026-04-01", why="SAMPLE: no"))
    (contract,) = rows(at, tmp_path / "one", name, "contract")
    assert contract["record_id"] == lookup.id_of(lone)
    assert contract["standing"] == "rests on no evidence that stands"
    (found,) = rows(at, tmp_path / "two", name, "finding")
    assert found["standing"] == (
        "no second person has agreed to this version; this version is not released"
    )
    told = {row["record_id"]: row["standing"] for row in rows(at, tmp_path / "3", name, "actor")}
    assert told[lookup.id_of(contested)] == "contested"
    assert lookup.id_of(claim) == found["record_id"]


def test_a_release_that_fell_is_told_in_the_row_of_what_was_released(
    at: Desk, photo: str, tmp_path: Path
) -> None:
    backed = at.put(exhibit(photo))
    maker = at.put(actor(names=text("SAMPLE"), evidence=(Evidence(ref=backed),)))
    over = {"review": "SAMPLE: alone"}
    given = reviews.release(at.case, maker, on="2026-04-01", overrides=over, now=NOW)
    (row,) = rows(at, tmp_path / "before", "csv", "actor")
    assert row["standing"] == ""
    at.put(Challenge(about=maker, kind="contested", on="2026-04-02", why="SAMPLE: no"))
    (row,) = rows(at, tmp_path / "after", "csv", "actor")
    assert row["standing"] == "contested; its release no longer holds (contested: contested)"
    assert given.id


@pytest.mark.parametrize("name", ["csv", "xlsx"])
def test_a_table_says_in_words_how_sure_each_statement_is(
    at: Desk, photo: str, tmp_path: Path, name: str
) -> None:
    said = (
        Statement(says="SAMPLE one", confidence="single-source"),
        Statement(says="SAMPLE two", confidence="inferred"),
    )
    at.put(actor(names=text("SAMPLE"), statements=said))
    at.put(actor(names=text("SAMPLE without")))
    told = {row["names[1].text"]: row for row in rows(at, tmp_path / "out", name, "actor")}
    assert told["SAMPLE"]["how_sure"] == "statements[1]: from one source; statements[2]: inferred"
    assert told["SAMPLE"]["statements[1].confidence"] == "single-source"
    assert told["SAMPLE without"]["how_sure"] == ""
    at.put(finding(at.put(exhibit(photo)), confidence="alleged"))
    (row,) = rows(at, tmp_path / "again", name, "finding")
    assert row["how_sure"] == "alleged"


def test_the_dictionary_says_what_the_columns_and_the_words_mean(at: Desk, tmp_path: Path) -> None:
    at.put(actor(names=text("SAMPLE")))
    exporting.write(at.case, tmp_path / "out", "csv", day=DAY)
    with (tmp_path / "out" / "dictionary.csv").open(encoding="utf-8-sig", newline="") as file:
        found = {(row["kind"], row["column"]): row for row in csv.DictReader(file)}
    for column in ("standing", "how_sure"):
        assert "not read" in found["actor", column]["says"]
    says = found["relation", "confidence"]["says"]
    assert all(meaning in says for meaning in confidence_meanings().values())


def test_what_follows_from_the_case_is_not_read_back(at: Desk, tmp_path: Path) -> None:
    said = (Statement(says="SAMPLE one", confidence="alleged"),)
    at.put(actor(names=text("SAMPLE"), statements=said))
    exporting.write(at.case, tmp_path / "out", "csv", day=DAY)
    file = tmp_path / "out" / "actor.csv"
    file.write_text(file.read_text().replace("rests on no evidence", "SAMPLE: all is well"))
    assert take(at, file).unchanged == 1


def entities(at: Desk, folder: Path) -> list[dict[str, Any]]:
    """Return the entities of an export."""
    exporting.write(at.case, folder, "ftm", day=DAY, now=NOW + timedelta(hours=1))
    return [json.loads(line) for line in (folder / "entities.ftm.json").open()]


def test_entities_say_what_their_records_lack_and_how_sure_links_are(
    at: Desk, tmp_path: Path
) -> None:
    said = (Statement(says="SAMPLE one", confidence="alleged"),)
    one = at.put(actor(names=text("SAMPLE one"), statements=said))
    two = at.put(actor(names=text("SAMPLE two")))
    at.put(Relation(from_actor=one, to_actor=two, kind="owns", confidence="single-source"))
    found = {entity["schema"]: entity for entity in entities(at, tmp_path / "out")
             if entity["properties"].get("name") != ["SAMPLE two"]}  # fmt: skip
    lack = "rests on no evidence that stands"
    company = found["Company"]["properties"]
    assert company["notes"] == [lack, f"{lack} (statements[1])"]
    link = found["Ownership"]["properties"]["description"]
    assert link == [
        "confidence: single-source",
        "from one source: " + confidence_meanings()["single-source"],
        lack,
    ]
    size = at.case.size
    for name in ("entities.ftm.json", "statements.csv"):
        done = take(at, tmp_path / "out" / name, overwrite=True)
        assert (done.unchanged, done.changed, at.case.size) == (3, [], size)
