"""Files of age identities, as age-keygen writes them: in the clear, or under a passphrase."""

import contextlib
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pyrage

from contrechamp.base.errors import InputError
from contrechamp.base.files import not_utf8, read_bounded, unwritable
from contrechamp.base.i18n import _
from contrechamp.vault.access.slots import AgeIdentities, recipient_of

MAX_BYTES = 1 << 16
#: The library measures each time how fast this machine is, and opens no file that would take it
#: much longer than it took to write. On a busy machine that is chance: so often it is tried.
TRIES, _TOO_SLOW = 3, "Excessive work"
_ENCRYPTED = (b"age-encryption.org/", b"-----BEGIN AGE ENCRYPTED FILE-----")


def read_identities(path: Path, passphrase: Callable[[], str]) -> AgeIdentities:
    """Read an age identity file, which may itself be encrypted with a passphrase.

    Args:
        path: of the file.
        passphrase: called if the file is encrypted.

    Raises:
        InputError: if the file cannot be read or decrypted, or holds no identity.
    """
    return identities_in(read_bounded(path, MAX_BYTES, where=path.name), path.name, passphrase)


def identities_in(content: bytes, name: str, passphrase: Callable[[], str]) -> AgeIdentities:
    """Return the identities in the content of such a file.

    Args:
        content: of the file.
        name: of the file, for errors.
        passphrase: called if it is encrypted.

    Raises:
        InputError: if it cannot be decrypted, or holds no identity.
    """
    if content.startswith(_ENCRYPTED):
        content = _decrypted(content, name, passphrase())
    lines = [line.strip() for line in secret_text(content, where=name).splitlines()]
    keys = tuple(line for line in lines if line and not line.startswith("#"))
    try:
        for key in keys:
            recipient_of(key)
    except InputError as error:
        raise InputError(str(error), where=name) from None
    if not keys:
        raise InputError(_("the file has no age identity"), where=name)
    return AgeIdentities(keys)


def write_identity(path: Path, passphrase: str | None, now: datetime) -> str:
    """Make an age identity, write it into a new file for its owner alone, return its recipient.

    Args:
        path: of the file; it must not exist yet.
        passphrase: under which the file is encrypted, as age does it; None to leave it open.
        now: for the comment in it.

    Raises:
        OutputError: if the file exists already or cannot be written.
    """
    identity = pyrage.x25519.Identity.generate()
    recipient = str(identity.to_public())
    made = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    content = f"# created: {made}\n# public key: {recipient}\n{identity}\n".encode()
    if passphrase is not None:
        content = bytes(pyrage.passphrase.encrypt(content, passphrase))
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise unwritable(path.name, error) from error
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        path.unlink(missing_ok=True)  # ours: it was made here, and holds half a key
        raise unwritable(path.name, error) from error
    return recipient


def secret_text(content: bytes, *, where: str = "") -> str:
    """Decode a secret as UTF-8 text; an error about it does not carry the secret.

    Raises:
        InputError: if it is not UTF-8.
    """
    text = None
    # Our error is raised outside of this block, because the decoder's error holds the secret.
    with contextlib.suppress(UnicodeDecodeError):
        text = content.decode()
    if text is None:
        raise not_utf8(where)
    return text


def _decrypted(content: bytes, name: str, passphrase: str) -> bytes:
    for left in reversed(range(TRIES)):
        try:
            return bytes(pyrage.passphrase.decrypt(content, passphrase))
        except pyrage.DecryptError as error:
            if not (left and _TOO_SLOW in str(error)):
                raise InputError(_why(error), where=name) from error
    raise ValueError(TRIES)


def _why(error: pyrage.DecryptError) -> str:
    if _TOO_SLOW in str(error):
        return _("this machine is too slow, or too busy now, for its passphrase; try again")
    return _("the passphrase does not open the identity file, or the file is damaged")
