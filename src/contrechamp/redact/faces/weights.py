"""Loads the weights of the detector: those that were measured, or none."""

import hashlib
from importlib.resources import files
from importlib.resources.abc import Traversable

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _

#: File in ``vendor`` -> SHA-256 of the weights that the published recall was measured with.
#: Also used by the test that the package contains no other model.
SHA256 = {
    "centerface/centerface.onnx": (
        "09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc"
    ),
    "centerface/centerface-8-bits.onnx": (
        "86df65591d1c7e791b6efe3c716c0d408dc6f19f11a6d10ae112962cdfaa74a3"
    ),
}
VENDOR = files("contrechamp.redact.faces") / "vendor"


def weights(name: str, folder: Traversable = VENDOR) -> bytes:
    """Return the weights `name`, after checking them against `SHA256`.

    Raises:
        InputError: they are missing or different. There is no fallback: a picture that no detector
            searched would look like one without faces.
    """
    file = folder / name
    try:
        content = file.read_bytes()
    except OSError as error:
        raise InputError(
            _(
                "the weights of the face detector are missing ({reason}), so no face can be found;"
                " reinstall contrechamp, or cover only boxes drawn by hand (--boxes-only)"
            ).format(reason=error.strerror),
            where=str(file),
        ) from error
    if hashlib.sha256(content).hexdigest() != SHA256[name]:
        raise InputError(
            _(
                "these are not the weights that were measured for the face detector (their SHA-256"
                " differs), so no face can be found; reinstall contrechamp, or cover only boxes"
                " drawn by hand (--boxes-only)"
            ),
            where=str(file),
        )
    return content
