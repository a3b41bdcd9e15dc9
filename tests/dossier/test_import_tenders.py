"""Tenders and contracts: OCDS packages, as its own tools know them, and tables with a mapping."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import flattentool
import ocdsmerge
import openpyxl
import pytest
from libcoveocds.lib.additional_checks import empty_field, run_additional_checks
from ocdskit.combine import package_records, package_releases
from samples import Desk, contents, desk, take

from contrechamp.base.errors import InputError
from contrechamp.dossier.reading import lookup

OCID = "ocds-213czf-SAMPLE-1"
BUYER = {"id": "b", "name": "SAMPLE Ministry", "roles": ["buyer"],
         "identifier": {"scheme": "NL-KVK", "id": "1"}}  # fmt: skip
MAKER = {"id": "m", "name": "SAMPLE Cameras", "roles": ["supplier"]}
CALL: dict[str, Any] = {
    "ocid": OCID, "id": "r1", "date": "2022-01-01T00:00:00Z", "tag": ["tender"],
    "initiationType": "tender", "language": "en", "parties": [BUYER],
    "buyer": {"id": "b", "name": "SAMPLE Ministry"},
    "tender": {"id": "t1", "title": "SAMPLE turnstiles", "description": "SAMPLE",
               "value": {"amount": 1000.5, "currency": "EUR"},
               "tenderPeriod": {"startDate": "2022-01-02T00:00:00Z",
                                "endDate": "2022-02-02T00:00:00Z"}},
}  # fmt: skip
SIGNED: dict[str, Any] = {
    "ocid": OCID, "id": "r2", "date": "2022-06-01T00:00:00Z", "tag": ["contract"],
    "initiationType": "tender", "language": "en", "parties": [BUYER, MAKER],
    "tender": {"id": "t1", "title": "SAMPLE turnstiles, corrected"},
    "awards": [{"id": "a1", "suppliers": [{"id": "m", "name": "SAMPLE Cameras"}]},
               {"id": "a2", "title": "SAMPLE second lot", "status": "active",
                "date": "2022-05-01T00:00:00Z",
                "suppliers": [{"id": "m", "name": "SAMPLE Cameras"}]}],
    "contracts": [{"id": "c1", "awardID": "a1", "title": "SAMPLE contract",
                   "dateSigned": "2022-05-05T00:00:00Z",
                   "value": {"amount": 900, "currency": "EUR"}}],
}  # fmt: skip


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as opened:
        yield opened


def releases() -> dict[str, Any]:
    # Out of order, as they may be published.
    return package_releases([SIGNED, CALL], uri="https://sample.example/r",
                            publisher={"name": "SAMPLE"}, published_date="2022-07-01T00:00:00Z",
                            version="1.1")  # fmt: skip


def test_the_checker_of_ocds_finds_nothing_empty_in_the_package() -> None:
    # The schema itself is not in any package, and tests ask nothing of the network.
    assert not run_additional_checks(releases(), [empty_field])


def test_a_package_of_releases(at: Desk, tmp_path: Path) -> None:
    file = tmp_path / "p.json"
    file.write_text(json.dumps(releases()))
    take(at, file)
    found = contents(at)
    assert {kind: len(records) for kind, records in found.items()} == {
        "actor": 2, "tender": 1, "contract": 2,
    }  # fmt: skip
    buyer, maker = found["actor"]
    assert (buyer.title(), buyer.kind, buyer.registered) == (
        "SAMPLE Ministry", "public-body", "NL-KVK 1",
    )  # fmt: skip
    assert (maker.title(), maker.kind) == ("SAMPLE Cameras", "company")
    (tender,) = found["tender"]
    # The later release corrects the title and leaves out what stands as it stood.
    assert (tender.name, tender.says) == ("SAMPLE turnstiles, corrected", "SAMPLE")
    assert (str(tender.value.amount), tender.closes_on) == ("1000.5", "2022-02-02")
    signed, award = found["contract"]
    assert (signed.name, signed.signed_on, str(signed.value.amount)) == (
        "SAMPLE contract", "2022-05-05", "900",
    )  # fmt: skip
    assert (award.name, award.signed_on) == ("SAMPLE second lot", None)
    assert award.note == "OCDS award of 2022-05-01, no contract"
    names = [lookup.get(at.case, ref).record.title() for ref in signed.suppliers]
    assert names == ["SAMPLE Cameras"]
    assert take(at, file).unchanged == 5


@pytest.mark.parametrize("compiled", [True, False])
def test_a_package_of_records_says_the_same(at: Desk, tmp_path: Path, compiled: bool) -> None:
    """The merge of OCDS's own tools, and ours of the same releases, give the same records."""
    file = tmp_path / "p.json"
    file.write_text(json.dumps(releases()))
    take(at, file)
    record: dict[str, Any] = {"ocid": OCID, "releases": [CALL, SIGNED]}
    if compiled:
        merger = ocdsmerge.Merger(merge_rules={})
        record["compiledRelease"] = merger.create_compiled_release([CALL, SIGNED])
    package = package_records([record], uri="https://sample.example/r",
                              published_date="2022-07-01T00:00:00Z", version="1.1")  # fmt: skip
    (tmp_path / "q.json").write_text(json.dumps(package))
    assert take(at, tmp_path / "q.json").unchanged == 5


@pytest.mark.parametrize(
    "form",
    [
        "versioned",
        "record",
        "linked",
        "list of records",
        "packages a line",
        "versioned in a record",
    ],
)
def test_every_way_in_which_registries_wrap_releases_says_the_same(
    at: Desk, tmp_path: Path, form: str
) -> None:
    """Found in the wild: public registries publish each of these, and ocdskit writes them."""
    (tmp_path / "p.json").write_text(json.dumps(releases()))
    take(at, tmp_path / "p.json")
    merger = ocdsmerge.Merger(merge_rules={})
    both = [CALL, SIGNED]
    record = {"ocid": OCID, "releases": both}
    versioned = merger.create_versioned_release(both)
    links = [{"url": "https://sample.example/1", "tag": ["tender"], "date": None}]
    compiled = merger.create_compiled_release(both)
    packed = [package_releases([one], uri="", published_date="", version="1.1") for one in both]
    text = {
        "versioned": json.dumps(versioned),
        "record": json.dumps(record),
        "linked": json.dumps({"ocid": OCID, "releases": links, "compiledRelease": compiled}),
        "list of records": json.dumps([record]),
        "packages a line": "".join(json.dumps(one) + "\n" for one in packed),
        "versioned in a record": json.dumps(
            {"records": [{"ocid": OCID, "versionedRelease": versioned}]}
        ),
    }[form]
    (tmp_path / "q.json").write_text(text)
    assert take(at, tmp_path / "q.json").unchanged == 5


def flattened(folder: Path) -> Path:
    """Flatten the package with the tool of OCDS itself."""
    (folder / "whole.json").write_text(json.dumps(releases()))
    flattentool.flatten(
        str(folder / "whole.json"), output_name=str(folder / "flat"), main_sheet_name="releases",
        root_list_path="releases", root_id="ocid",
    )  # fmt: skip
    return folder


def test_releases_that_a_package_of_records_only_links_are_told(at: Desk, tmp_path: Path) -> None:
    """OCDS 1.1 has ``url`` and ``date`` in a link, so that a date alone makes no release."""
    link = {"url": "https://sample.example/r/1", "date": "2022-07-01T00:00:00Z"}
    record = {"ocid": OCID, "releases": [link, {**link, "tag": ["award"]}]}
    (tmp_path / "p.json").write_text(json.dumps({"version": "1.1", "records": [record]}))
    done = take(at, tmp_path / "p.json")
    assert [one.message for one in done.notices] == [
        "2 releases are only linked in it, and left out: give those files too"
    ]


def test_a_flattened_package_says_the_same(at: Desk, tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text(json.dumps(releases()))
    take(at, tmp_path / "p.json")
    flattened(tmp_path)
    assert take(at, tmp_path / "flat.xlsx").unchanged == 5
    with zipfile.ZipFile(tmp_path / "flat.zip", "w") as archive:
        for file in sorted((tmp_path / "flat").iterdir()):
            archive.write(file, f"flat/{file.name}")
    assert take(at, tmp_path / "flat.zip").unchanged == 5


def test_a_workbook_of_a_flattened_package_may_have_other_sheets_and_titles(
    at: Desk, tmp_path: Path
) -> None:
    book = openpyxl.load_workbook(flattened(tmp_path) / "flat.xlsx")
    for sheet in book:
        sheet.insert_rows(1)
        sheet["A1"] = f"SAMPLE {sheet.title}"
    notes = book.create_sheet("About", 0)
    notes["A1"] = "SAMPLE words"
    book.save(tmp_path / "b.xlsx")
    done = take(at, tmp_path / "b.xlsx")
    assert [(one.where, one.message) for one in done.notices] == [
        ("b.xlsx: About", "left out: there is no column ocid in it")
    ]
    assert sorted(contents(at)) == ["actor", "contract", "tender"]


def test_rows_of_a_flattened_package_that_cannot_be_read_are_told(at: Desk, tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text(
        "ocid,id,tag,tender/id,tender/title,awards/0/value/amount,awards/99999/id\n"
        f"{OCID},r1,tender,t1,SAMPLE,,\n,r2,tender,t2,SAMPLE,,\n{OCID}-2,r3,tender,t3,SAMPLE,,7\n"
    )
    done = take(at, tmp_path / "f.csv", skip_bad_rows=True)
    assert [line.partition(": expected")[0] for line in done.left_out] == [
        "f.csv:3: ocid: this must be given", "f.csv:4: awards/99999/id",
    ]  # fmt: skip
    assert [one.name for one in contents(at)["tender"]] == ["SAMPLE"]


@pytest.mark.parametrize("form", ["list", "lines"])
def test_releases_in_a_list_or_one_a_line_say_the_same(at: Desk, tmp_path: Path, form: str) -> None:
    (tmp_path / "p.json").write_text(json.dumps(releases()))
    take(at, tmp_path / "p.json")
    file = tmp_path / "p.jsonl"
    listed = [SIGNED, CALL]
    lines = "".join(json.dumps(one) + "\n" for one in listed)
    file.write_text(json.dumps(listed) if form == "list" else lines)
    assert take(at, file).unchanged == 5
    file.write_text(lines + "{\n")
    if form == "lines":
        done = take(at, file, skip_bad_rows=True)
        assert (done.unchanged, done.left_out) == (5, ["p.jsonl:3: it is not JSON"])


def test_an_identifier_that_a_spreadsheet_made_a_number_is_whole(at: Desk, tmp_path: Path) -> None:
    number = {**BUYER, "identifier": {"scheme": "GB-COH", "id": 1.0}}
    (tmp_path / "p.json").write_text(json.dumps({"releases": [{**CALL, "parties": [number]}]}))
    take(at, tmp_path / "p.json")
    assert [one.registered for one in contents(at)["actor"]] == ["GB-COH 1"]


def test_a_bad_release_is_refused(at: Desk, tmp_path: Path) -> None:
    bad = json.loads(json.dumps(CALL))
    bad["tender"]["value"]["currency"] = "euro"
    (tmp_path / "p.json").write_text(json.dumps({"releases": [bad]}))
    with pytest.raises(InputError, match=r"p\.json: ocds-.*: tender\.value\.currency: expected"):
        take(at, tmp_path / "p.json")


MAPPING = """kind = "contract"
id = "No"
scheme = "sample-register"
date = "%d/%m/%Y"
decimal = ","
separator = ";"
[fields]
name = "Title"
signed_on = "Signed"
"value.amount" = "Amount"
[constants]
"value.currency" = "EUR"
[actors]
buyer = { column = "Buyer", kind = "public-body" }
"suppliers[n]" = { column = "Suppliers", kind = "company" }
"""
ROWS = """No,Title,Signed,Amount,Buyer,Suppliers
1,SAMPLE one,05/05/2022,"1.000,50",SAMPLE Town,SAMPLE A; SAMPLE  B
2,SAMPLE two,,"7",SAMPLE Town,SAMPLE A
"""


def test_a_flat_table_is_read_by_its_mapping(at: Desk, tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(MAPPING)
    (tmp_path / "t.csv").write_text(ROWS)
    take(at, tmp_path / "t.csv", mapping=tmp_path / "m.toml")
    found = contents(at)
    assert sorted(one.title() for one in found["actor"]) == ["SAMPLE A", "SAMPLE B", "SAMPLE Town"]
    one, two = found["contract"]
    assert (one.signed_on, str(one.value.amount), len(one.suppliers)) == ("2022-05-05", "1000.5", 2)
    assert (two.signed_on, two.buyer) == (None, one.buyer)
    assert two.ids[0].id == "2"
    assert take(at, tmp_path / "t.csv", mapping=tmp_path / "m.toml").unchanged == 5


@pytest.mark.parametrize(
    ("was", "now", "message"),
    [
        ('name = "Title"', 'name = "Nowhere"', "t.csv: there is no column Nowhere"),
        ('kind = "contract"', 'kind = "ghost"', "m.toml: kind: there is no such kind"),
        ('kind = "contract"', "kind = [", "m.toml: it is not TOML"),
        ('id = "No"', "", "m.toml: id: this must be given"),
        ('"value.amount"', '"value.sum"', "t.csv:2: Amount: there is no such field"),
        ("%d/%m/%Y", "%Y", "t.csv:2: Signed: expected a date written as %Y"),
    ],
)
def test_a_bad_mapping_is_refused(
    at: Desk, tmp_path: Path, was: str, now: str, message: str
) -> None:
    (tmp_path / "m.toml").write_text(MAPPING.replace(was, now))
    (tmp_path / "t.csv").write_text(ROWS)
    with pytest.raises(InputError) as refused:
        take(at, tmp_path / "t.csv", mapping=tmp_path / "m.toml")
    assert message in str(refused.value)


def test_a_row_with_too_many_cells_is_left_out_alone(at: Desk, tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(MAPPING)
    (tmp_path / "t.csv").write_text(ROWS + "3,SAMPLE three,,8,SAMPLE Town,SAMPLE A,more,more\n")
    told = r"t\.csv:4: 8 cells under 6 columns; expected as many"
    with pytest.raises(InputError, match=told):
        take(at, tmp_path / "t.csv", mapping=tmp_path / "m.toml")
    done = take(at, tmp_path / "t.csv", mapping=tmp_path / "m.toml", skip_bad_rows=True)
    assert [line.split(":")[1] for line in done.left_out] == ["4"]
    assert len(contents(at)["contract"]) == 2


UWAZI = """Title,Date added,Template,Kind,Geolocation,Documents,Attachments,Published
SAMPLE square,2026-05-01,Place,open|busy,31.5|35.1,,,Published
SAMPLE hall,2026-05-02,Place,,,,,Unpublished
"""
UWAZI_MAPPING = """kind = "place"
id = "Title"
scheme = "uwazi"
[fields]
"names[1].text" = "Title"
note = "Kind"
[constants]
"names[1].language" = "en"
[points]
position = "Geolocation"
"""


def test_an_export_of_uwazi_is_read_by_a_mapping(at: Desk, tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(UWAZI_MAPPING)
    (tmp_path / "u.csv").write_text(UWAZI)
    take(at, tmp_path / "u.csv", mapping=tmp_path / "m.toml")
    square, hall = contents(at)["place"]
    assert (str(square.position.lat), str(square.position.lon)) == ("31.5", "35.1")
    assert (square.note, hall.position) == ("open|busy", None)
    (tmp_path / "u.csv").write_text(UWAZI.replace("31.5|35.1", "here"))
    with pytest.raises(InputError, match=r"u\.csv:2: Geolocation: expected latitude"):
        take(at, tmp_path / "u.csv", mapping=tmp_path / "m.toml")
