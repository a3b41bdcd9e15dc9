"""The custody log as people read it, with the names and reasons that the case still holds."""

from collections.abc import Iterator
from dataclasses import dataclass

from contrechamp.base.errors import InputError
from contrechamp.vault.case import Case
from contrechamp.vault.log import canonical, clock, custody
from contrechamp.vault.values import blob, text


@dataclass(frozen=True)
class Line:
    """One entry of the log.

    Args:
        number: position in the log, from 0.
        at: UTC, ISO 8601.
        member: name of the member who did it.
        action: what was done.
        subject: what it was done to.
        name: name of the item or member; "" if it was erased or there is none.
        reason: why; "" if no reason was given.
        branch: id of the merged branch that has the entry; "" for the case's own log.
        set_back: whether it says an earlier time than the entry before it.
    """

    number: int
    at: str
    member: str
    action: str
    subject: str
    name: str
    reason: str
    branch: str = ""
    set_back: bool = False


def history(case: Case) -> list[Line]:
    """Return the entries of a case's log, the oldest first, without verifying them."""
    names = {
        str(subject): _said(state, "name")
        for subject, state in case.database.execute("SELECT subject, state FROM records")
    }
    members = {
        str(member): str(name)
        for member, name in case.database.execute("SELECT id, name FROM members")
    }
    set_back = clock.set_back(case.database)
    reasons = custody.reasons(case.database)
    merges = {
        str(subject): _said(state, "branch")
        for subject, state in case.database.execute(
            "SELECT subject, state FROM records WHERE subject LIKE 'merge/%'"
        )
    }

    def line(content: bytes, reason: str, branch: str) -> Line:
        entry = custody.entry_of(canonical.loads(content))
        return Line(
            number=entry.number,
            at=entry.at,
            member=members.get(entry.member, entry.member),
            action=entry.action,
            subject=entry.subject,
            name=names.get(entry.subject, ""),
            reason=reason,
            branch=branch,
            set_back=(branch, entry.number) in set_back,
        )

    def followed(one: Line) -> Iterator[Line]:
        """Yield a line and, if it is of a merge, the entries of the other log after the fork."""
        yield one
        branch = merges.get(one.subject, "")
        for content, reason in case.database.execute(
            "SELECT content, reason FROM branch_entries WHERE branch = ? ORDER BY number", (branch,)
        ).fetchall():
            leaf = blob(content, "branch_entries.content")
            yield from followed(line(leaf, str(reason or ""), branch))

    return [
        found
        for number, content in custody.leaves(case.database)
        for found in followed(line(content, reasons.get(number, ""), ""))
    ]


def _said(state: bytes, name: str) -> str:
    """Return what a state says; "" if it is not of our making: that keeps nobody from the log."""
    try:
        found = canonical.loads(bytes(state))
    except InputError:
        return ""
    return str(found.get(name, "")) if isinstance(found, dict) else ""


def newest_checkpoint(case: Case) -> str:
    """Return the newest signed checkpoint, a C2SP signed note."""
    (note,) = case.database.execute(
        "SELECT note FROM checkpoints ORDER BY size DESC LIMIT 1"
    ).fetchone()
    return text(note, "checkpoints.note")
