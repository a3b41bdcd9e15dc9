"""The only code that uses the network, and only when the user asks for an anchor."""

import urllib.error
import urllib.parse
import urllib.request
from http import HTTPStatus

from contrechamp.base.errors import UsageError
from contrechamp.base.i18n import _

SECONDS = 30.0
MAX_BYTES = 1 << 20


def post(address: str, body: bytes, media_type: str) -> bytes:
    """Post a body and return the body of the answer.

    Raises:
        OSError: if there is no answer, or it is an error.
    """
    request = urllib.request.Request(  # noqa: S310  (checked by `web_address`)
        web_address(address), body, {"Content-Type": media_type, "User-Agent": "contrechamp"}
    )
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
        return bytes(answer.read(MAX_BYTES))


def get(address: str) -> bytes | None:
    """Return what is at an address; None if there is nothing.

    Raises:
        OSError: if there is no answer, or it is another error.
    """
    request = urllib.request.Request(  # noqa: S310  (checked by `web_address`)
        web_address(address), headers={"User-Agent": "contrechamp", "Accept": "*/*"}
    )
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
            return bytes(answer.read(MAX_BYTES))
    except urllib.error.HTTPError as error:
        if error.code == HTTPStatus.NOT_FOUND:
            return None
        raise


def web_address(address: str) -> str:
    """Return an address after checking that it is http or https.

    Raises:
        UsageError: if it is not.
    """
    parts = urllib.parse.urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise UsageError(
            _("{address}: expected an address such as https://...").format(address=address)
        )
    return address
