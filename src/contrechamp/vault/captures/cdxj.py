"""The index of a capture (CDXJ), held against the WARC records that it leads to.

    org,example)/ 20260403020100 {"url": "https://example.org/", "filename": "data.warc.gz",
                                  "offset": "512", "digest": "sha256:...", ...}

Whoever shows a capture finds a page by its index: one that was altered shows another page under an
address, though every WARC record agrees with itself.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from contrechamp.vault.captures.bounds import (
    DAMAGED,
    LIMIT,
    MAX_HEADER,
    MAX_RECORDS,
    Budget,
    StopError,
)
from contrechamp.vault.captures.findings import Findings
from contrechamp.vault.captures.unpacking import Reads, Unpacked
from contrechamp.vault.captures.warc import Place
from contrechamp.vault.captures.warc_digests import parsed

#: Digits of a time in an index, to the second; some write fractions too.
SECONDS = 14

Places = Mapping[str, Mapping[int, Place]]


def check(file: Reads, places: Places, budget: Budget, checks: Findings) -> set[tuple[str, int]]:
    """Compare the lines of an index with the records that they name.

    Args:
        file: the index, compressed or not.
        places: the records of each WARC, by its name without folders and by where they begin.
        budget: what may still be unpacked.
        checks: is filled.

    Returns:
        The records that are in the index, by WARC and place.

    Raises:
        StopError: if it is damaged, or too large.
    """
    there: set[tuple[str, int]] = set()
    for number, line in enumerate(_lines(file, budget)):
        if number >= 2 * MAX_RECORDS:
            raise StopError(LIMIT)
        if not line.strip() or line.startswith(b"!"):  # the first line of a compressed index
            continue
        time, about = _entry(line)
        if about is None:
            checks.add("index-unread", str(number + 1))
            continue
        name, offset = about["filename"].rpartition("/")[2], int(about["offset"])
        record = places.get(name, {}).get(offset)
        if record is None or not _is_of(record, time, about):
            checks.add("index-differs", about["url"] or f"{name} {offset}")
        else:
            there.add((name, offset))
            checks.add("index-agrees")
    return there


def _is_of(record: Place, time: str, about: Mapping[str, str]) -> bool:
    """Return whether a line says of a record what the record says of itself."""
    return (
        record.url == about["url"]
        and record.time[:SECONDS] == time[:SECONDS]
        and not _differ(record.digest, about["digest"])
    )


def _differ(one: str, other: str) -> bool:
    """Return whether two digests of one algorithm differ; of two algorithms nobody can tell."""
    here, there = parsed(one), parsed(other)
    return here is not None and there is not None and here[0] == there[0] and here != there


def _entry(line: bytes) -> tuple[str, dict[str, str] | None]:
    """Return time and fields of a line; no fields if it is none."""
    try:
        _key, time, told = line.decode("utf-8").split(" ", 2)
        found: Any = json.loads(told, parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        return "", None
    if not isinstance(found, dict):
        return "", None
    fields = {
        name: value if isinstance(value := found.get(name), str) else ""
        for name in ("url", "filename", "offset", "digest")
    }
    offset = fields["offset"]
    is_one = offset.isascii() and offset.isdigit() and len(offset) < 16 and fields["filename"]
    return time, fields if is_one else None


def _lines(file: Reads, budget: Budget) -> Iterator[bytes]:
    rest = b""
    for piece in Unpacked(file, budget).pieces():
        *whole, rest = (rest + piece).split(b"\n")
        yield from whole
        if len(rest) > MAX_HEADER:
            raise StopError(DAMAGED)
    if rest:
        yield rest
