"""``contrechamp sample``: the command around the worked case; tests/dossier tests its content."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.commands import Run, one_line
from contrechamp.dossier.sample import sample_texts
from made_once import Typed


@pytest.fixture
def built(sample_case: Callable[[str], Typed], tmp_path: Path) -> Path:
    """A sample that may be changed."""
    return shutil.copytree(sample_case("fr").folder / "sample-out", tmp_path / "sample-out")


@pytest.mark.slow
def test_what_was_only_looked_at_is_replaced_and_what_was_changed_is_not(
    contrechamp: Run, built: Path
) -> None:
    case, key = built / "case", built / "second-member.key"
    assert contrechamp("status", case, "--identity", key).status == 0
    refused = sample_texts.ref("sample-leaflet-en")
    assert contrechamp("release", case, refused, "--identity", key).status == 1
    told = contrechamp("sample", "--out", built, "--lang", "fr", "--json").json()
    assert told["case"] == str(case)
    assert told["records"]["finding"] == 10
    added = built / "my-notes.txt"
    added.write_text("my own")
    one_line(contrechamp("sample", "--out", built, "--lang", "en"), "my-notes.txt")
    assert added.read_text() == "my own"
    added.unlink()
    fine = sample_texts.ref("cameras-of-two-companies")
    passed = ("--override", "reply", "--reason", "SAMPLE: drafts stay drafts")
    assert contrechamp("release", case, fine, *passed, "--identity", key).status == 0
    before = (case / "case.db").read_bytes()
    one_line(contrechamp("sample", "--out", built, "--lang", "en"), "case/case.db")
    assert (case / "case.db").read_bytes() == before


@pytest.mark.slow
def test_what_show_prints_can_be_read(contrechamp: Run, built: Path) -> None:
    key, about = built / "second-member.key", sample_texts.ref("passage-by-face")
    done = contrechamp("show", built / "case", about, "--identity", key)
    assert done.status == 0
    assert "\\u" not in done.out, "French has no-break spaces, which are no control characters"
    source = sample_texts.ref("ban-the-scan")
    title = "Amnesty International: Exposing Red Wolf (Ban the Scan)"
    name = "exhibit/amnesty-international-exposing"
    assert f"    ref: {source}  {name}  {title}\n" in done.out
    assert (
        f"    {sample_texts.ref('red-wolf')}  deployment/red-wolf-loup-rouge  Red Wolf" in done.out
    )


@pytest.mark.slow
def test_what_to_try_next_names_records_as_people_type_them(
    sample_case: Callable[[str], Typed], contrechamp: Run
) -> None:
    made = sample_case("fr")
    told = made.out.partition("À essayer ensuite")[2]
    assert not re.search(r"record/[0-9a-f]{16}", told)
    names = re.findall(r"(?:finding|source|publication)/[\w.-]+", told)
    assert len(names) == 3
    case, key = made.folder / "sample-out/case", made.folder / "sample-out/second-member.key"
    for name in names:
        assert name in contrechamp("show", case, name, "--identity", key).out


def test_a_folder_of_somebody_else_is_left_alone(contrechamp: Run, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "case.toml").write_text("mine")
    one_line(contrechamp("sample", "--out", tmp_path / "out"), "was not made by contrechamp sample")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["case.toml"]


def test_a_folder_must_be_named(contrechamp: Run) -> None:
    one_line(contrechamp("sample"), "-o")
