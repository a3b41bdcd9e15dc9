"""An import at the workbench: looked at first, with nothing stored, and then written as it was."""

from pathlib import Path

from cli.forms import actor_row, lines
from vault import cases
from web.workbenches import Hand, ids, items, text, told

MAPPING = """kind = "contract"
id = "No"
scheme = "town"
[fields]
name = "Title"
"value.amount" = "Amount"
signed_on = "Signed"
[constants]
"value.currency" = "EUR"
"""
TABLE = b"No,Title,Signed,Amount,Remark\n1,SAMPLE one,2025-06-01,1200,x\n"


def records(folder: Path) -> dict[str, int]:
    from contrechamp.dossier.reading import lookup

    with cases.opened(folder) as case:
        return lookup.count(case)


def jsonl(count: int = 2) -> bytes:
    return lines(*(actor_row(f"SAMPLE {number}") for number in range(1, count + 1))).encode()


def test_what_an_import_understands_is_shown_and_nothing_is_stored(
    opened: Hand, place: Path
) -> None:
    answered = told(opened.send("import/files", ("actors.jsonl", jsonl())))
    assert answered["wrong"] == ""
    page = text(opened.get("import"))
    assert "read as records of a case" in page
    assert "2 actors" in page
    assert "SAMPLE 1" in page
    assert records(place / "case") == {}
    assert items(place / "case") == {}
    for path in place.rglob("*"):
        assert path.is_dir() or b"SAMPLE 1" not in path.read_bytes()


def test_what_was_looked_at_is_written_as_work(opened: Hand, place: Path) -> None:
    opened.send("import/files", ("actors.jsonl", jsonl()))
    assert opened.post("import/write", reason="SAMPLE reason").to == "work"
    said = opened.worked()
    assert said == ["new: 2 actors", "2 records are written."]
    assert records(place / "case") == {"actor": 2}
    assert "Done." in text(opened.get("work"))
    assert opened.desk.staged == {}
    assert not list((opened.desk.memory / "import").rglob("*.jsonl"))
    again = opened.post("import/write")
    assert "there is nothing to import" in text(again)


def test_what_is_refused_is_left_out_only_if_that_was_said(opened: Hand, place: Path) -> None:
    bad = jsonl() + b'{"kind": "actor", "fields": {}}\n'
    opened.send("import/files", ("actors.jsonl", bad))
    page = text(opened.get("import"))
    assert "Would be refused" in page
    assert "actors.jsonl:3" in page
    opened.post("import/write")
    assert "nothing was written" in "".join(opened.worked())
    assert records(place / "case") == {}
    opened.post("import/write", skip="yes")
    assert "2 records are written." in opened.worked()
    assert records(place / "case") == {"actor": 2}


def test_an_item_of_the_inbox_is_looked_at_as_well(opened: Hand, place: Path) -> None:
    opened.send("upload", ("actors.jsonl", jsonl()))
    opened.worked()
    (item,) = ids(opened.get("inbox"))
    assert opened.post("import/item", id=item).to == "import"
    assert "2 actors" in text(opened.get("import"))
    opened.post("import/discard")
    assert opened.desk.staged == {}
    assert "What was understood" not in text(opened.get("import"))
    assert records(place / "case") == {}


def test_a_table_is_read_with_the_file_that_says_what_its_columns_are(
    opened: Hand, place: Path
) -> None:
    opened.send("import/files", ("list.csv", TABLE))
    page = text(opened.get("import"))
    assert "not recognised" in page
    assert "not understood" in page
    opened.send("import/files", ("list.csv", TABLE), ("columns.toml", MAPPING.encode()))
    page = text(opened.get("import"))
    assert "not recognised" not in page
    assert "1 contract" in page
    assert "not used" in page  # the remark
    opened.post("import/write")
    assert "1 record is written." in opened.worked()
    assert records(place / "case") == {"contract": 1}
    opened.send("import/files", ("columns.toml", MAPPING.encode()))
    assert "at most one .toml" in text(opened.get("import"))


def test_files_in_memory_are_gone_once_the_case_is_locked(opened: Hand) -> None:
    opened.send("import/files", ("actors.jsonl", jsonl()))
    (path,) = opened.desk.staged.values()
    assert path.is_file()
    opened.post("lock")
    assert not path.exists()
    assert opened.send("import/files", ("actors.jsonl", jsonl())).to == "unlock"
    assert not path.exists()


def test_other_work_waits_until_it_is_done_or_stopped(opened: Hand) -> None:
    opened.send("import/files", ("actors.jsonl", jsonl(4000)))
    opened.post("import/write")
    second = opened.post("import/write")
    if second.status == 422:  # it was still under way
        assert "other work is under way" in text(second)
    opened.post("work/stop")
    assert opened.worked()
