"""ProofMode: a zip with pictures, what the phone said when they were taken, and signatures of both.

    NAME                     the picture, film or sound itself
    HASH.proof.csv, .json    what the phone said, among it the SHA-256 of the picture
    HASH.asc                 signature of the picture (OpenPGP)
    HASH.proof.csv.asc, ...  signatures of what the phone said
    HASH.ots                 timestamp of the picture (OpenTimestamps)
    HASH.gst, ...            attestations of the device, which a server of its maker made
    pubkey.asc               the key of whoever signed

The key is made by the app and travels with what it signed: a signature shows that nobody without
this key changed it since, not who held the phone, nor that what the phone said is true. Older
versions name parts after the picture (``IMG_1.jpg.proof.csv``) where newer ones name its hash.
"""

import csv
import hashlib
import io
import json
import re
import zipfile
from contextlib import suppress
from typing import Any

from contrechamp.vault.captures import openpgp, stamps, zips
from contrechamp.vault.captures.bounds import (
    LIMIT,
    MAX_PART_JSON,
    Budget,
    StopError,
)
from contrechamp.vault.captures.findings import Findings
from contrechamp.vault.captures.listed import Listed

PROOFS, SIGNED, KEY = (".proof.csv", ".proof.json"), ".asc", "pubkey.asc"
STAMP = ".ots"
#: What a server of the device's maker, or another, said of it: nothing here can check them offline.
ATTESTED = (".gst", ".devicecheck", ".attest", ".nostr", ".provider")
SMALL = (*PROOFS, SIGNED, STAMP, *ATTESTED)
#: Parts that come along and that no proof is of.
_BESIDE = re.compile(r"(.*/)?(HowTo[^/]*\.txt|[^/]*\.cert|[^/]*batchproof\.csv)", re.I)
#: Names of the field that has the SHA-256, newest first.
_FIELDS = ("File Hash SHA256", "SHA256")
_SHA256 = re.compile("[0-9a-f]{64}")
MAX_PROOFS = 2_000


def listing(archive: zipfile.ZipFile, size: int) -> dict[str, Any]:
    """Check a ProofMode zip against what it says of itself.

    Args:
        archive: the zip.
        size: of it in bytes.
    """
    listed = Listed({"format": "proofmode"}, Budget(size))
    try:
        _check(archive, listed)
    except StopError:
        listed.checks.add("limit")
        return listed.state(LIMIT)
    return listed.state("")


def _check(archive: zipfile.ZipFile, listed: Listed) -> None:
    checks = listed.checks
    parts = [one for one in archive.infolist() if not one.is_dir()]
    zips.tell_twice(archive, checks)
    small = {
        one.filename: zips.read_small(archive, one, listed, MAX_PART_JSON)
        for one in parts
        if one.filename.endswith(SMALL)
    }
    hashes = {}
    for part in parts:
        if not (part.filename in small or _BESIDE.fullmatch(part.filename)):
            hashed = hashlib.sha256()
            if zips.read_part(archive, part, hashed.update, listed):
                hashes[part.filename] = hashed.hexdigest()
    _check_proofs(small, hashes, checks)
    _check_signatures(archive, small, hashes, listed)
    for name, content in small.items():
        if name.endswith(STAMP):
            stamps.check(content, set(hashes.values()), name, checks)
        elif name.endswith(ATTESTED):
            checks.add("attestation-unchecked", name)


def _check_proofs(small: dict[str, bytes], hashes: dict[str, str], checks: Findings) -> None:
    """Look for the pictures whose hashes are named."""
    for name, content in list(small.items())[:MAX_PROOFS]:
        if not name.endswith(PROOFS):
            continue
        digest = _digest_of_json(content) if name.endswith(".json") else _digest_of_csv(content)
        if not _SHA256.fullmatch(digest):
            checks.add("part-unhashed", name)
        elif digest in hashes.values():
            checks.add("media-agrees")
        elif hashes:
            checks.add("media-changed", name)
        else:  # shared without its picture
            checks.add("media-elsewhere", digest)


def _check_signatures(
    archive: zipfile.ZipFile, small: dict[str, bytes], hashes: dict[str, str], listed: Listed
) -> None:
    keys = _keys(small, listed.checks)
    parts = {one.filename: one for one in archive.infolist()}
    by_hash = {digest: name for name, digest in hashes.items()}
    signatures = [name for name in small if name.endswith(SIGNED) and not name.endswith(KEY)]
    if not signatures:
        listed.checks.add("unsigned")
    for name in signatures[:MAX_PROOFS]:
        base = name.removesuffix(SIGNED)
        of = base if base in parts else by_hash.get(base.rpartition("/")[2], "")
        if not of:
            listed.checks.add("signature-elsewhere", name)
            continue
        try:
            hashing = openpgp.signature(small[name]).hashing()
        except openpgp.UnknownError:
            listed.checks.add("signature-unknown", name)
            continue
        if keys and zips.read_part(archive, parts[of], hashing.update, listed):
            signer = hashing.signer(keys)
            listed.checks.add("signed-by-key" if signer else "signature-wrong", signer or of)


def _keys(small: dict[str, bytes], checks: Findings) -> list[openpgp.Key]:
    named = [content for name, content in small.items() if name.rpartition("/")[2] == KEY]
    found: list[openpgp.Key] = []
    for content in named[:1]:
        with suppress(openpgp.UnknownError):
            found = openpgp.keys(content)
    if not found:
        checks.add("signature-unknown" if named else "key-missing", KEY)
    return found


def _digest_of_json(content: bytes) -> str:
    try:
        told = json.loads(content.decode("utf-8-sig"), parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        return ""
    return _field(told) if isinstance(told, dict) else ""


def _digest_of_csv(content: bytes) -> str:
    try:
        rows = csv.reader(io.StringIO(content.decode("utf-8-sig", "replace"), newline=""))
        head, first = next(rows), next(rows)
    except (csv.Error, StopIteration):
        return ""
    return _field(dict(zip(head, first, strict=False)))


def _field(told: dict[str, Any]) -> str:
    values = [told.get(name) for name in _FIELDS]
    return next((one.strip().lower() for one in values if isinstance(one, str) and one.strip()), "")
