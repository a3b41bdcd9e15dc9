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

The bundle of a publication is signed likewise, in a `Form` of its own.
"""

import re
from collections.abc import Mapping, Sequence
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
_LISTED = re.compile(r"([0-9a-f]{64})  ([!-~]+)", re.ASCII)
TAG_FILES = bag.manifest_name("sha256", tag=True)


@dataclass(frozen=True)
class Form:
    """What a checkpoint signs beside the log.

    Args:
        mark: first line of the extension.
        files: whose digests follow, in this order; the first is the list of tag files.
    """

    mark: str
    files: tuple[str, ...] = (TAG_FILES,)


BAG = Form(f"contrechamp.bag/{FORMAT}")


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


def sign(
    log: Checkpoint,
    made: Making,
    digests: Sequence[str],
    key_name: str,
    seed: bytes,
    form: Form = BAG,
) -> str:
    """Return the checkpoint of a bag, a signed note.

    Args:
        log: what the log holds.
        made: when, with what.
        digests: SHA-256 of the files of the form, hexadecimal.
        key_name: name of the key.
        seed: the Ed25519 private key, 32 bytes.
        form: what is signed.
    """
    listed = (f"{digest}  {name}" for digest, name in zip(digests, form.files, strict=True))
    lines = (form.mark, made.at, made.software, *listed)
    return checkpoint.sign(Checkpoint(log.origin, log.size, log.root, lines), key_name, seed)


def signs_a_bag(signed: Checkpoint) -> bool:
    """Return whether a checkpoint was signed for a bag."""
    return bool(signed.extensions) and _MARK.fullmatch(signed.extensions[0]) is not None


def read(
    note: str, keys: Mapping[str, bytes], where: str, form: Form = BAG
) -> tuple[Checkpoint, Making, tuple[str, ...]]:
    """Return what the checkpoint of a bag says, and the digests of the files of its form.

    Args:
        note: the signed note.
        keys: public keys by name.
        where: the place to name in errors.
        form: what has to be signed.

    Raises:
        InputError: if it is not the checkpoint of a bag.
        CheckFailedError: if a signature by a known key is wrong, or there is none.
    """
    signed = checkpoint.check(note, keys, where=where)
    family = form.mark.partition("/")[0] + "/"
    if len(signed.extensions) < 3 or not signed.extensions[0].startswith(family):
        raise InputError(_("it was not signed for this"), where=where)
    mark, at, software, *listed = signed.extensions
    digests = [_LISTED.fullmatch(line) for line in listed]
    names = tuple(found[2] for found in digests if found)
    if (
        mark != form.mark
        or not _TIME.fullmatch(at)
        or not _SOFTWARE.fullmatch(software)
        or len(names) != len(listed)
        or names != form.files
    ):
        raise InputError(_("it was signed for another format"), where=where)
    return signed, Making(at, software), tuple(found[1] for found in digests if found)
