"""``contrechamp unlock``: whose a key is, and another one in its place."""

from collections.abc import Callable
from pathlib import Path

from cli.commands import OTHER_PASSPHRASE, PASSPHRASE, CaseRun, one_line
from cli.rings import Ring
from contrechamp.vault.access.recovery_keys import recovery_text

BOTH = (PASSPHRASE, OTHER_PASSPHRASE)
OTHER = (OTHER_PASSPHRASE,)


def test_unlock_says_whose_the_key_is(case: CaseRun) -> None:
    done = case("unlock")
    assert (done.status, done.out) == (0, "Open, as Sample Member; 2 entries in the log.\n")


def test_a_new_passphrase_takes_the_place_of_the_old_one(case: CaseRun, item: str) -> None:
    done = case("unlock", "--new-passphrase", lines=BOTH)
    assert done.status == 0
    assert done.out.startswith("The new passphrase opens the case; the old one no longer does.")
    assert case("verify").status == 2
    assert case("verify", lines=OTHER).status == 0


def test_who_forgot_the_passphrase_sets_one_with_the_recovery_key(case: CaseRun) -> None:
    typed = case.recovery.upper().replace("-", " ")
    done = case("unlock", "--recovery", "--new-passphrase", lines=(typed, OTHER_PASSPHRASE))
    assert done.status == 0, done.err
    assert case("verify", lines=OTHER).status == 0
    assert case("verify").status == 2


def test_a_new_recovery_key_takes_the_place_of_the_old_one(case: CaseRun) -> None:
    done = case("unlock", "--new-recovery-key")
    (key,) = (line for line in done.out.splitlines() if line.startswith("Recovery key, shown"))
    new = key.rpartition(": ")[2]
    assert new != case.recovery
    assert case("unlock", "--recovery", lines=(new,)).status == 0
    assert case("unlock", "--recovery", lines=(case.recovery,)).status == 2
    assert case("verify").status == 0


def test_a_mistyped_recovery_key_is_told_apart_from_a_wrong_one(case: CaseRun) -> None:
    other = recovery_text(bytes(20))
    one_line(case("unlock", "--recovery", lines=(other,)), "opens no slot")
    one_line(case("unlock", "--recovery", lines=(other[:-1] + "z",)), "mistyped")


def test_a_new_member_makes_a_signing_key_that_nobody_else_has(
    case: CaseRun, letter: Path, age_key: tuple[Path, str]
) -> None:
    key, recipient = age_key
    case("share", "--name", "Other Sample", "--recipient", recipient)
    hint = "could sign in your name"
    assert hint in case.with_key("unlock", key=key).out
    assert hint not in case("unlock").out
    done = case.with_key("unlock", "--new-signing-key", key=key)
    assert done.status == 0, done.err
    assert done.out.startswith("You sign with the key ")
    assert hint not in case.with_key("unlock", key=key).out
    assert case.with_key("add", letter, key=key).status == 0
    assert "  Other Sample  new-key  member/" in case("log").out
    assert case("verify").status == 0
    assert case("unlock", "--new-signing-key").status == 2


def test_the_keyring_opens_a_case_that_it_was_told_of(
    case: CaseRun, use_ring: Callable[[object], None]
) -> None:
    ring = Ring()
    use_ring(ring)
    assert case.run("unlock", case.folder, "--keyring").status == 2
    assert case("unlock", "--remember").status == 0
    assert list(ring.kept.values()) == [PASSPHRASE]
    assert case.run("unlock", case.folder, "--keyring").status == 0
    assert case("unlock", "--new-passphrase", "--remember", lines=BOTH).status == 0
    assert list(ring.kept.values()) == [OTHER_PASSPHRASE]
    assert case.run("verify", case.folder, "--keyring").status == 0


def test_only_what_opens_the_case_is_remembered_and_only_a_passphrase(
    case: CaseRun, use_ring: Callable[[object], None]
) -> None:
    ring = Ring()
    use_ring(ring)
    assert case("unlock", "--remember", lines=OTHER).status == 2
    done = case("unlock", "--remember", "--recovery", lines=(case.recovery,))
    assert (done.status, ring.kept) == (2, {})
    assert case.recovery not in done.err
