"""The passphrase of a case in the system keyring, if that keyring encrypts what it stores."""

import contextlib
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _

#: Name of the service in the system keyring; the user name is the name of the case's log.
SERVICE = "contrechamp"


def passphrase_of(log_origin: str) -> str:
    """Return the passphrase of a case from the system keyring.

    Raises:
        InputError: if there is no keyring, it stores in the clear, or it has no passphrase of the
            case.
    """
    ring = _keyring()
    found: str | None = None
    with contextlib.suppress(_keyring_error()):
        found = ring.get_password(SERVICE, log_origin)
    if not found:
        raise InputError(_("the system keyring has no passphrase for this case"))
    return found


def keep(passphrase: str, *, log_origin: str) -> None:
    """Put the passphrase of a case into the system keyring.

    Raises:
        InputError: if there is no keyring, or it stores in the clear.
    """
    ring = _keyring()
    kept = False
    with contextlib.suppress(_keyring_error()):
        ring.set_password(SERVICE, log_origin, passphrase)
        kept = True
    if not kept:
        raise InputError(_("the system keyring did not accept the passphrase"))


def _keyring() -> Any:
    """Return the keyring backend in use, if it encrypts."""
    try:
        import keyring
    except ImportError as error:
        raise InputError(
            _("--keyring needs the package keyring: pip install 'contrechamp[keyring]'")
        ) from error
    ring = keyring.get_keyring()
    used = [ring, *getattr(ring, "backends", [])]
    if any(type(each).__module__.startswith("keyrings.alt") for each in used):
        raise InputError(_("the system keyring would store the passphrase unencrypted"))
    if getattr(ring, "priority", 1) <= 0:
        raise InputError(_("no keyring is set up on this system"))
    return ring


def _keyring_error() -> type[Exception]:
    from keyring.errors import KeyringError

    return KeyringError
