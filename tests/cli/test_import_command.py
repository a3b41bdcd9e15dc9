"""`import`, `export-records` and `survey-form` as they are typed; SAMPLE content, made-up names."""

import json
import pkgutil
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from conftest import Done

from contrechamp.dossier.formats.read.drafts import Reader
from contrechamp.dossier.formats.read.registry import FORMATS
from contrechamp.dossier.formats.write.registry import WRITERS
from vault import cases

LINE = '{"kind": "actor", "fields": {"names": [{"language": "en", "text": "%s"}], "kind": "%s"}}\n'


@pytest.fixture
def case(tmp_path: Path, contrechamp: Callable[..., Done]) -> Callable[..., Done]:
    folder = tmp_path / "case"
    cases.new(folder)
    secret = tmp_path / "secret"
    secret.write_text(cases.PASSPHRASE + "\n")

    def call(command: str, *arguments: object) -> Done:
        with secret.open() as opened:
            return contrechamp(command, folder, *arguments, "--passphrase-fd", opened.fileno())

    return call


def test_every_format_of_the_registries_is_there() -> None:
    assert all(isinstance(pkgutil.resolve_name(one), Reader) for one in FORMATS.values())
    assert all(callable(pkgutil.resolve_name(one)) for one in WRITERS.values())


def test_records_come_in_and_go_out(case: Callable[..., Done], tmp_path: Path) -> None:
    file = tmp_path / "r.jsonl"
    file.write_text(LINE % ("SAMPLE One", "company") + LINE % ("SAMPLE Two", "ghost"))
    done = case("import", file)
    assert done.status == 2
    assert done.err.startswith("contrechamp: r.jsonl:2: actor.kind: expected one of: company")
    done = case("import", file, "--skip-bad-rows")
    assert done.status == 0
    assert done.err.startswith("left out: r.jsonl:2: actor.kind")
    assert done.out == "new: actor, 1\n1 record is written, 0 said the same before.\n"
    for name in set(WRITERS) - {"ocds"}:  # which asks for contracts
        done = case("export-records", "--as", name, "-o", tmp_path / name)
        assert (done.status, done.out) == (0, f"{name} is written; it is not encrypted.\n"), done
        assert case("export-records", "--as", name, "-o", tmp_path / name).status == 2
    file.write_text((tmp_path / "jsonl" / "records.jsonl").read_text())
    told = json.loads(case("import", file, "--json").out)
    assert (told["unchanged"], told["new"], told["changed"]) == (1, [], [])


def test_the_form_is_written_once(contrechamp: Callable[..., Done], tmp_path: Path) -> None:
    form = tmp_path / "survey.xlsx"
    assert contrechamp("survey-form", "-o", form).out == "survey.xlsx is written.\n"
    assert openpyxl.load_workbook(form).sheetnames == ["survey", "choices", "settings"]
    assert "is there already" in contrechamp("survey-form", "-o", form).err


def test_matches_are_proposed_and_confirmed_one_by_one(
    case: Callable[..., Done], tmp_path: Path
) -> None:
    file, reference = tmp_path / "r.jsonl", tmp_path / "entities.ftm.json"
    file.write_text(LINE % ("SAMPLE Cameras", "company"))
    (ref,) = json.loads(case("import", file, "--json").out)["new"]
    entity = {"id": "NK-1", "schema": "Company", "properties": {"name": ["Cameras SAMPLE"]}}
    reference.write_text(json.dumps(entity) + "\n")
    done = case("match", reference)
    line = f"100.0  {ref}=NK-1  SAMPLE Cameras ~ Cameras SAMPLE (Company)"
    assert (done.status, done.out.splitlines()) == (
        0, [line, "1 proposal, 0 confirmed, 0 rejected."]
    )  # fmt: skip
    assert "NK-1" not in case("show", ref).out
    assert case("match", reference, "--confirm", f"{ref}=NK-2").status == 2
    both = ("--confirm", f"{ref}=NK-1", "--reject", f"{ref}=NK-1")
    assert "at once" in case("match", reference, *both).err
    assert case("match", reference, "--reject", f"{ref}=NK-1").status == 0
    done = case("match", reference)
    assert done.out.splitlines() == [
        "0 proposals, 0 confirmed, 0 rejected.", "1 was decided before; --all shows it."
    ]  # fmt: skip
    done = case("match", reference, "--all")
    assert done.out.splitlines()[0] == line.removesuffix(")") + ", rejected)"
    assert case("match", reference, "--confirm", f"{ref}=NK-1").status == 0
    assert "NK-1" in case("show", ref).out
    told = case("match", reference, "--reject", f"{ref}=NK-1")
    assert (told.status, "take that out of its ids first" in told.err) == (2, True)


def test_what_somebody_told_leaves_to_whom_it_may_alone(
    case: Callable[..., Done], tmp_path: Path
) -> None:
    told, who = "a" * 16, "b" * 16
    rows = [
        {"kind": "source", "id": who, "fields": {"pseudonym": "SAMPLE"}},
        {"kind": "testimony", "id": told, "fields": {
            "source": f"record/{who}", "language": "en", "interview": {"date": "2026"},
            "passages": [{"key": "p1", "text": "SAMPLE of waiting"}]}},
        {"kind": "consent", "fields": {
            "source": f"record/{who}", "given_on": "2025", "given_how": "spoken",
            "grants": [{"use": "shared", "with_whom": ["SAMPLE Court"], "limits": "SAMPLE: one"}]}},
    ]  # fmt: skip
    file = tmp_path / "r.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert case("import", file).status == 0
    as_ = ("export-records", "--as", "csv", "-o")
    done = case(*as_, tmp_path / "both", "--for", "SAMPLE Court", "--team")
    assert (done.status, "make two" in done.err) == (2, True)
    done = case(*as_, tmp_path / "open")
    assert "3 records stay in the case" in done.err
    assert f"record/{told}  testimony  record/{told}: shared: no consent covers it" in done.err
    assert not (tmp_path / "open" / "testimony.csv").exists()
    done = case(*as_, tmp_path / "court", "--for", "sample court")
    assert "has to be told: SAMPLE: one" in done.err
    assert "the log says whom it is for" in done.out
    assert "SAMPLE of waiting" in (tmp_path / "court" / "testimony.csv").read_text()
    assert not (tmp_path / "court" / "source.csv").exists()
    done = case(*as_, tmp_path / "team", "--team")
    assert (done.status, done.err) == (0, "")
    assert {"source.csv", "consent.csv", "testimony.csv"} < {
        one.name for one in (tmp_path / "team").iterdir()
    }
    assert case("log").out.count("export/") == 2


def test_erasing_tells_what_still_holds_the_words(
    case: Callable[..., Done], tmp_path: Path
) -> None:
    words = "SAMPLE: the turnstile at the gate stays red"
    table, file = tmp_path / "told.csv", tmp_path / "r.jsonl"
    table.write_text(f"said\n{words}\n")
    item = case("add", table).out.split()[0]
    who, told, agreed = "b" * 16, "a" * 16, "c" * 16
    rows = [
        {"kind": "source", "id": who, "fields": {"pseudonym": "SAMPLE"}},
        {"kind": "testimony", "id": told, "fields": {
            "source": f"record/{who}", "language": "en", "interview": {"date": "2026"},
            "read_from": {"item": f"item/{item}"}, "passages": [{"key": "p1", "text": words}]}},
        {"kind": "consent", "id": agreed, "fields": {
            "source": f"record/{who}", "given_on": "2025", "given_how": "spoken",
            "grants": [{"use": "held"}]}},
    ]  # fmt: skip
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert case("import", file).status == 0
    assert case("export-records", "--as", "jsonl", "-o", tmp_path / "t", "--team").status == 0
    alone = ("withdraw", f"record/{agreed}", "--reason", "SAMPLE")
    assert case(*alone, "--with-source-file").status == 2
    done = case(*alone, "--erase")
    assert f"still in the case: item/{item}  told.csv: it was read from this file" in done.out
    assert f"A copy of record/{told} was exported" in done.out
    assert words not in done.out + done.err
    done = case("erase", f"item/{item}", "--reason", "SAMPLE")
    assert (done.status, "still in the case" in done.out) == (0, False)
