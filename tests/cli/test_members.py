"""``contrechamp members``: who has access, and what their keys are checked by."""

import json
from pathlib import Path

import pyrage

from cli.commands import PASSPHRASE, CaseRun, one_line
from contrechamp.vault.access.roster import words_of_recipient


def shown(case: CaseRun) -> dict[str, dict]:
    done = case("members", "--json")
    assert done.status == 0, done.err
    return {one["name"]: one for one in json.loads(done.out)}


def test_each_member_with_keys_in_words_and_who_let_them_in(
    case: CaseRun, age_key: tuple[Path, str]
) -> None:
    key, recipient = age_key
    case("share", "--name", "Other Sample", "--recipient", recipient)
    words = words_of_recipient(recipient)
    out = case("members").out
    first, other = out.split("Other Sample\n")
    assert first.startswith("Sample Member\n  opens with the key   ")
    assert f"  opens with the key   {words}\n" in other
    assert "  let in by Sample Member, entry 2\n" in other
    assert "signs with a key that Sample Member made" in other
    assert "signs with a key" not in first
    assert case.with_key("unlock", "--new-signing-key", key=key).status == 0
    out = case("members").out
    assert "who could sign in the member's name" not in out
    assert shown(case)["Other Sample"]["key"] == words


def test_who_left_and_who_reads_identities(
    case: CaseRun, age_key: tuple[Path, str], source: str
) -> None:
    case("share", "--name", "Other Sample", "--recipient", age_key[1])
    done = case("identity", source, "--seal", lines=(PASSPHRASE, "Zubeida Quartzfeather", "", ""))
    words = shown(case)["Sample Member"]["key"]
    assert done.err == f"{READERS}\n  Sample Member  {words}\n"
    assert {name: one["reads_identities"] for name, one in shown(case).items()} == {
        "Sample Member": True, "Other Sample": False,
    }  # fmt: skip
    case("unshare", "--name", "Other Sample")
    assert shown(case)["Other Sample"]["left"]
    assert "  has no access\n" in case("members").out


READERS = "Who can read what is sealed, each with their key in words:"


def test_a_key_that_somebody_else_replaced_is_shown_for_ever(
    case: CaseRun, age_key: tuple[Path, str], source: str
) -> None:
    case("share", "--name", "Other Sample", "--recipient", age_key[1])
    new = str(pyrage.x25519.Identity.generate().to_public())
    replace = ("share", "--name", "Other Sample", "--replace-key", "--recipient")
    one_line(case(*replace, age_key[1]), "this key has access already")
    one_line(
        case("share", "--name", "Sample Member", "--replace-key", "--recipient", new),
        "another member replaces your key",
    )
    assert case(*replace, new, "--reason", "lost").status == 0
    assert "WARNING: somebody else replaced the member's keys in entry 4" in case("members").out
    assert "  replace-key  member/" in case("log").out
    done = case("verify")
    assert done.status == 0
    assert done.out.startswith("replaced  member/")
    assert "Sample Member gave Other Sample another key" in done.out
    findings = json.loads(case("verify", "--json").out)["findings"]
    assert [one["kind"] for one in findings] == ["replaced"]
    case("identity", source, "--seal", lines=(PASSPHRASE, "Zubeida Quartzfeather", "", ""))
    assert case("identity", "--admit", "Other Sample").status == 0
    done = case("identity", source, "--seal", lines=(PASSPHRASE, "Zubeida Quartzfeather", "", ""))
    assert "WARNING: somebody else replaced this key in entry 4" in done.err
