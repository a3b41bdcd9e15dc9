"""``contrechamp share``: somebody gets access to a case."""

from pathlib import Path

from cli.commands import CaseRun, bytes_of, one_line
from contrechamp.vault.access.roster import words_of_recipient


def test_a_member_with_an_age_key_has_access(
    case: CaseRun, letter: Path, age_key: tuple[Path, str]
) -> None:
    key, recipient = age_key
    done = case("share", "--name", "Other Sample", "--recipient", recipient, "--reason", "helps")
    first, second = done.out.splitlines()
    assert (done.status, first) == (0, "Other Sample can open the case now.")
    assert second.endswith(words_of_recipient(recipient))
    assert case("log").out.splitlines()[-1].endswith("(helps)")
    assert case.with_key("add", letter, key=key).status == 0
    assert "  Other Sample  add  " in case.with_key("log", key=key).out
    assert case.with_key("verify", key=key).status == 0


def test_sharing_says_what_is_wrong(case: CaseRun, age_key: tuple[Path, str]) -> None:
    _key, recipient = age_key
    before = bytes_of(case.folder)
    one_line(
        case("share", "--name", "A", "--recipient", "age1nonsense"), "not an X25519 key of age"
    )
    one_line(
        case("share", "--name", "Sample Member", "--recipient", recipient),
        "there is already a member of this name",
    )
    one_line(case("share", "--recipient", recipient), "--name")
    case("share", "--name", "Other Sample", "--recipient", recipient)
    before = bytes_of(case.folder)
    one_line(
        case("share", "--name", "Twice", "--recipient", recipient),
        "this key has access already, as Other Sample",
    )
    assert {k: v for k, v in bytes_of(case.folder).items() if k != "case.lock"} == {
        k: v for k, v in before.items() if k != "case.lock"
    }
