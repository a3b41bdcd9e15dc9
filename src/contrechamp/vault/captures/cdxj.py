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


def check(
    file: Reads,
    places: Places,
    budget: Budget,
    checks: Findings,
    *,
    others_elsewhere: bool = False,
) -> set[tuple[str, int]]:
    """Compare the lines of an index with the records that they name.

    Args:
        file: the index, compressed or not.
        places: the records of each WARC, by its name without folders and by where they begin.
        budget: what may still be unpacked.
        checks: is filled.
        others_elsewhere: a line that leads to a WARC that is not among them is no fault; the WARC
            is told.

    Returns:
        The records that are in the index, by WARC and place.

    Raises:
        StopError: if it is damaged, or too large.
    """
    there: set[tuple[str, int]] = set()
    elsewhere: set[str] = set()
    for number, time, about in entries(file, budget):
        if about is None:
            checks.add("index-unread", str(number))
            continue
        name, offset = file_of(about), int(about["offset"])
        if others_elsewhere and name not in places:
            elsewhere.add(name)
            continue
        record = places.get(name, {}).get(offset)
        if record is None or not _is_of(record, time, about):
            checks.add("index-differs", about["url"] or f"{name} {offset}")
        else:
            there.add((name, offset))
            checks.add("index-agrees")
    for name in sorted(elsewhere):
        checks.add("vouched-elsewhere", name)
    return there


def tell_lacking(places: Places, there: set[tuple[str, int]], checks: Findings) -> None:
    """Say which records are in no index.

    Args:
        places: as for `check`.
        there: the records that are in one.
        checks: is filled.
    """
    for name, records in places.items():
        for offset, record in records.items():
            if (name, offset) not in there:
                checks.add("index-lacks", record.url)


def entries(file: Reads, budget: Budget) -> Iterator[tuple[int, str, dict[str, str] | None]]:
    """Yield number, time and fields of each line of an index; no fields of one that is none.

    Raises:
        StopError: if it is damaged, or too large.
    """
    for number, line in enumerate(_lines(file, budget), start=1):
        if number > 2 * MAX_RECORDS:
            raise StopError(LIMIT)
        if line.strip() and not line.startswith(b"!"):  # the first line of a compressed index
            yield number, *_entry(line)


def file_of(about: Mapping[str, str]) -> str:
    """Return the name of the WARC that a line leads to, without folders."""
    return about["filename"].rpartition("/")[2]


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
