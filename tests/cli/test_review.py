"""``contrechamp review``: what a second person thinks of a record."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cli import forms
from cli.commands import CaseRun, one_line


@pytest.fixture
def second(case: CaseRun, age_key: tuple[Path, str]) -> Path:
    """The key of a second member, who signs with a key of their own."""
    key, recipient = age_key
    assert case("share", "--name", "Other Sample", "--recipient", recipient).status == 0
    assert case.with_key("unlock", "--new-signing-key", key=key).status == 0
    return key


def test_a_second_person_agrees_to_a_version(
    case: CaseRun, put: Callable[..., str], finding: str, second: Path
) -> None:
    assert "no second person has agreed to this version" in case("status").out
    done = case.with_key("review", finding, "agreed", "--why", "SAMPLE reason", key=second)
    assert done.status == 0, done.err
    ref, *rest = done.out.split()
    assert rest[:3] == ["review", finding, "finding/exemple-une-camera"]
    assert rest[-1] == "agreed"
    assert "SAMPLE reason" in case("show", ref).out
    assert "no second person has agreed to this version" not in case("status").out
    # A later version needs another one.
    put(finding, forms.FINDING.replace("alleged", "corroborated"))
    assert "no second person has agreed to this version" in case("status").out
    assert "(of an earlier version)" in case("show", finding).out
    assert case("verify").status == 0


def test_nobody_reviews_what_they_wrote(case: CaseRun, finding: str) -> None:
    one_line(case("review", finding, "agreed"), "second person")


def test_a_verdict_that_there_is_not_is_told(case: CaseRun, finding: str) -> None:
    one_line(case("review", finding, "perhaps"), "'agreed', 'changes', 'not-agreed'")
