"""Where a passphrase or key comes from: a prompt, a file descriptor, the keyring, an age file.

Never an argument, which every process of the machine can read and the shell keeps, and never an
environment variable, which child processes inherit.
"""

import contextlib
import getpass
import os
import secrets
import time
import unicodedata
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pyrage

from contrechamp.base.errors import InputError, UsageError
from contrechamp.base.files import not_utf8, read_bounded, unreadable
from contrechamp.base.i18n import _
from contrechamp.vault.access.keys import KdfParameters, kek, parse_recovery_key
from contrechamp.vault.access.slots import AgeIdentities, Secret, recipient_of

#: A seized disk can be guessed at for years: a new passphrase has at least so many characters.
MIN_CHARACTERS = 12
MAX_BYTES = 4096
MAX_IDENTITY_FILE_BYTES = 1 << 16
#: Name of the service in the system keyring; the user name is the name of the case's log.
SERVICE = "contrechamp"

_ENCRYPTED = (b"age-encryption.org/", b"-----BEGIN AGE ENCRYPTED FILE-----")


@dataclass(frozen=True)
class SecretSource:
    """Where the user wants the secret to be read; a prompt where nothing is given.

    Args:
        passphrase_fd: number of an open file descriptor; one line is read from it.
        keyring: ask the system keyring.
        identity: age identity file.
        recovery: what is read is a recovery key.
    """

    passphrase_fd: int | None = None
    keyring: bool = False
    identity: Path | None = None
    recovery: bool = False


def passphrase_fd_option() -> click.Option:
    """``--passphrase-fd``: where a passphrase is read that is not typed."""
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
        UsageError: if they do not go together.
    """
    if (identity is not None) + keyring + recovery > 1 or (keyring and passphrase_fd is not None):
        raise UsageError(
            _("use one of --keyring, --identity and --recovery; --keyring reads no descriptor")
        )
    return SecretSource(passphrase_fd, keyring, identity, recovery)


def read_secret(source: SecretSource, *, log_origin: str) -> Secret:
    """Return what shall open a case.

    Args:
        source: where to read it.
        log_origin: of the case: the name under which a keyring has its passphrase.

    Raises:
        InputError: if there is none, or it cannot be one; it is never part of the message.
        UsageError: if there is nobody to ask, or the descriptor is not open.
    """
    if source.identity is not None:
        return _identities(source.identity, source)
    if source.keyring:
        return _from_keyring(log_origin)
    if source.recovery:
        return parse_recovery_key(_asked(_("Recovery key: "), source))
    return _asked(_("Passphrase: "), source)


def read_new_passphrase(source: SecretSource) -> str:
    """Return a new passphrase: asked twice at a prompt, or the next line of a descriptor.

    Raises:
        InputError: if it is too short, or was typed differently the second time.
        UsageError: if there is nobody to ask, or the descriptor is not open.
    """
    passphrase = _asked(_("New passphrase: "), source)
    if len(unicodedata.normalize("NFKC", passphrase)) < MIN_CHARACTERS:
        raise InputError(
            _(
                "a passphrase has at least {count} characters: some five words that you choose by "
                "dice are better than a short one with odd signs"
            ).format(count=MIN_CHARACTERS)
        )
    if source.passphrase_fd is None and passphrase != _asked(_("The same again: "), source):
        raise InputError(_("the two are not the same; nothing was changed"))
    return passphrase


def key_passphrase(key: Path, passphrase_fd: int | None) -> bytes:
    """Return the passphrase of a private key, asked or read from a descriptor.

    Raises:
        InputError: if there is none.
        UsageError: if there is nobody to ask, or the descriptor is not open.
    """
    prompt = _("Passphrase of {file}: ").format(file=key.name)
    return _asked(prompt, SecretSource(passphrase_fd)).encode()


def read_line(prompt: str, descriptor: int | None) -> str:
    """Return what must not be seen: typed without echo, or the next line of a descriptor.

    Raises:
        InputError: if it is too long, or no text.
        UsageError: if there is nobody to ask, or the descriptor is not open.
    """
    if descriptor is None:
        return _from_terminal(prompt)
    return _text(_line(descriptor))


def keep_in_keyring(passphrase: str, *, log_origin: str) -> None:
    """Put the passphrase of a case into the system keyring.

    Raises:
        InputError: if there is none, or only one that writes it down in the clear.
    """
    ring = _keyring()
    kept = False
    with contextlib.suppress(_keyring_error()):
        ring.set_password(SERVICE, log_origin, passphrase)
        kept = True
    if not kept:
        raise InputError(_("the keyring of the system did not take the passphrase"))


def seconds_of(parameters: KdfParameters) -> float:
    """Return how many seconds one derivation takes here: for `vault.access.keys.tuned`."""
    start = time.perf_counter()
    kek(secrets.token_hex(16), secrets.token_bytes(16), parameters)
    return time.perf_counter() - start


def _asked(prompt: str, source: SecretSource) -> str:
    """Return what the user types, or the next line of the descriptor; never nothing."""
    if source.passphrase_fd is None:
        answer = _from_terminal(prompt)
    else:
        answer = _text(_line(source.passphrase_fd))
    if not answer:
        raise InputError(_("the passphrase is empty"))
    if len(answer) > MAX_BYTES:
        raise InputError(_("the passphrase is too long"))
    return answer


def _from_terminal(prompt: str) -> str:
    with warnings.catch_warnings():
        # Where it cannot switch the echo off, getpass warns and goes on: we do not.
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return getpass.getpass(prompt)
        except (getpass.GetPassWarning, EOFError, OSError) as error:
            raise UsageError(
                _("there is no terminal to ask on; use --passphrase-fd, --keyring or --identity")
            ) from error


def _line(descriptor: int) -> bytes:
    """Return one line, and leave what follows to whoever reads next."""
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
        told = _("file descriptor {number}").format(number=descriptor)
        raise UsageError(str(unreadable(told, error))) from error
    if len(line) > MAX_BYTES:
        raise InputError(_("the passphrase is too long"))
    return bytes(line).removesuffix(b"\r")


def _text(content: bytes, *, where: str = "") -> str:
    text = None
    # Raised outside, because the decoder's error holds the passphrase.
    with contextlib.suppress(UnicodeDecodeError):
        text = content.decode()
    if text is None:
        raise not_utf8(where)
    return text


def _from_keyring(log_origin: str) -> str:
    ring = _keyring()
    found: str | None = None
    with contextlib.suppress(_keyring_error()):
        found = ring.get_password(SERVICE, log_origin)
    if not found:
        raise InputError(_("the keyring of the system has no passphrase of this case"))
    return found


def _keyring() -> Any:
    """Return the backend in use, if it is one that encrypts."""
    try:
        import keyring
    except ImportError as error:
        raise InputError(
            _("--keyring needs the package keyring: pip install 'contrechamp[keyring]'")
        ) from error
    ring = keyring.get_keyring()
    used = [ring, *getattr(ring, "backends", [])]
    if any(type(each).__module__.startswith("keyrings.alt") for each in used):
        raise InputError(
            _("the keyring of this system would write the passphrase down in the clear")
        )
    if getattr(ring, "priority", 1) <= 0:
        raise InputError(_("this system has no keyring that is set up"))
    return ring


def _keyring_error() -> type[Exception]:
    from keyring.errors import KeyringError

    return KeyringError


def _identities(path: Path, source: SecretSource) -> AgeIdentities:
    """Read an age identity file, itself encrypted with a passphrase or not."""
    content = read_bounded(path, MAX_IDENTITY_FILE_BYTES, where=path.name)
    if len(content) > MAX_IDENTITY_FILE_BYTES:
        raise InputError(_("the file is too large for an age identity"), where=path.name)
    if content.startswith(_ENCRYPTED):
        content = _decrypted(content, path, source)
    lines = [line.strip() for line in _text(content, where=path.name).splitlines()]
    keys = tuple(line for line in lines if line and not line.startswith("#"))
    try:
        for key in keys:
            recipient_of(key)
    except InputError as error:
        raise InputError(str(error), where=path.name) from None
    if not keys:
        raise InputError(_("the file has no age identity"), where=path.name)
    return AgeIdentities(keys)


def _decrypted(content: bytes, path: Path, source: SecretSource) -> bytes:
    passphrase = _asked(_("Passphrase of {file}: ").format(file=path.name), source)
    try:
        return bytes(pyrage.passphrase.decrypt(content, passphrase))
    except pyrage.DecryptError as error:
        raise InputError(
            _("the passphrase does not open the identity file, or the file is damaged"),
            where=path.name,
        ) from error
