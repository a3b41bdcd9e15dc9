"""Opening a case for a command: whose key, which case, and what this machine saw of it last."""

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import category

import click

from contrechamp.base.errors import InputError, UsageError
from contrechamp.base.i18n import _
from contrechamp.cli.secret_input import SecretSource, keep_in_keyring, read_secret

if TYPE_CHECKING:
    from contrechamp.vault.case import Case

#: Below the folder that the system has for what programs note about themselves.
STATE = ("contrechamp", "seen")


def case_argument() -> click.Argument:
    """``CASE``: the folder."""
    return click.Argument(["folder"], metavar="CASE", type=click.Path(path_type=Path))


def reason_option(*, required: bool = False) -> click.Option:
    """``--reason``: why something is done; "" where it may be left out, and is."""
    option = click.Option(
        ["--reason"],
        required=required,
        metavar="TEXT",
        help=_("Why; it is kept in the case, encrypted."),
    )
    if not required:  # given to the constructor, None too would count as a value
        option.default = ""
    return option


@contextmanager
def open_case(
    folder: Path, source: SecretSource, *, write: bool = False, remember: bool = False
) -> Iterator["Case"]:
    """Open a case with the secret that the user gives; afterwards note its newest checkpoint.

    Args:
        folder: of the case.
        source: where the secret is read.
        write: be the one process that changes it.
        remember: put the passphrase into the keyring of the system once it has opened the case.

    Raises:
        InputError: if it is no case, the secret is wrong, or another process writes to it.
        UsageError: if what is to be remembered is no passphrase.
    """
    from contrechamp.vault import case, opening

    no_core_dumps()
    file, _content, _copy = case.read_casefile(folder)
    secret = read_secret(source, log_origin=file.log_origin)
    if remember and not isinstance(secret, str):
        raise UsageError(_("--remember is for passphrases, not for recovery keys and key files"))
    with opening.opened(folder, secret, write=write) as found:
        known = not write or goes_on_from_seen(found)
        if remember and isinstance(secret, str):
            keep_in_keyring(secret, log_origin=file.log_origin)
        yield found
        if write and known:
            note_seen(found)
    if not known:
        click.echo(
            _(
                "warning: {folder} is not the one that this machine has seen: it is an older copy, "
                "or was rewritten; contrechamp verify says more"
            ).format(folder=folder.name),
            err=True,
        )


def shown(text: object) -> str:
    r"""Return text of others on one line, so that it can neither forge lines nor steer a terminal.

    What cannot be printed, and what turns the direction of writing, is escaped; letters of every
    script stay, and so do the two joiners that Persian and Hindi need, and the spaces that French
    has before a colon.

    >>> shown("a\nb")
    'a\\nb'
    """
    text = os.fsencode(str(text)).decode("utf-8", "backslashreplace")
    return "".join(
        letter if letter.isprintable() or letter in "\u200c\u200d" or category(letter) == "Zs"
        else letter.encode("unicode_escape").decode()
        for letter in text
    )  # fmt: skip


def now() -> datetime:
    """Return the time, for the log."""
    return datetime.now(UTC)


def no_core_dumps() -> None:
    """Keep the memory of this process, which holds keys, from being written to a disk."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def last_seen(case: "Case") -> str | None:
    """Return the newest checkpoint of a case that this machine has seen, if any."""
    try:
        return _seen_file(case.file.log_origin).read_text()
    except (OSError, ValueError):
        return None


def goes_on_from_seen(case: "Case") -> bool:
    """Return whether the log still begins with the entries that this machine has seen of it.

    Where it does not, what was seen must stay: noting what is there instead would make an older
    copy that was put back, and then added to, look like the right one.
    """
    from contrechamp.vault.log import branches, checkpoint, custody, merkle

    note = last_seen(case)
    if note is None:
        return True
    try:
        seen, _signatures = checkpoint.parse(note)
    except InputError:
        return True  # half-written by a machine that crashed: it tells nothing
    frontier = merkle.Frontier()
    for number, leaf in custody.leaves(case.database):
        if number == seen.size:
            break
        frontier.append(merkle.leaf_hash(leaf))
    if seen.size <= case.size and frontier.root() == seen.root:
        return True
    # Of a copy that was merged since, this machine has seen what is a branch now.
    return branches.contains(case, seen.size, seen.root)


def note_seen(case: "Case") -> None:
    """Keep the newest checkpoint outside of the case: only so an older copy of it can be told.

    What is kept is a random name, a count and a hash. A machine on which nothing can be kept is
    no error.
    """
    row = case.database.execute(
        "SELECT note FROM checkpoints ORDER BY size DESC LIMIT 1"
    ).fetchone()
    path = _seen_file(case.file.log_origin)
    if row is None:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = path.with_suffix(".partial")
        partial.write_text(str(row[0]))
        partial.replace(path)
    except OSError:
        return


def _seen_file(log_origin: str) -> Path:
    state = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(state, *STATE, log_origin.rpartition("/")[2])
