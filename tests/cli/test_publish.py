"""``contrechamp publish``: a publication in files, or the list of what stands against it."""

from collections.abc import Callable

import pytest

from cli.commands import CaseRun

PUBLICATION = 'name = "SAMPLE"\nlanguage = "fr"\n'


@pytest.fixture
def whole(put: Callable[..., str]) -> str:
    """A publication that rests on nobody's word."""
    return put("publication", PUBLICATION)


def test_a_released_publication_is_written_in_each_language(case: CaseRun, whole: str) -> None:
    case("release", whole, "--override", "review", "--reason", "SAMPLE alone")
    out = case.folder.parent / "out"
    done = case("publish", whole, "-o", str(out), "--lang", "fr,he")
    assert done.status == 0, done.err
    assert "out est écrit" in done.out  # the first of them that the program speaks
    names = {"report-fr.html", "report-fr.pdf", "report-he.html", "report-he.pdf"}
    assert {one.name for one in out.iterdir()} == {*names, "publication.json", "bundle"}
    assert "export" in case("log").out
    assert "publish" in case("log").out
    assert case("verify").status == 0
    assert case.run("verify", out / "bundle").status == 0
    done = case("publish", whole, "-o", str(out), "--draft")  # no draft over what was published
    assert done.status == 2
    assert "another edition" in done.err


def test_what_stands_against_it_is_told_and_a_draft_is_written_all_the_same(
    case: CaseRun, whole: str
) -> None:
    out = case.folder.parent / "out"
    done = case("publish", whole, "-o", str(out))
    assert done.status == 1
    assert "it is not released" in done.err
    assert "review:" in done.err
    assert not out.exists()
    done = case("publish", whole, "-o", str(out), "--draft")
    assert done.status == 0
    assert "it is not released" in done.err
    assert "out is a draft" in done.out


def test_a_language_of_no_publication_and_a_foreign_folder_are_refused(
    case: CaseRun, whole: str
) -> None:
    out = case.folder.parent / "out"
    done = case("publish", whole, "-o", str(out), "--draft", "--lang", "tlh")
    assert done.status == 2
    assert "en, fr, ar, he" in done.err
    out.mkdir()
    (out / "own.txt").write_text("SAMPLE")
    done = case("publish", whole, "-o", str(out), "--draft")
    assert done.status == 2
    assert "not written by contrechamp" in done.err
