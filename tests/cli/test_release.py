"""``contrechamp release``: leave to publish, where evidence and consent cover it."""

from collections.abc import Callable

from cli.commands import CaseRun, one_line


def test_a_release_that_consent_does_not_cover_is_refused_with_the_list(
    case: CaseRun, put: Callable[..., str], testimony: str, finding: str
) -> None:
    case("link", finding, "evidence", f"{testimony}#p1")
    whole = put("publication", f'name = "SAMPLE"\nlanguage = "fr"\ncites = ["{finding}"]\n')
    done = case("release", whole)
    assert done.status == 1
    assert f"{testimony}#p1: held: no consent covers it" in done.err


def test_what_rests_on_nobody_s_word_is_released_from_a_day_on(
    case: CaseRun, put: Callable[..., str]
) -> None:
    whole = put("publication", 'name = "SAMPLE"\nlanguage = "fr"\n')
    assert "this version is not released" in case("status").out
    done = case("release", whole, "--on", "2026-06-01", "--why", "SAMPLE reason")
    assert done.status == 0, done.err
    ref, *rest = done.out.split()
    assert rest == ["release", whole, "publication/sample", "SAMPLE", "2026-06-01"]
    assert "SAMPLE reason" in case("show", ref).out
    assert "this version is not released" not in case("status").out
    assert case("verify").status == 0


def test_what_is_not_there_and_a_day_that_is_none_are_told(
    case: CaseRun, put: Callable[..., str]
) -> None:
    one_line(case("release", "record/ffff"))
    whole = put("publication", 'name = "SAMPLE"\nlanguage = "fr"\n')
    one_line(case("release", whole, "--on", "tomorrow"), ".on: expected a date")
