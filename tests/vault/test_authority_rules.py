"""Each rule of the chain of members by itself: what it lets through, and what it refuses."""

import pytest

from contrechamp.vault.log.custody import Keys, Readers
from vault.test_any_authority import EVIL, FIRST, NAMES, Log, public, recipient

READER = NAMES[2]


@pytest.fixture
def log() -> Log:
    """A log with three members; two of them can read identities."""
    made = Log()
    for name in (EVIL, READER):
        made.write(FIRST, "share", f"member/{name}", keys=made.next_keys(name))
    compartment(made, FIRST, "compartment", "1", [FIRST])
    compartment(made, FIRST, "admit", "1", [FIRST, READER])
    assert refusals(made) == 0
    return made


def compartment(
    log: Log, member: str, action: str, name: str, readers: list[str], key: int = 500
) -> None:
    said = Readers(recipient(key), tuple(sorted(readers)))
    log.write(member, action, f"compartment/{name}", compartment=said)


def refusals(log: Log) -> int:
    """Return how many entries were refused by the rules, all signatures being right."""
    assert {one.kind for one in log.chain.problems} <= {"authority"}
    return len(log.chain.problems)


def readers(log: Log) -> list[tuple[str, set[str]]]:
    return [(one.id, set(log.chain.readers(one))) for one in log.chain.current()]


def test_a_new_key_signs_its_own_beginning(log: Log) -> None:
    log.write(READER, "new-key", f"member/{READER}", keys=log.next_keys(READER))
    assert [one.kind for one in log.chain.problems] == ["entry"]
    assert len(log.chain.members[READER].keys) == 1


def test_a_member_may_change_their_recipient_with_a_new_key(log: Log) -> None:
    new = Keys(recipient(9), public(9), 2)
    log.write(READER, "new-key", f"member/{READER}", keys=new, fresh=True)
    assert refusals(log) == 0
    assert log.chain.members[READER].recipient == recipient(9)


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        (Keys(recipient(0), public(900), 1), "the same key has access"),
        (Keys(recipient(900), public(0), 1), "was used before"),
        (Keys(recipient(900), public(900), 2), "does not say the keys"),
        (None, "keys of a member"),
    ],
)
def test_a_member_is_let_in_with_keys_of_their_own(log: Log, keys: Keys | None, why: str) -> None:
    log.write(FIRST, "share", f"member/{NAMES[3]}", keys=keys)
    assert why in log.chain.problems[0].message
    assert NAMES[3] not in log.chain.members


def test_who_left_may_be_let_in_again_under_another_id(log: Log) -> None:
    old = log.chain.members[READER].recipient
    log.write(FIRST, "unshare", f"member/{READER}")
    log.write(FIRST, "share", f"member/{NAMES[3]}", keys=Keys(old, public(900), 1))
    assert refusals(log) == 0
    log.write(FIRST, "share", f"member/{READER}", keys=Keys(recipient(901), public(901), 1))
    assert refusals(log) == 1


def test_the_next_compartment_is_made_by_a_reader_for_readers(log: Log) -> None:
    compartment(log, EVIL, "compartment", "2", [FIRST], 600)  # whose key they would have made
    compartment(log, FIRST, "compartment", "2", [FIRST, EVIL], 600)
    compartment(log, FIRST, "compartment", "1", [FIRST], 600)  # it is there already
    compartment(log, FIRST, "compartment", "2", [], 600)
    assert refusals(log) == 4
    compartment(log, FIRST, "compartment", "2", [READER], 600)
    log.write(FIRST, "erase", "compartment/1")
    assert refusals(log) == 4
    assert readers(log) == [("2", {READER})]
    compartment(log, FIRST, "compartment", "3", [FIRST], 700)  # no reader any more
    assert refusals(log) == 5


def test_when_nobody_is_left_who_reads_it_the_next_sealer_makes_another(log: Log) -> None:
    for name in (FIRST, READER):
        log.write(EVIL, "unshare", f"member/{name}")
    compartment(log, EVIL, "compartment", "2", [EVIL], 600)
    assert refusals(log) == 0
    assert readers(log) == [("2", {EVIL})]


def test_to_let_somebody_in_shuts_nobody_out_and_changes_no_key(log: Log) -> None:
    compartment(log, READER, "admit", "1", [READER, EVIL])
    compartment(log, READER, "admit", "1", [FIRST, READER, EVIL], 600)
    compartment(log, READER, "admit", "1", [FIRST, READER, NAMES[4]])
    compartment(log, READER, "admit", "9", [FIRST, READER])
    assert refusals(log) == 4
    assert readers(log) == [("1", {FIRST, READER})]


# Merges


def test_members_of_a_merged_log_come_with_the_keys_that_it_proves(log: Log) -> None:
    other, new = log.copy(), NAMES[3]
    keys = other.next_keys(new)
    other.write(READER, "share", f"member/{new}", keys=keys)
    log.write(FIRST, "merge", f"member/{new}", keys=keys)  # before the log is here
    assert refusals(log) == 1
    log.merge(FIRST, other)
    log.write(FIRST, "merge", f"member/{new}", keys=Keys(keys.recipient, public(900), 1))
    log.write(FIRST, "merge", f"member/{NAMES[4]}", keys=Keys(recipient(901), public(901), 1))
    log.write(FIRST, "merge", f"member/{EVIL}", keys=log.next_keys(EVIL))
    assert refusals(log) == 4
    log.write(FIRST, "merge", f"member/{new}", keys=keys)
    assert refusals(log) == 4
    assert not log.chain.has_access(new)


@pytest.mark.parametrize("flaw", ["another birth", "no birth", "refused"])
def test_a_log_that_proves_nothing_brings_nothing(log: Log, flaw: str) -> None:
    other, new = log.copy(), NAMES[3]
    keys = other.next_keys(new)
    other.write(READER, "share", f"member/{new}", keys=keys)
    compartment(other, READER, "compartment", "2", [READER], 600)
    if flaw == "refused":
        other.write(EVIL, "edit", f"member/{new}")
    else:
        other.chain.birth = "" if flaw == "no birth" else "other"
    log.merge(FIRST, other)
    assert refusals(log) == 0
    log.write(FIRST, "merge", f"member/{new}", keys=keys)
    compartment(log, FIRST, "merge", "2", [READER], 600)
    assert refusals(log) == 2
    assert readers(log) == [("1", {FIRST, READER})]


def test_a_merged_log_that_is_not_here_is_refused(log: Log) -> None:
    log.write(FIRST, "merge", "merge/1", branch="branch")
    assert refusals(log) == 1


def test_who_was_dismissed_there_is_dismissed_here(log: Log) -> None:
    other = log.copy()
    compartment(other, FIRST, "compartment", "2", [FIRST], 600)
    other.write(FIRST, "erase", "compartment/1")
    log.merge(EVIL, other)
    assert readers(log) == [("1", {FIRST})]
    compartment(log, EVIL, "merge", "1", [FIRST, READER])
    compartment(log, EVIL, "merge", "2", [FIRST, READER], 600)
    assert refusals(log) == 2
    compartment(log, EVIL, "merge", "2", [FIRST], 600)
    log.write(EVIL, "merge", "compartment/1")
    assert refusals(log) == 2
    assert readers(log) == [("2", {FIRST})]


def test_who_was_dismissed_there_does_not_come_back_by_an_older_log(log: Log) -> None:
    other, old = log.copy(), log.copy()
    compartment(other, FIRST, "compartment", "2", [FIRST], 600)
    other.write(FIRST, "erase", "compartment/1")
    log.merge(EVIL, other)
    old.write(EVIL, "seal", "identity/1")
    log.merge(EVIL, old)
    compartment(log, EVIL, "merge", "1", [FIRST, READER])
    compartment(log, EVIL, "merge", "3", [FIRST, READER])
    assert refusals(log) == 2
    assert readers(log) == [("1", {FIRST})]


def test_who_was_dismissed_here_does_not_come_back_by_a_merge(log: Log) -> None:
    other = log.copy()
    compartment(log, FIRST, "compartment", "2", [FIRST], 600)
    log.write(FIRST, "erase", "compartment/1")
    other.write(READER, "seal", "identity/1")
    log.merge(EVIL, other)
    compartment(log, EVIL, "merge", "1", [FIRST, READER])
    compartment(log, EVIL, "merge", "3", [FIRST, READER])
    assert refusals(log) == 2
    compartment(log, EVIL, "merge", "3", [FIRST])  # needed for what was sealed there meanwhile
    assert refusals(log) == 2


def test_logs_that_shut_out_each_others_readers_are_not_merged(log: Log) -> None:
    other = log.copy()
    compartment(log, FIRST, "compartment", "2", [FIRST], 600)
    compartment(other, READER, "compartment", "3", [READER], 700)
    for one, who in ((log, FIRST), (other, READER)):
        one.write(who, "erase", "compartment/1")
    log.merge(EVIL, other)
    assert refusals(log) == 1
    assert readers(log) == [("2", {FIRST})]


def test_who_was_let_in_there_is_let_in_here_and_nobody_else_goes(log: Log) -> None:
    other = log.copy()
    compartment(other, READER, "admit", "1", [FIRST, READER, EVIL])
    log.merge(EVIL, other)
    compartment(log, EVIL, "merge", "1", [EVIL])
    assert refusals(log) == 1
    compartment(log, EVIL, "merge", "1", [FIRST, READER, EVIL])
    assert refusals(log) == 1
    assert readers(log) == [("1", {FIRST, READER, EVIL})]


def test_no_compartment_is_erased_by_a_merge_that_no_merged_log_erased(log: Log) -> None:
    log.merge(EVIL, log.copy())
    log.write(EVIL, "merge", "compartment/1")
    assert refusals(log) == 1
    assert readers(log) == [("1", {FIRST, READER})]


def test_a_key_does_not_come_twice_nor_back_without_a_merge(log: Log) -> None:
    log.merge(EVIL, log.copy())
    compartment(log, EVIL, "merge", "2", [FIRST, READER])
    assert refusals(log) == 1
    compartment(log, FIRST, "compartment", "3", [FIRST], 600)
    log.write(FIRST, "erase", "compartment/1")
    other = log.copy()
    log.merge(EVIL, other)
    compartment(log, EVIL, "merge", "4", [FIRST])
    assert refusals(log) == 2
    assert readers(log) == [("3", {FIRST})]
