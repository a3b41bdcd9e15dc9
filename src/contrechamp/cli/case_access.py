"""Opens a case for a command, and compares it with what this machine saw of it last."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import click

from contrechamp.base import memory_files
from contrechamp.base.errors import UsageError
from contrechamp.base.i18n import _, ngettext
from contrechamp.base.machine import keep_memory_private, seen_folder
from contrechamp.cli.held_case import held_at
from contrechamp.cli.secret_input import SecretSource, read_secret
from contrechamp.cli.text_input import Line

if TYPE_CHECKING:
    from contrechamp.vault.access.slots import AgeIdentities, Secret
    from contrechamp.vault.case import Case

    #: Opens a case, for writing or not.
    Opening: TypeAlias = Callable[[bool], AbstractContextManager[Case]]


def case_argument() -> click.Argument:
    """``CASE``: the folder."""
    return click.Argument(["folder"], metavar="CASE", type=click.Path(path_type=Path))


def reason_option(*, required: bool = False, stays: bool = False) -> click.Option:
    """``--reason``: why something is done; "" where it is left out.

    Args:
        required: it must be given.
        stays: it says why something is erased, and is not erased itself.
    """
    option = click.Option(
        ["--reason"],
        required=required,
        type=Line(_("Reason")),
        metavar="TEXT",
        help=_(
            "Why; it stays in the case, encrypted, so name nobody. With - it is read as one line, "
            "and stands in no list of processes."
        )
        if stays
        else _(
            "Why; it is kept in the case, encrypted, and erased with what it is about. With - it "
            "is read as one line, and stands in no list of processes."
        ),
    )
    if not required:  # given to the constructor, None too would count as a value
        option.default = ""
    return option


def member_name_option() -> click.Option:
    """``--name``: a member's name."""
    return click.Option(
        ["--name"],
        required=True,
        type=Line(_("Name of the member")),
        metavar="NAME",
        help=_(
            "Name of the member; it stands in the case encrypted. With - it is read as one line."
        ),
    )


@contextmanager
def open_case(
    folder: Path,
    source: SecretSource,
    *,
    write: bool = False,
    remember: bool = False,
    tolerant: bool = False,
    accept: bool = False,
    own: "AgeIdentities | None" = None,
) -> Iterator["Case"]:
    """Open a case with the user's secret; note its newest checkpoint afterwards.

    A case that is not what this machine last saw there is not opened for writing.

    Args:
        folder: of the case.
        source: where to read the secret.
        write: be the only process that changes it.
        remember: store the passphrase in the system's keyring once it has opened the case.
        tolerant: open a case with things in it that are not ours, for `verify` to name them.
        accept: whatever was seen there, this case counts from now on.
        own: keys that were read already; nothing is asked then.

    Raises:
        InputError: if it is not a case, the secret is wrong, another process is writing to it, or
            it is not the one that this machine saw.
        UsageError: if the secret to remember is not a passphrase.
    """
    keep_memory_private()
    memory_files.clear_leftovers()
    secret = own or read_case_secret(folder, source, remember=remember)
    with _opened(
        folder, secret, write=write, tolerant=tolerant, remember=remember, accept=accept
    ) as found:
        yield found


@contextmanager
def reopen_case(folder: Path, source: SecretSource) -> Iterator["Opening"]:
    """Ask for the user's secret once, and yield what opens a case with it as often as needed.

    It is for commands that read for long before they write: others can write meanwhile.

    Raises:
        InputError: if it is not a case.
    """
    from contrechamp.vault.access import passphrases

    keep_memory_private()
    memory_files.clear_leftovers()
    secret = read_case_secret(folder, source)
    with passphrases.once():
        yield lambda write: _opened(folder, secret, write=write)


def check_is_case(folder: Path) -> None:
    """Check that a folder is a case, as far as that can be told without a secret.

    Raises:
        InputError: if it is not.
    """
    from contrechamp.vault import case

    with case.held(folder) as held:
        case.read_casefile(held)


def read_case_secret(folder: Path, source: SecretSource, *, remember: bool = False) -> "Secret":
    """Return what opens a case: what is held of it if no source is named, else read from there.

    Raises:
        InputError: if it is not a case, or there is no secret.
        UsageError: if the secret to remember is not a passphrase, or nobody can be asked.
    """
    from contrechamp.vault import case

    with case.held(folder) as held:
        file, _content, _copy = case.read_casefile(held)
    known = held_at(folder)
    if known is not None and known.secret is not None and source == SecretSource():
        return known.secret
    secret = read_secret(source, log_origin=file.log_origin)
    if remember and not isinstance(secret, str):
        raise UsageError(_("--remember is for passphrases, not for recovery keys and key files"))
    return secret


@contextmanager
def _opened(
    folder: Path,
    secret: "Secret",
    *,
    write: bool,
    tolerant: bool = False,
    remember: bool = False,
    accept: bool = False,
) -> Iterator["Case"]:
    from contrechamp.dossier.opening import opened_and_known
    from contrechamp.vault.access import system_keyring

    with opened_and_known(
        folder, secret, seen_folder(), _say, write=write, tolerant=tolerant, accept=accept
    ) as found:
        kept = held_at(folder)
        if kept is not None and (more := kept.grown(found)) > 0:
            _tell_of_others(more)
        if remember and isinstance(secret, str):
            system_keyring.keep(secret, log_origin=found.file.log_origin)
        yield found
        if kept is not None:
            kept.grown(found)


def _say(line: str) -> None:
    click.echo(line, err=True)


def _tell_of_others(entries: int) -> None:
    """Say that a case that is held open was written to by another process."""
    line = ngettext(
        "note: since the last command here, {count} entry was added to the log; see log",
        "note: since the last command here, {count} entries were added to the log; see log",
        entries,
    )
    click.echo(line.format(count=entries), err=True)


def know_own_case(folder: Path) -> None:
    """Note that a case was made here, in the place of whatever was there before."""
    from contrechamp.vault.known_case import note_own

    note_own(folder, seen_folder())


def now() -> datetime:
    """Return the current time, for the log."""
    return datetime.now(UTC)
