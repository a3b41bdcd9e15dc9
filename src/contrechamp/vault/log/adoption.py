"""Taking over the members of a log of the older form, whose entries say no keys.

From then on the chain of members is proven (`authority`). What was before stays as it is, and is
said to be unproven: whoever does this vouches for what the tables and records say at that point.
"""

from datetime import datetime

from contrechamp.vault import case as cases
from contrechamp.vault import database, values
from contrechamp.vault.case import Case, Change
from contrechamp.vault.log import canonical, custody, roll


def is_due(case: Case) -> bool:
    """Return whether a log has only entries of the older form."""
    return bool(case.size) and not case.chain.birth


def adopt(case: Case, now: datetime) -> None:
    """Write the entries that take members, keys and the compartment over.

    Args:
        case: open for writing, with a log of the older form.
        now: for the log.

    Raises:
        InputError: if the log ends in something that nobody signed.
        OutputError: if it cannot be written.
    """
    with database.transaction(case.database):
        cases.append(case, changes(case), now)


def changes(case: Case) -> list[Change]:
    """Return the changes that `adopt` writes, that of the member who does it first."""
    me = case.unlocked.member
    current = [one.id for one in case.chain.members.values() if one.is_current]
    found = []
    for member in sorted(current, key=lambda one: (one != me, one)):
        subject = roll.MEMBER + member
        keys = roll.keys_of(case.chain, member)
        found.append(Change("adopt", subject, _state(case, subject), keys=keys))
    for one in case.chain.compartments.values():
        if not one.erased:
            subject = roll.COMPARTMENT + one.id
            said = custody.Readers(one.recipient, tuple(sorted(one.readers)))
            found.append(Change("adopt", subject, _state(case, subject), compartment=said))
    return found


def _state(case: Case, subject: str) -> dict[str, object]:
    (state,) = case.database.execute(
        "SELECT state FROM records WHERE subject = ?", (subject,)
    ).fetchone()
    return dict(canonical.loads(values.blob(state, "records.state")))
