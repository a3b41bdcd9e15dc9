"""``contrechamp erase``: what is erased is gone, and the log says that it was there."""

from collections.abc import Callable
from pathlib import Path

import pyrage

from cli import forms
from cli.commands import CaseRun, first_word, one_line


def test_what_is_erased_is_gone_and_the_log_says_why(case: CaseRun, item: str) -> None:
    done = case("erase", item, "--reason", "consent withdrawn")
    assert done.status == 0
    assert done.out.startswith("1 object is erased.\nBackups, copies that were handed out")
    assert not list(case.folder.glob("objects/??/*"))
    last = case("log").out.splitlines()[-1]
    assert f"  erase  item/{item}  " in last
    assert last.endswith("(consent withdrawn)")
    assert "letter.txt" not in case("log").out
    assert case("verify").status == 0


def test_erasing_takes_a_reason_and_an_item_that_is_there(case: CaseRun, item: str) -> None:
    one_line(case("erase", item), "--reason")
    one_line(
        case("erase", "0123456789abcdef", "--reason", "SAMPLE"),
        "no such item in the case: 0123456789abcdef",
    )
    assert case("verify", "--json").json() == {"entries": 3, "findings": []}


def test_content_that_another_item_holds_as_well_is_not_erased_alone(
    case: CaseRun, letter: Path, tmp_path: Path
) -> None:
    other = tmp_path / "the-same-under-another-name.txt"
    other.write_bytes(letter.read_bytes())
    first, second = first_word(case("add", letter)), first_word(case("add", other))
    one_line(case("erase", first, "--reason", "SAMPLE"), second)
    assert case("erase", first, second, "--reason", "SAMPLE").status == 0
    assert case("verify").status == 0


def test_records_and_their_earlier_versions_are_erased(
    case: CaseRun, put: Callable[..., str], source: str
) -> None:
    put(source, forms.SOURCE.replace("Heron", "Egret"))
    done = case("erase", source, "--earlier-versions", "--reason", "SAMPLE")
    assert done.out.startswith("1 version is erased.")
    assert case("show", source, "--versions").out.count("version ") == 1
    one_line(
        case("erase", "0" * 16, "--earlier-versions", "--reason", "SAMPLE"),
        "--earlier-versions is for records",
    )
    assert case("erase", source, "--reason", "SAMPLE").out.startswith("1 record is erased.")
    assert "was erased" in case("show", source).err
    assert case("verify").status == 0


def test_erasing_lists_the_copies_that_were_handed_out(
    case: CaseRun, item: str, tmp_path: Path
) -> None:
    recipient = str(pyrage.x25519.Identity.generate().to_public())
    case("export", item, "-o", tmp_path / "for-the-court", "--recipient", recipient)
    case("export", item, "-o", tmp_path / "for-print", "--plain")
    done = case("erase", item, "--reason", "consent withdrawn")
    assert done.status == 0
    assert "for-the-court" in done.out
    assert recipient in done.out
    assert "for-print" in done.out
    assert "in the clear" in done.out


def test_a_record_that_is_erased_by_its_name_is_told_and_no_beginning_is_enough(
    case: CaseRun, source: str
) -> None:
    one_line(case("erase", "source/sample", "--reason", "SAMPLE"), "no such record")
    done = case("erase", "source/sample-heron", "--reason", "SAMPLE")
    assert done.out.startswith(f"{source}  source/sample-heron  Sample Heron\n1 record is erased.")
    assert "sample-heron" not in case("log").out + case("show").out
