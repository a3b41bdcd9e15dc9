"""``contrechamp mask CASE``: from evidence to a masked copy in the case; SAMPLE pictures."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.commands import CaseRun, first_word
from contrechamp.base import memory_files
from contrechamp.dossier.reading import lookup
from contrechamp.redact import made, masking
from contrechamp.vault import masked_copies
from vault import cases

WORDS = "Sampleperson Madeup\n"


def masked(case: CaseRun, *arguments: object) -> tuple[str, str]:
    """Mask one item; return its copy and the copy's sidecar."""
    done = case("mask", *arguments, "--json")
    assert done.status == 0, done.err
    [one] = json.loads(done.out)["masked"]
    return one["copy"], one["sidecar"]


def test_the_copy_is_an_item_that_says_what_it_was_made_from(
    case: CaseRun, photo: str, tmp_path: Path
) -> None:
    boxes, words = tmp_path / "drawn.json", tmp_path / "words.txt"
    boxes.write_text(
        '{"format": "contrechamp/boxes-1", "cover": [{"box": [1, 2, 30, 40], "note": "Madeup"}]}'
    )
    words.write_text(WORDS)
    done = case("mask", photo, "--boxes", boxes, "--words-file", words, "--threshold", "0.07")
    assert done.status == 0, done.err
    copy = first_word(done)
    assert f"masked copy of {photo}: 2 places to look at, 1 of them first" in done.out
    shown = json.loads(case("show", copy, "--json").out)
    about = shown["masked"]
    assert (about["of"], about["threshold"], about["boxes"], about["covered"]) == (
        photo, "0.07", "1", "2",
    )  # fmt: skip
    assert about["looks"] == "13"
    assert "covered pixels constant" in about["checks"]
    assert about["by"].startswith("contrechamp ")
    assert "Madeup" not in json.dumps(shown)
    assert f"masked copy of {photo}" in case("show", copy).out
    assert f"its masked copy: {copy}" in case("show", photo).out
    assert f"sidecar of {copy}" in case("show", about["sidecar"]).out
    log = case("log").out
    assert "mask" in log
    assert case("verify").status == 0
    with cases.opened(case.folder) as found:
        sidecar = made.unpacked(masked_copies.read_sidecar(found, copy), copy)
        state = lookup.item_state(found, copy.removeprefix("item/"))
    assert sidecar.source == photo
    assert sidecar.request.words == ("Sampleperson Madeup",)
    assert sidecar.request.hand is not None
    assert sidecar.request.hand.cover[0].note == "Madeup"
    assert [look.urgency for look in sidecar.outcome.looks] == [1, 3]
    assert state is not None
    assert state["media_type"] == "image/jpeg"
    assert "exif" not in state


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("chat.txt", "By Sampleperson Madeup, to Sampleperson Madeup: SAMPLE\n"),
        (
            "a.eml",
            "From: Sampleperson Madeup <a@b.example>\nSubject: SAMPLE\n\nMadeup Sampleperson",
        ),
    ],
)
def test_the_record_of_a_text_counts_its_words(
    case: CaseRun, tmp_path: Path, name: str, content: str
) -> None:
    source, words = tmp_path / name, tmp_path / "words.txt"
    source.write_text(content)
    words.write_text(WORDS)
    item = f"item/{first_word(case('add', source))}"
    copy, _sidecar = masked(case, item, "--words-file", words)
    about = json.loads(case("show", copy, "--json").out)["masked"]
    assert (about["words"], about["taken_out"]) == ("1", "2")


def test_nothing_plain_gets_on_a_disk(
    case: CaseRun, photo: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    run = masking.run_job

    def looked_at(cell, job, progress=masking.silent):  # type: ignore[no-untyped-def]
        seen.append(str(job.source))
        seen.append(str(job.workshop))
        return run(cell, job, progress)

    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    monkeypatch.setattr(masking, "run_job", looked_at)
    masked(case, photo)
    assert seen[0].startswith("/dev/fd/")
    memory = memory_files.memory_folder()
    assert Path(seen[1]).is_relative_to(memory)
    assert not [name for name in os.listdir(memory) if name.startswith("contrechamp-form-")]
    changed = {
        path
        for path in tmp_path.rglob("*")
        if path.is_file() and path.stat().st_mtime_ns != before.get(path)
    }
    assert changed
    for path in changed:
        assert path.is_relative_to(case.folder) or path.is_relative_to(tmp_path / "state")
        assert b"\xff\xd8\xff" not in path.read_bytes()[:64]


def test_a_copy_that_was_not_searched_names_no_threshold(case: CaseRun, photo: str) -> None:
    done = case("mask", photo, "--strip-only")
    assert done.status == 0, done.err
    about = json.loads(case("show", first_word(done), "--json").out)["masked"]
    assert about["of"] == photo
    assert "threshold" not in about


def test_what_is_erased_goes_with_what_belongs_to_it(case: CaseRun, photo: str) -> None:
    copy, sidecar = masked(case, photo)
    done = case("erase", photo, "--reason", "SAMPLE")
    assert done.status == 0, done.err
    assert f"still in the case: {copy}: a masked copy of it" in done.out
    done = case("erase", copy, "--reason", "SAMPLE")
    assert "2 objects are erased." in done.out
    for ref in (copy, sidecar):
        assert "erased_at" in json.loads(case("show", ref, "--json").out)
    assert case("verify").status == 0
    assert case("verify").status == 0


def test_a_file_that_cannot_be_masked_is_refused_and_others_go_on(
    case: CaseRun, photo: str, tmp_path: Path
) -> None:
    (tmp_path / "program").write_bytes(b"\x7fELF SAMPLE, no picture of anything\0")
    item = first_word(case("add", tmp_path / "program")).removeprefix("item/")
    done = case("mask", f"item/{item}", photo, "--json")
    assert done.status == 2
    told = json.loads(done.out)
    assert [one["item"] for one in told["masked"]] == [photo]
    assert [one["item"] for one in told["unmasked"]] == [f"item/{item}"]
    done = case("mask", photo, "-o", "somewhere")
    assert (done.status, done.out) == (2, "")
    assert "leave -o out" in done.err
    assert case("mask").status == 2
    assert case("mask", "item/0000000000000000").status == 2


def test_all_that_a_publication_shows_is_masked_once(
    case: CaseRun, photo: str, item: str, put: Callable[..., str]
) -> None:
    exhibit = put("exhibit", f'item = "{photo}"\nwhat = "SAMPLE"\npeople = "some"\n')
    form = f'name = "SAMPLE"\nlanguage = "fr"\ncites = ["{exhibit}"]\n'
    publication = put("publication", form)
    copy, _sidecar = masked(case, "--all-for", publication)
    assert f"masked copy of {photo}" in case("show", copy).out
    done = case("mask", "--all-for", publication)
    assert done.status == 2
    assert "shows no file that is still to be masked" in done.err
