"""WACZ: a zip with WARCs, a list of pages, and a list of hashes of all of it.

The list of hashes (``datapackage.json``) and the hash of that list (``datapackage-digest.json``)
travel with what they are of: whoever changes one can change all of them. Only a signature of the
last, see `wacz_signature`, binds them to somebody.
"""

import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from contrechamp.vault.captures import cdxj, warc, zips
from contrechamp.vault.captures.bounds import (
    DAMAGED,
    LIMIT,
    MAX_PAGES_BYTES,
    MAX_PART_JSON,
    Budget,
    StopError,
)
from contrechamp.vault.captures.findings import Findings
from contrechamp.vault.captures.listed import Listed, bytes_of, clean
from contrechamp.vault.captures.warc_digests import Revisits, parsed

PACKAGE, DIGEST, PAGES = "datapackage.json", "datapackage-digest.json", "pages/pages.jsonl"
#: What WACZ 0.1 had in the place of a list of hashes.
FIRST_EDITION = "webarchive.yaml"
#: Longest list that is read: one of forty thousand parts.
MAX_PACKAGE = 8 << 20
#: Parts that a list does not name: itself, and what names it.
_UNLISTED = (PACKAGE, DIGEST)
#: Parts that lead to the records.
_INDEX = re.compile(r"indexes/[^/]+\.cdxj?(\.gz)?")
#: Names that parts of a WACZ have, by which one is known that has lost its list or its end.
_LIKELY = re.compile(
    r"archive/.+\.warc(\.gz)?|pages/[^/]+\.jsonl|indexes/[^/]+\.(cdxj?(\.gz)?|idx)"
    r"|datapackage(-digest)?\.json"
)


def is_likely(name: str) -> bool:
    """Return whether a part of a zip has a name as parts of a WACZ have."""
    return _LIKELY.fullmatch(name) is not None


def listing(archive: zipfile.ZipFile, size: int) -> dict[str, Any]:
    """List what a WACZ holds, and check it against its own lists.

    Args:
        archive: the WACZ.
        size: of it in bytes.
    """
    listed = Listed({"format": "wacz"}, Budget(size))
    return listed.state(_parts(archive, listed))


def _parts(archive: zipfile.ZipFile, listed: Listed) -> str:
    names = {part.filename for part in archive.infolist()}
    content = _part(archive, PACKAGE, listed, MAX_PACKAGE)
    package = _json(content or b"")
    problem = ""
    if PACKAGE not in names:
        listed.checks.add("list-none" if FIRST_EDITION in names else "list-missing", PACKAGE)
    elif not isinstance(package, dict):
        listed.checks.add("list-unread", PACKAGE)
        problem = DAMAGED
    package = package if isinstance(package, dict) else {}
    _describe(archive, package, listed)
    expected = _expected(package, listed.checks)
    problem = _check_parts(archive, expected, listed) or problem
    _check_signature(content, _part(archive, DIGEST, listed), listed.checks)
    return problem


def _check_signature(package: bytes | None, digest: bytes | None, checks: Findings) -> None:
    if package is None or digest is None:
        checks.add("unsigned")
        return
    from contrechamp.vault.captures import wacz_signature  # few files need what that loads

    wacz_signature.check(package, digest, checks)


def _describe(archive: zipfile.ZipFile, package: Mapping[str, Any], listed: Listed) -> None:
    names = ("title", "created", "software", "wacz_version")
    texts = {name: clean(package.get(name)) for name in names}
    texts["version"] = texts.pop("wacz_version")
    listed.found |= {name: text for name, text in texts.items() if text}
    pages = _pages(_part(archive, PAGES, listed) or b"")
    if pages:
        listed.found["pages"] = pages


def _check_parts(
    archive: zipfile.ZipFile, expected: dict[str, dict[str, Any]], listed: Listed
) -> str:
    checks, revisits = listed.checks, Revisits()
    places: dict[str, dict[int, warc.Place]] = {}
    parts = [part for part in archive.infolist() if not part.is_dir()]
    times = Counter(part.filename for part in parts)
    for name, many in times.items():
        if many > 1:
            checks.add("part-twice", name)
        if expected and name not in expected and name not in _UNLISTED:
            checks.add("part-unlisted", name)
    for name in expected:
        if name not in times:
            checks.add("part-missing", name)
    problem = ""
    for part in parts:
        here = places.setdefault(part.filename.rpartition("/")[2], {})
        ended = _check_part(archive, part, expected.get(part.filename, {}), listed, revisits, here)
        problem = problem or ended
        if ended:
            checks.add("limit" if ended == LIMIT else "damaged", part.filename)
        if listed.budget.left < 0:
            break
    revisits.judge(checks)
    if not problem:  # of what could not be read to its end, an index knows more
        _check_indexes(archive, parts, places, listed)
    return problem


def _check_indexes(
    archive: zipfile.ZipFile,
    parts: Iterable[zipfile.ZipInfo],
    places: Mapping[str, Mapping[int, warc.Place]],
    listed: Listed,
) -> None:
    """Hold the indexes against the records, and say which of these are in none."""
    there: set[tuple[str, int]] = set()
    indexes = [part for part in parts if _INDEX.fullmatch(part.filename)]
    for part in indexes:
        try:
            if part.compress_type not in zips.BOUNDED:
                raise zipfile.BadZipFile("compression")
            with archive.open(part) as file:
                there |= cdxj.check(file, places, listed.budget, listed.checks)
        except (StopError, *zips.BROKEN):
            listed.checks.add("index-unread", part.filename)
            return
    if indexes:
        cdxj.tell_lacking(places, there, listed.checks)


def _check_part(
    archive: zipfile.ZipFile,
    part: zipfile.ZipInfo,
    expected: dict[str, Any],
    listed: Listed,
    revisits: Revisits,
    places: dict[int, warc.Place],
) -> str:
    """Read one part; return why that ended early, "" if it did not."""
    named = expected.get("digest")
    is_warc = part.filename.startswith("archive/")
    if not (named or is_warc):
        return ""
    problem = ""
    try:
        if part.compress_type not in zips.BOUNDED:
            raise zipfile.BadZipFile("compression")
        with archive.open(part) as file:
            hashed = zips.Hashed(file, {named[0]} if named else set(), listed.budget)
            if is_warc:
                problem = _warc(hashed, listed, revisits, places)
            if named:
                hashed.drain()
    except StopError as stop:
        return str(stop)
    except zips.BROKEN:
        return DAMAGED
    if named:
        _compare(hashed, expected, part.filename, listed.checks)
    return problem


def _compare(hashed: zips.Hashed, expected: dict[str, Any], name: str, checks: Findings) -> None:
    algorithm, digest = expected["digest"]
    if hashed.digests()[algorithm] != digest:
        checks.add("part-changed", name)
        return
    checks.add("parts-agree")
    if expected["size"] not in ("", str(hashed.size)):
        checks.add("size-differs", name)


def _warc(
    file: zips.Hashed, listed: Listed, revisits: Revisits, places: dict[int, warc.Place]
) -> str:
    try:
        warc.read(file, listed, revisits, places)
    except StopError as stop:
        return str(stop)
    return ""


def _expected(package: Mapping[str, Any], checks: Findings) -> dict[str, dict[str, Any]]:
    """Return what a list says of each part: digest and size, by name."""
    resources = package.get("resources")
    found: dict[str, dict[str, Any]] = {}
    for one in resources if isinstance(resources, list) else ():
        path = one.get("path") if isinstance(one, dict) else None
        if not isinstance(path, str):
            checks.add("list-unread", PACKAGE)
            continue
        path = path.removeprefix("./")
        if path in found:
            checks.add("part-twice", path)
        text, size = _stated(one)
        digest = parsed(text)
        if digest is None:
            checks.add("hash-unknown" if text else "part-unhashed", path)
        found[path] = {"digest": digest, "size": size}
    return found


def _stated(resource: Mapping[str, Any]) -> tuple[str, str]:
    """Return hash and size of a resource as texts: they stood in ``stats`` up to WACZ 1.0."""
    stats = resource.get("stats")
    told = stats if isinstance(stats, dict) else resource
    text, size = (_text(told.get(name)) for name in ("hash", "bytes"))
    if text and ":" not in text:  # Data Package: MD5 unless it says otherwise
        text = f"{_text(resource.get('hashing')) or 'md5'}:{text}"
    return text, size


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""  # numbers too are read as text


def _part(
    archive: zipfile.ZipFile, name: str, listed: Listed, most: int = MAX_PART_JSON
) -> bytes | None:
    """Return the beginning of a part, at most so much; None if it is missing or damaged."""
    try:
        if archive.getinfo(name).compress_type not in zips.BOUNDED:
            return None
        with archive.open(name) as file:
            content = file.read(most)
    except zips.BROKEN:
        return None
    listed.budget.left -= len(content)
    return content


def _pages(lines: bytes) -> list[dict[str, str]]:
    pages: list[dict[str, str]] = []
    room = MAX_PAGES_BYTES
    for line in lines.splitlines():
        page = _json(line)
        if not isinstance(page, dict) or not isinstance(page.get("url"), str):
            continue
        fields = {"url": page["url"], "time": page.get("ts"), "title": page.get("title")}
        one = {name: text for name, value in fields.items() if (text := clean(value))}
        room -= bytes_of(one)
        if room < 0:
            break
        pages.append(one)
    return pages


def _json(content: bytes) -> Any:
    try:
        return json.loads(content.decode("utf-8"), parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        return None
