"""The custody log as people read it: with the names and reasons that the case still holds."""

from collections.abc import Iterator
from dataclasses import dataclass

from contrechamp.vault.case import Case
from contrechamp.vault.log import canonical, custody


@dataclass(frozen=True)
class Line:
    """One entry of the log.

    Args:
        number: from 0.
        at: UTC, ISO 8601.
        member: name of who did it.
        action: what was done.
        subject: to what.
        name: of the item or member; "" where it was erased, or has none.
        reason: why; "" where none was given.
        branch: id of the log that it is in, of another copy that was merged; "" for the case's own.
    """

    number: int
    at: str
    member: str
    action: str
    subject: str
    name: str
    reason: str
    branch: str = ""


def history(case: Case) -> list[Line]:
    """Return the entries of a case, the oldest first. What they say is not verified here."""
    names = {
        str(subject): str(canonical.loads(bytes(state)).get("name", ""))
        for subject, state in case.database.execute("SELECT subject, state FROM records")
    }
    members = {
        str(member): str(name)
        for member, name in case.database.execute("SELECT id, name FROM members")
    }
    reasons = custody.reasons(case.database)
    merges = {
        str(subject): str(canonical.loads(bytes(state)).get("branch", ""))
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
        )

    def followed(one: Line) -> Iterator[Line]:
        """Yield a line and, of a merge, what the other copy's log has beyond the fork."""
        yield one
        branch = merges.get(one.subject, "")
        for content, reason in case.database.execute(
            "SELECT content, reason FROM branch_entries WHERE branch = ? ORDER BY number", (branch,)
        ).fetchall():
            yield from followed(line(bytes(content), str(reason or ""), branch))

    return [
        found
        for number, content in custody.leaves(case.database)
        for found in followed(line(content, reasons.get(number, ""), ""))
    ]


def newest_checkpoint(case: Case) -> str:
    """Return the newest signed checkpoint, a C2SP signed note."""
    (note,) = case.database.execute(
        "SELECT note FROM checkpoints ORDER BY size DESC LIMIT 1"
    ).fetchone()
    return str(note)
