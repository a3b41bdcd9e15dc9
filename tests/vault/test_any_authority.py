"""Any history of members who keep to the rules is accepted; one who does not gains nothing."""

import copy
from collections.abc import Iterator
from hashlib import sha256

from hypothesis import given, settings
from hypothesis import strategies as st

from contrechamp.vault.log.authority import follow
from contrechamp.vault.log.custody import Entry, Keys, Readers
from contrechamp.vault.log.roll import Chain, keys_of
from contrechamp.vault.log.signing import key_name

NAMES = [letter * 16 for letter in "abcdef"]
FIRST, EVIL = NAMES[0], NAMES[1]
ACTIONS = [
    "new", "share", "unshare", "new-passphrase", "new-key", "replace-key", "adopt", "edit", "merge",
    "compartment", "admit", "erase", "seal",
]  # fmt: skip
step = st.tuples(st.sampled_from(ACTIONS), *[st.integers(0, 5)] * 3, st.sets(st.integers(0, 5)))
steps = st.lists(step, max_size=25)


def recipient(number: int) -> str:
    return f"age1{number:058d}"


def public(number: int) -> str:
    return sha256(str(number).encode()).hexdigest()


class Log:
    """A log that is written by people, each with a key that only they have."""

    def __init__(self) -> None:
        self.chain, self.number, self.fresh = Chain("log"), 0, 100
        self.merged: dict[str, Chain] = {}
        self.place = "here"
        self.write(FIRST, "new", "case")
        self.write(
            FIRST, "share", f"member/{FIRST}", keys=Keys(recipient(0), public(0)), fresh=True
        )

    def write(
        self,
        member: str,
        action: str,
        subject: str,
        *,
        signer: str = "",
        fresh: bool = False,
        **more,
    ) -> None:
        """Add an entry, signed by the newest key of its member, and by the key in it if fresh."""
        signer = signer or member
        known = self.chain.members.get(signer)
        names = set()
        if known is not None:
            key = known.keys[-1]
            names.add((key_name("log", signer, key.number), key.public))
        if fresh:
            keys = more["keys"]
            name = subject.removeprefix("member/")
            names.add((key_name("log", name, keys.number), bytes.fromhex(keys.signing)))
        digest = sha256(f"{self.place} {self.number}".encode()).hexdigest()
        entry = Entry(self.number, "2026-05-01T12:00:00Z", member, action, subject, digest, **more)
        follow(self.chain, entry, lambda name, key: (name, key) in names, self.merged.get)
        self.number += 1

    def copy(self) -> "Log":
        """Return the log of a copy, which goes on by itself."""
        made = copy.copy(self)
        made.chain, made.merged, made.place = self.chain.copy(), {}, "there"
        return made

    def merge(self, member: str, other: "Log") -> None:
        """Write the entry of a merge."""
        self.merged["branch"] = other.chain
        self.write(member, "merge", f"merge/{self.number}", branch="branch")

    def next_keys(self, member: str) -> Keys:
        self.fresh += 1
        known = keys_of(self.chain, member)
        number = 1 if known is None else known.number + 1
        same = known.recipient if known is not None else recipient(self.fresh)
        return Keys(same, public(self.fresh), number)

    def current(self) -> list[str]:
        return sorted(one for one, member in self.chain.members.items() if member.is_current)


def honest(log: Log, what: tuple) -> None:
    """Do a step that the rules allow, if there is one like it."""
    action, who, about, which, others = what
    here = log.current()
    me, other = here[who % len(here)], NAMES[about]
    open_to_me = [one for one in log.chain.current() if me in log.chain.readers(one)]
    if action == "share" and other not in log.chain.members:
        log.write(me, action, f"member/{other}", keys=log.next_keys(other))
    elif action in {"unshare", "replace-key"} and other in here and other != me:
        if action == "unshare":
            log.write(me, action, f"member/{other}")
        else:
            log.fresh += 1
            new = Keys(recipient(log.fresh), public(log.fresh), log.next_keys(other).number)
            log.write(me, action, f"member/{other}", keys=new)
    elif action == "new-passphrase":
        log.write(me, action, f"member/{me}")
    elif action == "new-key":
        log.write(me, action, f"member/{me}", keys=log.next_keys(me), fresh=True)
    elif action == "compartment":
        if len(open_to_me) == len(log.chain.current()):
            allowed = {one for each in open_to_me for one in log.chain.readers(each)} or {me}
            readers = {NAMES[one] for one in others} & allowed or {me}
            made = Readers(recipient(log.number + 1000), tuple(sorted(readers)))
            log.write(me, action, f"compartment/{log.number}", compartment=made)
            for one in open_to_me:
                log.write(me, "erase", f"compartment/{one.id}")
    elif action == "admit" and open_to_me and other in here:
        one = open_to_me[which % len(open_to_me)]
        readers = tuple(sorted(one.readers | {other}))
        made = Readers(one.recipient, readers)
        log.write(me, action, f"compartment/{one.id}", compartment=made)
    elif action == "seal":
        log.write(me, action, "identity/1")


@given(steps)
@settings(max_examples=300, deadline=None)
def test_histories_of_those_who_keep_to_the_rules_are_accepted(history: list[tuple]) -> None:
    log = Log()
    for what in history:
        honest(log, what)
    assert log.chain.problems == []


def any_entry(log: Log, what: tuple) -> None:
    """Write any entry of a form that can be read, signed by one member alone."""
    action, who, about, which, others = what
    subjects = [f"member/{NAMES[about]}", f"compartment/{'ab' * 8}", "case", "identity/1"]
    subjects += [f"compartment/{one}" for one in log.chain.compartments] * 2
    subject, more = subjects[(which + about) % len(subjects)], {}
    known = list(log.chain.compartments.values())
    if subject.startswith("member/") and which % 3:
        number = log.next_keys(NAMES[about]).number
        log.fresh += 1
        more["keys"] = Keys(recipient(7000 + who), public(log.fresh), max(1, number - which % 2))
    if subject.startswith("compartment/") and which % 4:
        to = known[about % len(known)].recipient if known and who % 2 else recipient(8000)
        more["compartment"] = Readers(to, tuple(sorted(NAMES[one] for one in others)))
    author = EVIL if who % 2 else NAMES[who]
    log.write(author, action, subject, signer=EVIL, fresh="keys" in more and who % 3 == 0, **more)


def unchanged(before: Chain, after: Chain) -> Iterator[bool]:
    """Say of everybody else whether they and what they read are as before, or seen to be not."""
    for name, one in before.members.items():
        now = after.members[name]
        if name != EVIL:
            replaced = len(now.replaced) > len(one.replaced)
            yield replaced or (now.recipient, now.keys) == (one.recipient, one.keys)
    for name in after.members.keys() - before.members.keys():
        yield after.members[name].by == EVIL


@given(steps, st.lists(step, min_size=1, max_size=12))
@settings(max_examples=500, deadline=None)
def test_one_member_alone_changes_nothing_of_anothers(
    history: list[tuple], attempts: list[tuple]
) -> None:
    log = Log()
    log.write(FIRST, "share", f"member/{EVIL}", keys=log.next_keys(EVIL))
    for what in history:
        honest(log, what)
    before = log.chain.copy()
    readers = [(one.recipient, before.readers(one)) for one in before.current()]
    for what in attempts:
        any_entry(log, what)
    assert all(unchanged(before, log.chain))
    inside = any(EVIL in those for _key, those in readers)
    touched = any(
        not log.chain.members[one].is_current
        or log.chain.members[one].replaced != before.members[one].replaced
        for _key, those in readers
        for one in those
    )
    if readers and not inside and not touched:
        now = [(one.recipient, log.chain.readers(one)) for one in log.chain.current()]
        assert now == readers
