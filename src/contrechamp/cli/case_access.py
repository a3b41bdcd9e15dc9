"""Opening a case for a command: whose key, which case, and what this machine saw of it last."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import category

import click

from contrechamp.base.errors import UsageError
from contrechamp.base.i18n import _
from contrechamp.base.machine import no_core_dumps, seen_folder
from contrechamp.cli.secret_input import SecretSource, read_secret

if TYPE_CHECKING:
    from contrechamp.vault.case import Case


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


def member_name_option() -> click.Option:
    """``--name``: of a member."""
    return click.Option(
        ["--name"],
        required=True,
        metavar="NAME",
        help=_("Of the member; it stands in the case encrypted."),
    )


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
    from contrechamp.vault import case, opening, seen
    from contrechamp.vault.access import system_keyring

    no_core_dumps()
    file, _content, _copy = case.read_casefile(folder)
    secret = read_secret(source, log_origin=file.log_origin)
    if remember and not isinstance(secret, str):
        raise UsageError(_("--remember is for passphrases, not for recovery keys and key files"))
    with (
        opening.opened(folder, secret, write=write) as found,
        seen.following(found, seen_folder(), write=write) as known,
    ):
        if remember and isinstance(secret, str):
            system_keyring.keep(secret, log_origin=file.log_origin)
        yield found
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
