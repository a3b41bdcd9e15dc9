"""The custody log as people read it: with the names and reasons that the case still holds."""

from dataclasses import dataclass

from contrechamp.vault import canonical, custody
from contrechamp.vault.case import Case


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
    """

    number: int
    at: str
    member: str
    action: str
    subject: str
    name: str
    reason: str


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
    reasons = {
        int(number): str(text)
        for number, text in case.database.execute("SELECT number, text FROM reasons")
    }
    lines = []
    for _number, content in custody.leaves(case.database):
        entry = custody.entry_of(canonical.loads(content))
        lines.append(
            Line(
                number=entry.number,
                at=entry.at,
                member=members.get(entry.member, entry.member),
                action=entry.action,
                subject=entry.subject,
                name=names.get(entry.subject, ""),
                reason=reasons.get(entry.number, ""),
            )
        )
    return lines


def newest_checkpoint(case: Case) -> str:
    """Return the newest signed checkpoint, a C2SP signed note."""
    (note,) = case.database.execute(
        "SELECT note FROM checkpoints ORDER BY size DESC LIMIT 1"
    ).fetchone()
    return str(note)
