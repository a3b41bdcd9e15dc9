"""Timestamps by OpenTimestamps that lie beside what they are of, in a capture."""

from collections.abc import Collection

from contrechamp.base.errors import InputError
from contrechamp.vault.anchors import ots
from contrechamp.vault.captures.findings import Findings


def check(stamp_file: bytes, there: Collection[str], name: str, checks: Findings) -> None:
    """Say what a stamp is of, and where it leads.

    Whether a block of Bitcoin holds it is not known without that block's header; `anchors.ots` can
    tell with it.

    Args:
        stamp_file: the stamp.
        there: SHA-256 in hexadecimal of what lies beside it.
        name: of the stamp.
        checks: is filled.
    """
    try:
        digest, leads = ots.stamped(stamp_file)
    except InputError:
        checks.add("stamp-unread", name)
        return
    if digest.hex() not in there:
        checks.add("stamp-of-other", name)
        return
    for lead in leads:
        if lead.kind == "bitcoin":
            checks.add("stamp-bitcoin", str(lead.height))
        elif lead.kind == "pending":
            checks.add("stamp-pending", lead.calendar)
        else:
            checks.add("stamp-other", name)
