"""Signed checkpoints of the custody log, in the form that transparency logs share.

A signed note (see `note`) whose text is that of C2SP tlog-checkpoint: origin, size and root of
the log, a line each.

    contrechamp.case/0123456789abcdef
    42
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

    — contrechamp.case/0123456789abcdef/89abcdef01234567 jWbPPwAAAABk...
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass

from contrechamp.base.errors import CheckFailedError, InputError
from contrechamp.base.i18n import _, ngettext
from contrechamp.vault.log import note
from contrechamp.vault.log.merkle import HASH_BYTES

MAX_SIZE = 2**63 - 1
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


@dataclass(frozen=True)
class Checkpoint:
    """What a log held at one moment.

    Args:
        origin: the log.
        size: the number of its entries.
        root: the Merkle root over them, 32 bytes.
        extensions: further lines; we write none, but preserve those that others wrote.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()


def to_note(checkpoint: Checkpoint) -> bytes:
    """Return the text of the note, UTF-8: what is signed, hashed and anchored.

    Raises:
        InputError: the checkpoint cannot be written so (an origin of two lines, a short root).
    """
    encoded = base64.b64encode(checkpoint.root).decode()
    lines = (checkpoint.origin, str(checkpoint.size), encoded, *checkpoint.extensions)
    text = "".join(f"{line}\n" for line in lines)
    if _read(text) != checkpoint:
        raise InputError(_("a line of the checkpoint contains a line break"))
    note.check_text(text)
    return text.encode()


def sign(checkpoint: Checkpoint, key_name: str, seed: bytes) -> str:
    """Return a checkpoint as a note with one signature.

    Args:
        checkpoint: what to sign.
        key_name: the name of the key: one word without a plus sign.
        seed: the Ed25519 private key, 32 bytes.

    Raises:
        InputError: checkpoint or name have no valid form.
    """
    return note.sign(to_note(checkpoint).decode(), key_name, seed)


def parse(text: str, *, where: str = "") -> tuple[Checkpoint, tuple[note.Signature, ...]]:
    """Return what a note says and its signatures; do not rely on it before `check`.

    Args:
        text: the note.
        where: the place to name in errors.

    Raises:
        InputError: it is not a signed note, or its text is not a checkpoint.
    """
    body, signatures = note.parse(text, where=where)
    return _read(body, where), signatures


def check(text: str, keys: Mapping[str, bytes], *, where: str = "") -> Checkpoint:
    """Return what a note says, its signatures checked.

    Signatures by unknown keys are ignored. Those by known keys all have to be right, and there has
    to be at least one. `note.signers` says whose they are.

    Args:
        text: the note.
        keys: public keys by name, Ed25519, 32 bytes each.
        where: the place to name in errors.

    Raises:
        InputError: it is not a signed checkpoint.
        CheckFailedError: a signature by a known key is wrong, or there is none.
    """
    checkpoint, _signatures = parse(text, where=where)
    if not note.signers(text, keys, where=where):
        raise CheckFailedError(_("no signature of the checkpoint is by a known key"), where=where)
    return checkpoint


def not_as_signed(size: int) -> str:
    """Return what is said where a log is not the one that a checkpoint of this size signed."""
    return ngettext(
        "the first entry is not the one that was signed",
        "the first {size} entries are not those that were signed",
        size,
    ).format(size=size)


def _read(body: str, where: str = "") -> Checkpoint:
    lines = body.removesuffix("\n").split("\n")
    if len(lines) < 3 or not all(lines):
        raise InputError(
            _("expected a checkpoint: its origin, size and root, a line each"), where=where
        )
    origin, size, encoded, *extensions = lines
    if not _SIZE.fullmatch(size) or int(size) > MAX_SIZE:
        raise InputError(_("the size of the checkpoint is not a whole number"), where=where)
    root = note.from_base64(encoded)
    if root is None or len(root) != HASH_BYTES:
        raise InputError(_("the root of the checkpoint is not base64 of 32 bytes"), where=where)
    return Checkpoint(origin, int(size), root, tuple(extensions))
