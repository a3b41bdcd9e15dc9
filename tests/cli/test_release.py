"""``contrechamp release``: leave to publish where gates are met or passed, and taking it back."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cli.commands import CaseRun, one_line

PUBLICATION = 'name = "SAMPLE"\nlanguage = "fr"\n'


@pytest.fixture
def whole(put: Callable[..., str]) -> str:
    """A publication that rests on nobody's word."""
    return put("publication", PUBLICATION)


def test_a_release_that_consent_does_not_cover_is_refused_with_the_list(
    case: CaseRun, put: Callable[..., str], testimony: str, finding: str
) -> None:
    case("link", finding, "evidence", f"{testimony}#p1")
    whole = put("publication", PUBLICATION + f'cites = ["{finding}"]\n')
    done = case("release", whole)
    assert done.status == 1
    assert "#p1: held: no consent covers it  testimony/" in done.err
    assert testimony not in done.err
    assert "this case has one member" in done.err  # all of it at once
    assert "--override GATE" in done.err


def test_gates_are_passed_with_a_reason_that_stands_in_the_case(case: CaseRun, whole: str) -> None:
    assert "this version is not released" in case("status").out
    passed = ("--override", "review", "--reason", "SAMPLE alone")
    done = case("release", whole, "--on", "2026-06-01", "--why", "SAMPLE reason", *passed)
    assert done.status == 0, done.err
    first, *more = done.out.splitlines()
    ref, *rest = first.split()
    assert rest == ["release", whole, "publication/sample", "SAMPLE", "2026-06-01"]
    assert more == ["passed although it is not met: review"]
    shown = case("show", ref).out
    assert "SAMPLE reason" in shown
    assert "SAMPLE alone" in shown
    assert "released on 2026-06-01" in case("show", whole).out
    assert "review: SAMPLE alone" in case("log").out
    assert "this version is not released" not in case("status").out
    assert case("verify").status == 0


def test_a_release_is_revoked_and_copies_that_are_out_are_told(
    case: CaseRun, put: Callable[..., str], finding: str, item: str
) -> None:
    case("link", finding, "evidence", f"item/{item}")
    put("publication", PUBLICATION + f'cites = ["{finding}"]\non = "2026-01-01"\n')
    passed = ("--override", "review", "--override", "reply", "--reason", "SAMPLE")
    ref = case("release", finding, *passed).out.split()[0]
    done = case("release", finding, "--revoke", "--reason", "SAMPLE mistake")
    assert done.status == 0, done.err
    assert done.out.startswith(f"{ref}  revoked: {finding}, from ")
    assert "it came out in record/" in done.out
    assert "SAMPLE mistake" in case("show", ref).out
    assert "that does not hold: revoked" in case("show", finding).out
    one_line(case("release", finding, "--revoke", "--reason", "SAMPLE"), "no release to revoke")


def test_what_takes_a_release_back_is_told_by_status_and_show(
    case: CaseRun, put: Callable[..., str], finding: str, item: str
) -> None:
    case("link", finding, "evidence", f"item/{item}")
    ref = case("release", finding, "--override", "review", "--reason", "SAMPLE").out.split()[0]
    challenge = f'about = "{finding}"\nkind = "contested"\non = "2026-01-01"\nwhy = "SAMPLE"\n'
    put("challenge", challenge)
    status = case("status").out
    assert "Releases that no longer hold (1)" in status
    assert f"{ref}  release" in status
    shown = case("show", finding).out
    assert "and that no longer holds:" in shown
    assert "contested: " in shown
    assert "No copy of it is known to be out" in shown


def test_a_file_that_says_where_it_was_made_is_refused(case: CaseRun, tmp_path: Path) -> None:
    from PIL import Image

    photo, exif = tmp_path / "sample.jpg", Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 30.0, 0.0), 3: "E", 4: (35.0, 6.0, 0.0)})
    Image.new("RGB", (8, 8)).save(photo, exif=exif)
    item = case("add", photo).out.split()[0]
    done = case("release", f"item/{item}")
    assert done.status == 1
    assert "the file says where it was made" in done.err
    assert "no exhibit describes this file" in done.err


def test_what_is_not_there_and_a_day_that_is_none_are_told(case: CaseRun, whole: str) -> None:
    one_line(case("release", "record/ffff"))
    one_line(case("release", whole, "--on", "tomorrow"), "on: expected a date")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--override", "review"), "need a --reason"),
        (("--revoke",), "need a --reason"),
        (("--override", "nothing", "--reason", "SAMPLE"), "there is no gate nothing"),
        (("--reason", "SAMPLE"), "--why"),
        (("--revoke", "--override", "review", "--reason", "SAMPLE"), "--revoke goes with"),
    ],
)
def test_options_that_do_not_go_together_are_told(
    case: CaseRun, whole: str, options: tuple[str, ...], told: str
) -> None:
    one_line(case("release", whole, *options), told)
