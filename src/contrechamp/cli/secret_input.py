"""Where a passphrase or key comes from: a prompt, a file descriptor, the keyring, an age file.

Never an argument, which every process of the machine can read and the shell keeps, and never an
environment variable, which child processes inherit.
"""

import getpass
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contrechamp.base.errors import InputError, UsageError
from contrechamp.base.files import unreadable
from contrechamp.base.i18n import _
from contrechamp.cli import held_case
from contrechamp.cli.apart import done_apart

if TYPE_CHECKING:
    from contrechamp.vault.access.slots import AgeIdentities, Secret

MAX_BYTES = 4096


@dataclass(frozen=True)
class SecretSource:
    """Where to read a secret; from a prompt if nothing is set.

    Args:
        passphrase_fd: number of an open file descriptor, of which one line is read.
        keyring: ask the system keyring.
        identity: an age identity file.
        recovery: the secret is a recovery key.
    """

    passphrase_fd: int | None = None
    keyring: bool = False
    identity: Path | None = None
    recovery: bool = False


def passphrase_fd_option() -> click.Option:
    """``--passphrase-fd``: where to read a passphrase that is not typed."""
    return click.Option(
        ["--passphrase-fd"],
        type=click.IntRange(0, 65535),
        metavar="N",
        help=_("Read the passphrase from file descriptor N, one line; by default it is asked."),
    )


def secret_options() -> list[click.Option]:
    """``--passphrase-fd``, ``--keyring``, ``--identity``, ``--recovery``; see `secret_source`."""
    return [
        passphrase_fd_option(),
        click.Option(
            ["--keyring"],
            is_flag=True,
            help=_("Take the passphrase from the keyring of the system."),
        ),
        click.Option(
            ["--identity"],
            type=click.Path(path_type=Path),
            metavar="FILE",
            help=_("Open the case with an age identity file."),
        ),
        click.Option(
            ["--recovery"],
            is_flag=True,
            help=_("What is asked for, or read, is the recovery key that was printed."),
        ),
    ]


def secret_source(
    passphrase_fd: int | None, keyring: bool, identity: Path | None, recovery: bool
) -> SecretSource:
    """Return the source that the options name.

    Raises:
        UsageError: if they contradict each other.
    """
    if (identity is not None) + keyring + recovery > 1 or (keyring and passphrase_fd is not None):
        raise UsageError(
            _("use one of --keyring, --identity and --recovery; --keyring reads no descriptor")
        )
    return SecretSource(passphrase_fd, keyring, identity, recovery)


@contextmanager
def again(source: SecretSource) -> Iterator[Callable[[], SecretSource]]:
    """Yield what returns a source of the same secret each time, for the length of a ``with`` block.

    What is asked for is asked again. What comes through a pipe can be read only once: it is kept in
    a file that lies in memory and has no name, until the block ends.

    Raises:
        UsageError: if the descriptor is not open.
    """
    if source.passphrase_fd is None:
        yield lambda: source
        return

    def rewound() -> SecretSource:
        os.lseek(kept, 0, os.SEEK_SET)
        return replace(source, passphrase_fd=kept)

    descriptor, kept = source.passphrase_fd, os.memfd_create("secret", os.MFD_CLOEXEC)

    def keep() -> dict[str, Any]:
        return {"written": os.write(kept, _line(descriptor) + b"\n")}

    try:
        done_apart(keep)  # so that it was never in the memory of this process
        yield rewound
    finally:
        os.close(kept)


def read_own_keys(source: SecretSource) -> "AgeIdentities | None":
    """Return the age keys with which a member opens a compartment; None without ``--identity``.

    Where no source is named, those that opened a case that is held open.

    Raises:
        InputError: if the file cannot be read or opened.
        UsageError: if there is nobody to ask, or the descriptor is not open.
    """
    from contrechamp.vault.access.identity_files import read_identities

    if source == SecretSource():
        return held_case.own_keys()
    if source.identity is None:
        return None
    prompt = _("Passphrase of {file}: ").format(file=source.identity.name)
    return read_identities(source.identity, lambda: _asked(prompt, source))


def read_secret(source: SecretSource, *, log_origin: str) -> "Secret":
    """Return the secret that opens a case.

    Args:
        source: where to read it.
        log_origin: of the case; the keyring stores its passphrase under this name.

    Raises:
        InputError: if there is none, or it is malformed; it is never part of the message.
        UsageError: if there is nobody to ask, or the descriptor is not open.
    """
    from contrechamp.vault.access import system_keyring
    from contrechamp.vault.access.recovery_keys import parse_recovery_key

    own = read_own_keys(source)
    if own is not None:
        return own
    if source.keyring:
        return system_keyring.passphrase_of(log_origin)
    if source.recovery:
        return parse_recovery_key(_asked(_("Recovery key: "), source))
    return _asked(_("Passphrase: "), source)


def read_new_passphrase(source: SecretSource) -> str:
    """Return a new passphrase: asked for twice at a prompt, or the next line of a descriptor.

    Raises:
        InputError: if it is too short, or was typed differently the second time.
        UsageError: if there is nobody to ask, or the descriptor is not open.
    """
    from contrechamp.vault.access.passphrases import check_new_passphrase

    passphrase = _asked(_("New passphrase: "), source)
    check_new_passphrase(passphrase)
    if source.passphrase_fd is None and passphrase != _asked(_("The same again: "), source):
        raise InputError(_("the two are not the same; nothing was changed"))
    return passphrase


def key_passphrase(key: Path, passphrase_fd: int | None) -> bytes:
    """Return the passphrase of a private key, asked for or read from a descriptor.

    Raises:
        InputError: if there is none.
        UsageError: if there is nobody to ask, or the descriptor is not open.
    """
    prompt = _("Passphrase of {file}: ").format(file=key.name)
    return _asked(prompt, SecretSource(passphrase_fd)).encode()


def read_line(prompt: str, descriptor: int | None) -> str:
    """Return a line that must not be shown: typed without echo, or the next of a descriptor.

    Raises:
        InputError: if it is too long, or not text.
        UsageError: if there is nobody to ask, or the descriptor is not open.
    """
    from contrechamp.vault.access.identity_files import secret_text

    return _from_terminal(prompt) if descriptor is None else secret_text(_line(descriptor))


def _asked(prompt: str, source: SecretSource) -> str:
    """Return what the user types, or the next line of the descriptor; never empty."""
    answer = read_line(prompt, source.passphrase_fd)
    if not answer:
        raise InputError(_("the passphrase is empty"))
    if len(answer) > MAX_BYTES:
        raise InputError(_("the passphrase is too long"))
    return answer


def _from_terminal(prompt: str) -> str:
    with warnings.catch_warnings():
        # getpass only warns where it cannot switch off the echo; we stop.
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return getpass.getpass(prompt)
        except (getpass.GetPassWarning, EOFError, OSError) as error:
            raise UsageError(
                _("there is no terminal to ask on; use --passphrase-fd, --keyring or --identity")
            ) from error


def _line(descriptor: int) -> bytes:
    """Return one line, leaving what follows to the next reader."""
    line = bytearray()
    try:
        if os.isatty(descriptor):
            raise UsageError(
                _("a terminal would show the passphrase; leave --passphrase-fd out to be asked")
            )
        while len(line) <= MAX_BYTES:
            byte = os.read(descriptor, 1)
            if byte in (b"", b"\n"):
                break
            line += byte
    except OSError as error:
        where = _("file descriptor {number}").format(number=descriptor)
        raise UsageError(str(unreadable(where, error))) from error
    if len(line) > MAX_BYTES:
        raise InputError(_("the passphrase is too long"))
    return bytes(line).removesuffix(b"\r")
