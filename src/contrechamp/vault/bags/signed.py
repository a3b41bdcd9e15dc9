"""The checkpoint of a bag: it signs which log the items are in, and every file of the bag.

A C2SP tlog-checkpoint of the log as it was when the bag was made, signed by the member who made it,
with four lines of extension:

    contrechamp.bag/2
    2026-05-01T12:00:00Z
    contrechamp 1.0
    <SHA-256 in hexadecimal>  tagmanifest-sha256.txt

The last one is of the list of all tag files, and among them are the lists of all others: so every
byte of the bag is signed, and ``sha256sum`` alone can follow it. The same digest stands in the
entry ``export`` that the log goes on with.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from contrechamp import __version__
from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.vault.bags import bag
from contrechamp.vault.log import checkpoint, custody
from contrechamp.vault.log.checkpoint import Checkpoint

FORMAT = 2
MAX_BYTES = 1 << 16
#: First line of the extension, whatever its format: a checkpoint with it signs a bag.
_MARK = re.compile(r"contrechamp\.bag/([0-9]{1,9})", re.ASCII)
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", re.ASCII)
_SOFTWARE = re.compile(r"contrechamp [0-9A-Za-z.+-]{1,64}", re.ASCII)
_LISTED = re.compile(r"([0-9a-f]{64})  " + re.escape(bag.manifest_name("sha256", tag=True)))


@dataclass(frozen=True)
class Making:
    """What is said about the making of a bag.

    Args:
        at: when, UTC, ISO 8601; of a bag of format 1 the date alone.
        software: name and version of the program.
    """

    at: str
    software: str


def making(now: datetime) -> Making:
    """Return what a bag that is made now says."""
    return Making(custody.stamp(now), f"contrechamp {__version__}")


def sign(log: Checkpoint, made: Making, tag_files: str, key_name: str, seed: bytes) -> str:
    """Return the checkpoint of a bag, a signed note.

    Args:
        log: what the log holds.
        made: when, with what.
        tag_files: SHA-256 of tagmanifest-sha256.txt, hexadecimal.
        key_name: name of the key.
        seed: the Ed25519 private key, 32 bytes.
    """
    listed = f"{tag_files}  {bag.manifest_name('sha256', tag=True)}"
    lines = (f"contrechamp.bag/{FORMAT}", made.at, made.software, listed)
    return checkpoint.sign(Checkpoint(log.origin, log.size, log.root, lines), key_name, seed)


def signs_a_bag(signed: Checkpoint) -> bool:
    """Return whether a checkpoint was signed for a bag."""
    return bool(signed.extensions) and _MARK.fullmatch(signed.extensions[0]) is not None


def read(note: str, keys: Mapping[str, bytes], where: str) -> tuple[Checkpoint, Making, str]:
    """Return what the checkpoint of a bag says, and the digest of the list of tag files.

    Args:
        note: the signed note.
        keys: public keys by name.
        where: the place to name in errors.

    Raises:
        InputError: if it is not the checkpoint of a bag.
        CheckFailedError: if a signature by a known key is wrong, or there is none.
    """
    signed = checkpoint.check(note, keys, where=where)
    lines = signed.extensions
    if len(lines) != 4 or not signs_a_bag(signed):
        raise InputError(_("it was not signed for a bag"), where=where)
    _mark, at, software, listed = lines
    digest = _LISTED.fullmatch(listed)
    if (
        lines[0] != f"contrechamp.bag/{FORMAT}"
        or not _TIME.fullmatch(at)
        or not _SOFTWARE.fullmatch(software)
        or digest is None
    ):
        raise InputError(_("it was signed for a bag of another format"), where=where)
    return signed, Making(at, software), digest[1]
