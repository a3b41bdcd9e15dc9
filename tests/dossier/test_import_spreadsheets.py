"""Spreadsheets as people keep them: numbers, dates, titles, merged cells, several sheets."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from samples import Desk, contents, desk, take
from sqlcipher3 import dbapi2 as sqlite

from contrechamp.base.errors import InputError, OutputError
from contrechamp.dossier.writing import store

MAPPING = """kind = "contract"
id = "Contract number"
scheme = "town"
decimal = ","
separator = ";"
[fields]
name = "Title"
"value.amount" = "Amount"
signed_on = "Signed"
[constants]
"value.currency" = "EUR"
[actors]
buyer = { column = "Authority", kind = "public-body" }
"suppliers[n]" = { column = "Suppliers", kind = "company" }
"""
FOUND = MAPPING.replace('decimal = ","\n', "")
HEADER = ("Contract number", "Title", "Authority", "Suppliers", "Signed", "Amount")
TOWN = "SAMPLE Préfecture"
#: One day, and a moment of another, as spreadsheets keep them.
DAY, MOMENT = datetime(2025, 6, 1), datetime(2025, 7, 1, 10, 0)


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as opened:
        yield opened


def mapping(folder: Path, text: str = MAPPING) -> Path:
    (folder / "m.toml").write_text(text)
    return folder / "m.toml"


def book(path: Path, merged: Sequence[str] = (), **sheets: Sequence[Sequence[Any]]) -> Path:
    whole = openpyxl.Workbook()
    whole.remove(whole.active)
    for title, rows in sheets.items():
        sheet = whole.create_sheet(title)
        for row in rows:
            sheet.append(row)
        for range_ in merged:
            sheet.merge_cells(range_)
    whole.save(path)
    return path


def rows(*amounts: str) -> str:
    lines = [f'{number};SAMPLE {number};;;;"{one}"' for number, one in enumerate(amounts, start=1)]
    return "\n".join([";".join(HEADER), *lines])


def amounts(at: Desk) -> list[str]:
    return [str(one.value.amount) for one in contents(at).get("contract", ())]


PLAIN = (
    HEADER,
    (1001, "SAMPLE Caméras", TOWN, "SAMPLE B.V.; SAMPLE GmbH", DAY, 12000.5),
    (1002, "SAMPLE Lot 2", TOWN, "SAMPLE B.V.", MOMENT, "1 200 000,50"),
    (1003, "SAMPLE Lot 3", TOWN, None, 45839, "12.000,50"),
)


@pytest.mark.parametrize("text", [MAPPING, FOUND])
def test_numbers_and_dates_of_a_workbook_are_what_they_are(
    at: Desk, tmp_path: Path, text: str
) -> None:
    file = book(tmp_path / "p.xlsx", Sheet=PLAIN)
    done = take(at, file, mapping=mapping(tmp_path, text), skip_bad_rows=True)
    assert amounts(at) == ["12000.5", "1200000.5"]
    assert [one.signed_on for one in contents(at)["contract"]] == ["2025-06-01", "2025-07-01"]
    [left] = done.left_out
    assert left.startswith("p.xlsx: Sheet:4: Signed: 45839 is a number; it is 2025-07-01 if")
    text = text.replace("separator", 'date = "excel"\nseparator')
    take(at, file, mapping=mapping(tmp_path, text))
    found = {one.ids[0].id: one for one in contents(at)["contract"]}
    assert (found["1003"].signed_on, str(found["1003"].value.amount)) == ("2025-07-01", "12000.5")
    assert found["1001"].ids[0].id == "1001"


def test_a_workbook_that_counts_days_from_1904_says_so(at: Desk, tmp_path: Path) -> None:
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    whole = openpyxl.Workbook()
    whole.epoch = CALENDAR_MAC_1904
    for row in (HEADER, (1, "SAMPLE", TOWN, None, 44377, 1)):
        whole.active.append(row)
    whole.save(tmp_path / "p.xlsx")
    with pytest.raises(InputError, match="44377 is a number; it is 2025-07-01 if it counts"):
        take(at, tmp_path / "p.xlsx", mapping=mapping(tmp_path))


def test_digits_of_any_script_are_digits(at: Desk, tmp_path: Path) -> None:
    table = tmp_path / "c.csv"
    table.write_text(
        ";".join(HEADER)
        + "\n1;SAMPLE ١;;;٢٠٢٥-٠٧-٠١;١٬٢٠٠٫٥\n2;SAMPLE ٢;;;\u200f۲۰۲۵-۰۷-۰۲;\u200f٣٥٠\n"
    )
    take(at, table, mapping=mapping(tmp_path, FOUND))
    assert amounts(at) == ["1200.5", "350"]
    found = contents(at)["contract"]
    assert [one.signed_on for one in found] == ["2025-07-01", "2025-07-02"]
    assert [one.name for one in found] == ["SAMPLE ١", "SAMPLE ٢"]  # words stay as they are


def test_the_sign_before_decimals_is_found_from_the_whole_column(at: Desk, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(rows("1.200", "7", "-12.000,50", "1'200'000"))
    (tmp_path / "u.csv").write_text(rows("1.200,5", "1.20.0"))
    with pytest.raises(InputError, match=r"u\.csv:3: Amount: expected a number\n"):
        take(at, tmp_path / "u.csv", mapping=mapping(tmp_path, FOUND))
    take(at, tmp_path / "t.csv", mapping=mapping(tmp_path, FOUND))
    assert amounts(at) == ["1200", "7", "-12000.5", "1200000"]


def test_a_column_that_can_be_read_in_two_ways_is_refused_with_both(
    at: Desk, tmp_path: Path
) -> None:
    (tmp_path / "t.csv").write_text(rows("1.200", "7", "12,345"))
    with pytest.raises(InputError) as refused:
        take(at, tmp_path / "t.csv", mapping=mapping(tmp_path, FOUND))
    assert [line.partition(";")[0] for line in str(refused.value).splitlines()[:2]] == [
        "t.csv:2: Amount: 1.200 is 1.2 or 1200, and nothing in the column tells which",
        "t.csv:4: Amount: 12,345 is 12345 or 12.345, and nothing in the column tells which",
    ]
    assert amounts(at) == []
    take(at, tmp_path / "t.csv", mapping=mapping(tmp_path))
    assert amounts(at) == ["1200", "7", "12.345"]


def test_one_column_of_several_can_be_named(at: Desk, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(rows("1.200"))
    text = FOUND + '[decimal]\n"value.amount" = "."\n'
    take(at, tmp_path / "t.csv", mapping=mapping(tmp_path, text))
    assert amounts(at) == ["1.2"]


@pytest.mark.parametrize("amount", ["1200.5", "12.00,5", "1,200.50", "1.2.3", "1 20,5", "x"])
def test_what_does_not_fit_the_sign_that_was_named_is_refused(
    at: Desk, tmp_path: Path, amount: str
) -> None:
    (tmp_path / "t.csv").write_text(rows(amount))
    with pytest.raises(InputError, match=r"t\.csv:2: Amount: expected a number with , before"):
        take(at, tmp_path / "t.csv", mapping=mapping(tmp_path))


def test_degrees_have_no_thousands(at: Desk, tmp_path: Path) -> None:
    text = """kind = "camera"\nid = "id"\nscheme = "town"\n[fields]
"position.lat" = "y"\n"position.lon" = "x"\nheight_m = "h"\nwidth_px = "w"\n"""
    (tmp_path / "c.csv").write_text('id,y,x,h,w\n1,31.525,35.123,3.5,"1,920"\n')
    take(at, tmp_path / "c.csv", mapping=mapping(tmp_path, text))
    (camera,) = contents(at)["camera"]
    assert (str(camera.position.lat), camera.width_px) == ("31.525", 1920)


TITLED = (
    ("Register of contracts, 2025",),
    HEADER,
    (1001, "SAMPLE Caméras", TOWN, "SAMPLE B.V.; SAMPLE GmbH", DAY, 12000.5),
    (None, "SAMPLE Follow-up", TOWN, "SAMPLE B.V.", MOMENT, "1 200 000,50"),
)


def test_a_title_above_the_header_and_merged_cells(at: Desk, tmp_path: Path) -> None:
    file = book(tmp_path / "m.xlsx", ("A1:E1", "A3:A4"), Sheet=TITLED)
    done = take(at, file, mapping=mapping(tmp_path))
    assert amounts(at) == ["12000.5", "1200000.5"]
    assert [one.ids[0].id for one in contents(at)["contract"]] == ["1001", "1001"]
    assert [(one.where, one.message.partition(";")[0]) for one in done.notices] == [
        ("m.xlsx: Sheet", "the header is row 2"),
        ("m.xlsx", "1 row has Contract number in one merged cell with the row above: each is a "
                   "record of its own"),
    ]  # fmt: skip
    assert take(at, file, mapping=mapping(tmp_path)).unchanged == 5


def test_an_amount_in_a_merged_cell_holds_for_each_row_and_that_is_told(
    at: Desk, tmp_path: Path
) -> None:
    rows_ = [*PLAIN[:2], (1002, "SAMPLE Lot 2", TOWN, None, MOMENT, None)]
    file = book(tmp_path / "m.xlsx", ("F2:F3",), Sheet=rows_)
    done = take(at, file, mapping=mapping(tmp_path))
    assert amounts(at) == ["12000.5", "12000.5"]
    assert [one.message for one in done.notices] == [
        "1 row has Amount in one merged cell with the row above, which holds for both"
    ]


def test_the_row_of_the_header_can_be_named(at: Desk, tmp_path: Path) -> None:
    twice = (HEADER, ("units", *HEADER[1:]), *PLAIN[:3])
    file = book(tmp_path / "m.xlsx", Sheet=twice)
    take(at, file, mapping=mapping(tmp_path, "header = 3\n" + MAPPING))
    assert amounts(at) == ["12000.5", "1200000.5"]
    with pytest.raises(InputError, match=r"m\.xlsx: Sheet: there is no column Contract number, wh"):
        take(at, file, mapping=mapping(tmp_path, "header = 2\n" + MAPPING))


def test_a_csv_with_a_title_that_has_commas(at: Desk, tmp_path: Path) -> None:
    text = "Register of contracts, 2025, of the town\n\n" + rows("1.200,50")
    (tmp_path / "t.csv").write_text(text)
    done = take(at, tmp_path / "t.csv", mapping=mapping(tmp_path))
    assert amounts(at) == ["1200.5"]
    assert "the header is row 3" in done.notices[0].message


def test_a_column_that_is_missing_is_told_with_those_that_are_there(
    at: Desk, tmp_path: Path
) -> None:
    (tmp_path / "t.csv").write_text("Register\n" + rows("1").replace("Amount", "Sum"))
    told = "there is no column Amount, which m.toml names; row 2 has Contract number, Title, "
    with pytest.raises(InputError, match=told):
        take(at, tmp_path / "t.csv", mapping=mapping(tmp_path))


def test_columns_that_nobody_asks_for_may_occur_twice(at: Desk, tmp_path: Path) -> None:
    """As KoboToolbox exports questions by labels that several of them have."""
    file = tmp_path / "t.csv"
    file.write_text("Contract number,Title,Title (2),Note,Note\nC1,SAMPLE,x,one,two\n")
    told = FOUND.split("[actors]")[0].replace(
        '"value.amount" = "Amount"\nsigned_on = "Signed"\n', ""
    )
    told = told.split("[constants]")[0]
    take(at, file, mapping=mapping(tmp_path, told))
    assert [one.name for one in contents(at)["contract"]] == ["SAMPLE"]


@pytest.mark.parametrize("header", ["Title,Title", "Title,group/Title,group/Title"])
def test_a_column_that_is_asked_for_must_not_occur_twice(
    at: Desk, tmp_path: Path, header: str
) -> None:
    file = tmp_path / "t.csv"
    file.write_text(f"Contract number,{header}\nC1,SAMPLE,SAMPLE,SAMPLE\n")
    told = 'kind = "contract"\nid = "Contract number"\nscheme = "town"\n[fields]\nname = "Title"\n'
    with pytest.raises(InputError, match="occurs twice; keep one"):
        take(at, file, mapping=mapping(tmp_path, told))


def test_an_id_of_several_lines_is_one_line_where_evidence_names_it(
    at: Desk, tmp_path: Path
) -> None:
    file = tmp_path / "t.csv"
    file.write_text('Contract number,Title\n"C1\nof 2026",SAMPLE\n')
    told = 'kind = "contract"\nid = "Contract number"\nscheme = "town"\n[fields]\nname = "Title"\n'
    take(at, file, mapping=mapping(tmp_path, told))
    (found,) = contents(at)["contract"]
    assert (found.evidence[0].at, found.ids[0].id) == ("C1 of 2026", "C1 of 2026")


def test_countries_in_small_letters_are_countries(at: Desk, tmp_path: Path) -> None:
    """As registers of companies and lists of sanctions have them."""
    (tmp_path / "t.csv").write_text("number,name,code\n7,SAMPLE LTD,gb\n")
    told = (
        'kind = "actor"\nid = ["code", "number"]\nscheme = "register"\n[fields]\n'
        '"names[1].text" = "name"\ncountry = "code"\n[constants]\nkind = "company"\n'
        '"names[1].language" = "und"\n'
    )
    take(at, tmp_path / "t.csv", mapping=mapping(tmp_path, told))
    (found,) = contents(at)["actor"]
    assert (found.country, found.ids[0].id) == ("GB", "gb/7")


def test_formulas_without_results_and_comments_are_told(at: Desk, tmp_path: Path) -> None:
    """As programs write them that leave computing to whoever opens the file."""
    rows = [("C1", "SAMPLE", "=1+1"), ("C2", "SAMPLE", "=1+1")]
    file = book(tmp_path / "t.xlsx", Sheet=[("Contract number", "Title", "Note"), *rows])
    whole = openpyxl.load_workbook(file)
    whole.active["B2"].comment = openpyxl.comments.Comment("SAMPLE remark", "SAMPLE")
    whole.save(file)
    told = 'kind = "contract"\nid = "Contract number"\nscheme = "town"\n[fields]\nname = "Title"\n'
    done = take(at, file, mapping=mapping(tmp_path, told))
    assert [one.message for one in done.notices] == [
        "column 3 has 2 formulas without their results, which count as empty: open the file in a "
        "spreadsheet, and save it",
        "comments in the workbook are not read",
    ]


def test_each_sheet_that_has_the_columns_is_read_and_the_others_told(
    at: Desk, tmp_path: Path
) -> None:
    other = (HEADER, (7, "SAMPLE seven", TOWN, None, None, 7))
    notes = (("About", "this"), ("SAMPLE", "words"))
    file = book(tmp_path / "s.xlsx", **{"2024": PLAIN[:2], "Notes": notes, "2025": other})
    done = take(at, file, mapping=mapping(tmp_path))
    assert amounts(at) == ["12000.5", "7"]
    assert [(one.where, one.message[:31]) for one in done.notices] == [
        ("s.xlsx: Notes", "left out: there is no column Am")
    ]
    assert contents(at)["contract"][1].read_from.at == "2025:2"


def test_sheets_can_be_chosen(at: Desk, tmp_path: Path) -> None:
    other = (HEADER, (7, "SAMPLE seven", TOWN, None, None, 7))
    file = book(tmp_path / "s.xlsx", **{"2024": PLAIN[:2], "2025": other})
    done = take(at, file, mapping=mapping(tmp_path, 'sheets = ["2025"]\n' + MAPPING))
    assert amounts(at) == ["7"]
    assert [one.message for one in done.notices] == ["left out: the mapping names other sheets"]
    with pytest.raises(InputError, match=r"s\.xlsx: there is no sheet 2026; there are: 2024, 2025"):
        take(at, file, mapping=mapping(tmp_path, 'sheets = "2026"\n' + MAPPING))


SUBMISSIONS = """name,picture,children[1]/label,gps,meta/instanceID,_uuid,_submission_time
SAMPLE corner,n/a,Tom,-1.2625621 36.7921711 0.0 20.0,uuid:0f31c6ac,0f31c6ac,\
2013-02-18T23:54:01+00:00
"""
SEEN = """kind = "camera"\nid = "_uuid"\nscheme = "form"\n[fields]\nname = "name"
first_seen = "_submission_time"\n[points]\nposition = "gps"\n"""


@pytest.mark.parametrize(
    ("zone", "day", "told"),
    [("", "2013-02-18", 1), ('zone = "Asia/Jerusalem"\n', "2013-02-19", 0)],
)
def test_a_moment_with_its_zone_is_a_day_there_or_where_it_is_meant(
    at: Desk, tmp_path: Path, zone: str, day: str, told: int
) -> None:
    (tmp_path / "s.csv").write_text(SUBMISSIONS)
    done = take(at, tmp_path / "s.csv", mapping=mapping(tmp_path, zone + SEEN))
    assert contents(at)["camera"][0].first_seen == day
    assert [one.message.partition(";")[0] for one in done.notices] == [
        "days are those of the zone that is written with the times (UTC)"
    ] * told


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("05/06/2025", '05/06/2025 is 2025-06-05 if the mapping says date = "%d/%m/%Y"; '
                       '05/06/2025 is 2025-05-06 if the mapping says date = "%m/%d/%Y"'),
        ("25.06.2025", '25.06.2025 is 2025-06-25 if the mapping says date = "%d.%m.%Y"'),
        ("1751328000", "1751328000 is a number; it is 2025-07-01 if it counts seconds since 1970"),
        ("soon", "expected a date as far as it is known"),
    ],
)  # fmt: skip
def test_what_a_date_can_be_is_shown(at: Desk, tmp_path: Path, cell: str, told: str) -> None:
    (tmp_path / "s.csv").write_text(SUBMISSIONS.replace("2013-02-18T23:54:01+00:00", cell))
    with pytest.raises(InputError) as refused:
        take(at, tmp_path / "s.csv", mapping=mapping(tmp_path, SEEN))
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('zone = "Nowhere"', r"m\.toml: zone: there is no such time zone"),
        ('decimal = ";"', r"m\.toml: decimal: expected one of"),
        ("decimal = { a = [1] }", r"m\.toml: decimal: expected one of"),
        ("header = true", r"m\.toml: header: there is no such field"),
        ("header = -1", r"m\.toml: header: expected a whole number"),
        ("sheets = [1]", r"m\.toml: sheets: expected text"),
    ],
)
def test_a_mapping_that_says_nonsense_is_refused(
    at: Desk, tmp_path: Path, line: str, told: str
) -> None:
    (tmp_path / "t.csv").write_text(rows("1"))
    with pytest.raises(InputError, match=told):
        take(at, tmp_path / "t.csv", mapping=mapping(tmp_path, f"{line}\n{FOUND}"))


def test_a_disk_that_is_full_says_what_was_added(
    at: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "t.csv").write_text(rows("7"))
    size = at.case.size

    def full(*_args: Any, **_more: Any) -> Any:
        raise sqlite.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(store, "write", full)
        with pytest.raises(OutputError, match="files that were imported were added to it, and no"):
            take(at, tmp_path / "t.csv", mapping=mapping(tmp_path))
    assert (at.case.size, amounts(at)) == (size + 1, [])
    take(at, tmp_path / "t.csv", mapping=mapping(tmp_path))
    assert amounts(at) == ["7"]


def test_numbers_of_json_are_numbers(at: Desk, tmp_path: Path) -> None:
    (tmp_path / "j.json").write_text(
        '[{"Contract number": 1, "Title": "SAMPLE", "Amount": 12000.5, "Signed": "2025-06-01"}]'
    )
    take(at, tmp_path / "j.json", mapping=mapping(tmp_path))
    assert amounts(at) == ["12000.5"]
