"""Hunchly: a case as its "Export Case" writes it, a zip with pages, hashes and signatures.

    case_data/pages.json             id, url, title, timestamp_created, content_hash of each page
    case_data/case_attachments.json  Filename, Hash of files that were added by hand
    case_data/tagged_photos.json     LocalFile, PhotoHash of pictures with a tag
    pages/ID.mhtml, ID.jpeg, ...     the page as the browser saved it, a picture of it
    pages/ID.mhtml.sig               signature of the page (OpenPGP)
    attachments/, tagged_photos/     those files
    public.key                       the key of whoever signed

So the public code of two importers reads it (g-luo/hunchly_aleph, shadowoption's plugin for
Obsidian), and so a third party describes an export of version 2; the maker publishes no
specification, and none says what exactly a hash is of. Hence: where some of a list fit their files,
one that does not was changed; where none fits, they are of something else, and that is said.
"""

import hashlib
import json
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from contrechamp.vault.captures import openpgp, zips
from contrechamp.vault.captures.bounds import LIMIT, MAX_PART_JSON, Budget, StopError
from contrechamp.vault.captures.findings import Findings
from contrechamp.vault.captures.listed import Listed, clean

PAGES, KEY, SIGNATURE = "case_data/pages.json", "public.key", ".sig"
#: Largest list that is read: one of some twenty thousand pages.
MAX_LIST = 32 << 20
#: Hashes by how many hexadecimal digits they have.
_BY_LENGTH = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}


class _Hashes(NamedTuple):
    """Where hashes of files stand: list, folder of the files, fields of name and hash."""

    part: str
    folder: str
    name: str
    digest: str
    suffix: str = ""


_HASHES = (
    _Hashes(PAGES, "pages/", "id", "content_hash", ".mhtml"),
    _Hashes("case_data/case_attachments.json", "attachments/", "Filename", "Hash"),
    _Hashes("case_data/tagged_photos.json", "tagged_photos/", "LocalFile", "PhotoHash"),
)


def listing(archive: zipfile.ZipFile, size: int) -> dict[str, Any]:
    """List the pages of an export, and check it against what it says of itself.

    Args:
        archive: the zip.
        size: of it in bytes.
    """
    listed = Listed({"format": "hunchly"}, Budget(size))
    try:
        _check(archive, listed)
    except StopError:
        listed.checks.add("limit")
        return listed.state(LIMIT)
    return listed.state("")


def _check(archive: zipfile.ZipFile, listed: Listed) -> None:
    parts = {one.filename: one for one in archive.infolist() if not one.is_dir()}
    zips.tell_twice(archive, listed.checks)
    wanted: dict[str, tuple[str, str]] = {}  # what is said of files: list, and hash
    for one in _HASHES:
        for name, digest in _said(archive, parts, one, listed):
            wanted[name] = (one.part, digest)
    keys = _keys(archive, parts, listed)
    fits = _Fits()
    for name, part in parts.items():
        stamp = parts.get(name + SIGNATURE)
        if name in wanted or stamp:
            _check_file(archive, part, wanted.get(name), stamp, keys, fits, listed)
    signed = {name.removesuffix(SIGNATURE) for name in parts if name.endswith(SIGNATURE)}
    if not signed:
        listed.checks.add("unsigned")
    for name in parts:
        if signed and name.endswith(".mhtml") and name not in signed:
            listed.checks.add("part-unsigned", name)
    for name in sorted(signed - set(parts)):
        listed.checks.add("signature-elsewhere", name)
    fits.judge(listed.checks)


class _Fits:
    """Which hashes and signatures fit their files, list by list."""

    def __init__(self) -> None:
        self._fits: dict[str, int] = {}
        self._others: dict[str, list[str]] = {}
        self._signers: dict[str, int] = {}
        self._unsigned: list[str] = []

    def hashed(self, part: str, name: str, *, fits: bool) -> None:
        """Take note of a hash in a list."""
        if fits:
            self._fits[part] = self._fits.get(part, 0) + 1
        else:
            self._others.setdefault(part, []).append(name)

    def signed(self, name: str, signer: str) -> None:
        """Take note of a signature; "" if no key made it."""
        if signer:
            self._signers[signer] = self._signers.get(signer, 0) + 1
        else:
            self._unsigned.append(name)

    def judge(self, checks: Findings) -> None:
        """Say what that comes to."""
        for count in self._fits.values():
            checks.add("parts-agree", count=count)
        for part, names in self._others.items():
            for name in names if part in self._fits else ():
                checks.add("part-changed", name)
            if part not in self._fits:
                checks.add("hashes-of-other", part, len(names))
        for signer, count in self._signers.items():
            checks.add("signed-by-key", signer, count)
        for name in self._unsigned if self._signers else ():
            checks.add("signature-wrong", name)
        if self._unsigned and not self._signers:
            checks.add("signatures-of-other", count=len(self._unsigned))


def _check_file(
    archive: zipfile.ZipFile,
    part: zipfile.ZipInfo,
    said: tuple[str, str] | None,
    stamp: zipfile.ZipInfo | None,
    keys: list[openpgp.Key],
    fits: _Fits,
    listed: Listed,
) -> None:
    """Read a file once, and compare it with its hash and its signature."""
    signing = None
    if stamp is not None and keys:
        try:
            content = zips.read_small(archive, stamp, listed, MAX_PART_JSON)
            signing = openpgp.signature(content).hashing()
        except openpgp.UnknownError:
            listed.checks.add("signature-unknown", stamp.filename)
    algorithm = _BY_LENGTH[len(said[1])] if said else "sha256"
    hashed = hashlib.new(algorithm, usedforsecurity=False)

    def take(piece: bytes) -> None:
        hashed.update(piece)
        if signing is not None:
            signing.update(piece)

    if not zips.read_part(archive, part, take, listed):
        return
    if said:
        fits.hashed(said[0], part.filename, fits=hashed.hexdigest() == said[1])
    if signing is not None:
        fits.signed(part.filename, signing.signer(keys))


def _said(
    archive: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo], one: _Hashes, listed: Listed
) -> Iterator[tuple[str, str]]:
    """Yield the files that a list names, with their hashes; and tell of what lacks either."""
    if one.part not in parts:
        return
    for row in _rows(zips.read_small(archive, parts[one.part], listed, MAX_LIST)):
        if one.part == PAGES:
            _note(row, listed)
        name = f"{one.folder}{str(row.get(one.name, ''))[:200].rpartition('/')[2]}{one.suffix}"
        digest = row.get(one.digest)
        text = digest.strip().lower() if isinstance(digest, str) else ""
        if name not in parts:
            listed.checks.add("part-missing", name)
        elif len(text) not in _BY_LENGTH or set(text) - set("0123456789abcdef"):
            listed.checks.add("part-unhashed", name)
        else:
            yield name, text


def _note(row: dict[str, Any], listed: Listed) -> None:
    time = clean(row.get("timestamp_created"), 40)
    listed.records += 1
    listed.note_time(time)
    url, title = (clean(row.get(name)) for name in ("url", "title"))
    listed.note_url({"url": url, "time": time, "title": title})


def _rows(content: bytes) -> list[dict[str, Any]]:
    try:
        found = json.loads(content.decode("utf-8-sig"), parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        return []
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def _keys(
    archive: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo], listed: Listed
) -> list[openpgp.Key]:
    found: list[openpgp.Key] = []
    if KEY in parts:
        with suppress(openpgp.UnknownError):
            found = openpgp.keys(zips.read_small(archive, parts[KEY], listed, MAX_PART_JSON))
    if not found and any(name.endswith(SIGNATURE) for name in parts):
        listed.checks.add("signature-unknown" if KEY in parts else "key-missing", KEY)
    return found
