"""``contrechamp identity``: who a source is, sealed for members of a list of its own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cli import forms
from cli.commands import PASSPHRASE, CaseRun, one_line

NAME = "Zubeida Quartzfeather"


@pytest.fixture
def sealed(case: CaseRun, source: str) -> str:
    """The source, whose name is sealed."""
    lines = (PASSPHRASE, NAME, "SAMPLE contact", "")
    done = case("identity", source, "--seal", lines=lines)
    assert (done.status, done.out) == (0, f"Sealed for {source}.\n")
    assert done.err.startswith("Who can read what is sealed, each with their key in words:\n  ")
    return source


def test_an_identity_is_sealed_and_read_and_never_printed_elsewhere(
    case: CaseRun, put: Callable[..., str], sealed: str
) -> None:
    assert case("identity", sealed, "--reason", "SAMPLE").out == f"{NAME}\n  SAMPLE contact\n"
    assert case("identity", "--mentions").out.startswith("No part of a sealed name")
    put(sealed, forms.SOURCE.replace("Heron", "Quartzfeather"))
    assert case("identity", "--mentions").out == (
        f"{sealed}  source/sample-quartzfeather  Sample Quartzfeather: "
        f"a part of the name stands in {sealed}\n"
    )
    for command in (("log",), ("show", "--json", "--closed"), ("status",), ("show", sealed)):
        out = case(*command)
        assert "Zubeida" not in out.out + out.err
    assert case("find", "Zubeida").out == ""
    assert case("identity", sealed, "--erase", "--reason", "SAMPLE").status == 0
    one_line(case("identity", sealed, "--reason", "SAMPLE"), "no identity is sealed")
    assert case("verify").status == 0


def test_a_member_reads_identities_once_admitted_and_no_longer_once_dismissed(
    case: CaseRun, sealed: str, age_key: tuple[Path, str]
) -> None:
    key, recipient = age_key
    assert case("share", "--name", "Other Sample", "--recipient", recipient).status == 0

    def read_by_the_other() -> bool:
        done = case.with_key("identity", sealed, "--reason", "SAMPLE", key=key)
        assert (done.status == 0) == (NAME in done.out)
        return done.status == 0

    assert not read_by_the_other()
    done = case("identity", "--admit", "Other Sample")
    assert (done.status, done.out) == (0, "Other Sample can read identities now.\n")
    assert read_by_the_other()
    assert case("identity", "--renew").out.startswith("Identities are sealed under another key")
    assert read_by_the_other()
    done = case("identity", "--dismiss", "Other Sample")
    assert done.out == "Other Sample can no longer read identities.\n"
    assert not read_by_the_other()
    assert NAME in case("identity", sealed, "--reason", "SAMPLE").out
    assert case("verify").status == 0


def test_wrong_use_is_told_in_one_line(case: CaseRun, source: str) -> None:
    one_line(case("identity", source, "--seal", "--mentions"), "name a source to read")
    one_line(case("identity"), "name a source to read")
    one_line(case("identity", source, "--reason", "x"), "no identity is sealed")
    one_line(case("identity", "--admit", "Nobody"), "there is no member of this name: Nobody")
