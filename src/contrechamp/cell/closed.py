"""Closed by default: where this system cannot confine a process, strangers' bytes are not read."""

from collections.abc import Collection

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.cell.confinement import REQUIRED

#: What of the system gives a restriction.
_GIVEN_BY = {"files": "Landlock", "network": "seccomp", "processes": "seccomp"}


def is_closed(restrictions: Collection[str]) -> bool:
    """Tell whether all is in force that the cell needs."""
    return all(name in restrictions for name in REQUIRED)


def need_closed(restrictions: Collection[str], name: str, *, unconfined: bool = False) -> None:
    """Check that the cell is closed, or that the user said to go on without.

    Args:
        restrictions: in force, as `contrechamp.cell.confinement.confine` returns them.
        name: what the user calls the file.
        unconfined: whether the user said so.

    Raises:
        InputError: it is not, and the user did not.
    """
    if is_closed(restrictions) or unconfined:
        return
    raise InputError(refusal(restrictions), where=name)


def refusal(restrictions: Collection[str]) -> str:
    """Return why a file is not read where only these restrictions are in force."""
    lacking = [_GIVEN_BY.get(name, name) for name in REQUIRED if name not in restrictions]
    return _(
        "is not read: this system lacks {what}, and without it a file made to do harm could "
        "reach all that you can. Read it on a Linux that has it; --unconfined reads it here "
        "all the same"
    ).format(what=", ".join(dict.fromkeys(lacking)))
