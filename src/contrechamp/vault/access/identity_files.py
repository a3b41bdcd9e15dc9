"""Files of age identities, as age-keygen writes them: in the clear, or under a passphrase."""

import contextlib
from collections.abc import Callable
from pathlib import Path

import pyrage

from contrechamp.base.errors import InputError
from contrechamp.base.files import not_utf8, read_bounded
from contrechamp.base.i18n import _
from contrechamp.vault.access.slots import AgeIdentities, recipient_of

MAX_BYTES = 1 << 16
_ENCRYPTED = (b"age-encryption.org/", b"-----BEGIN AGE ENCRYPTED FILE-----")


def read_identities(path: Path, passphrase: Callable[[], str]) -> AgeIdentities:
    """Read an age identity file, which may itself be encrypted with a passphrase.

    Args:
        path: of the file.
        passphrase: called if the file is encrypted.

    Raises:
        InputError: if the file cannot be read or decrypted, or holds no identity.
    """
    content = read_bounded(path, MAX_BYTES, where=path.name)
    if content.startswith(_ENCRYPTED):
        content = _decrypted(content, path, passphrase())
    lines = [line.strip() for line in secret_text(content, where=path.name).splitlines()]
    keys = tuple(line for line in lines if line and not line.startswith("#"))
    try:
        for key in keys:
            recipient_of(key)
    except InputError as error:
        raise InputError(str(error), where=path.name) from None
    if not keys:
        raise InputError(_("the file has no age identity"), where=path.name)
    return AgeIdentities(keys)


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


def _decrypted(content: bytes, path: Path, passphrase: str) -> bytes:
    try:
        return bytes(pyrage.passphrase.decrypt(content, passphrase))
    except pyrage.DecryptError as error:
        raise InputError(
            _("the passphrase does not open the identity file, or the file is damaged"),
            where=path.name,
        ) from error
