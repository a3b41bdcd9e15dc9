"""The index of a WACZ leads to its WARC records: one that leads elsewhere is told."""

import gzip
import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from contrechamp.vault.captures import findings
from contrechamp.vault.captures.listing import listing
from contrechamp.vault.log import canonical
from vault.signed_captures import ARCHIVE, PACKAGE, package, zipped
from vault.warcs import warc

SAMPLES = [(f"https://example.org/{one}", "200 OK", b"SAMPLE %d" % one) for one in range(3)]


def index(content: bytes, name: str = ARCHIVE) -> list[dict[str, str]]:
    """Return the lines of an index, with the places that warcio tells."""
    records = ArchiveIterator(BytesIO(content))
    found = []
    for record in records:
        headers = record.rec_headers
        if record.rec_type != "response":
            continue
        record.content_stream().read()
        found.append(
            {
                "time": "".join(filter(str.isdigit, headers["WARC-Date"]))[:14],
                "url": headers["WARC-Target-URI"],
                "filename": name.rpartition("/")[2],
                "offset": str(records.get_record_offset()),
                "digest": headers["WARC-Payload-Digest"],
            }
        )
    return found


def written(lines: list[dict[str, str]]) -> bytes:
    told = [{name: one for name, one in line.items() if name != "time"} for line in lines]
    return b"".join(
        f"org,example)/ {line['time']} {json.dumps(one)}\n".encode()
        for line, one in zip(lines, told, strict=True)
    )


def checked(content: bytes, cdxj: bytes, name: str = "indexes/index.cdx") -> dict[str, Any]:
    parts = {ARCHIVE: content, name: cdxj}
    found = listing(BytesIO(zipped({**parts, PACKAGE: package(parts)})))
    assert found is not None
    assert canonical.loads(canonical.dumps(found)) == found
    assert set(found["checks"]) <= set(findings.ALL)
    return {"verdict": findings.verdict({"capture": found}), **found["checks"]}


@pytest.mark.parametrize("packed", [True, False], ids=["gzip", "plain"])
@pytest.mark.parametrize("name", ["indexes/index.cdx", "indexes/index.cdxj", "indexes/a.cdx.gz"])
def test_an_index_that_leads_to_what_it_says_is_said_to(packed: bool, name: str) -> None:
    content = warc(SAMPLES, gzip=packed)
    lines = written(index(content))
    found = checked(content, gzip.compress(lines) if name.endswith(".gz") else lines, name)
    assert (found["verdict"], found["index-agrees"]) == ("agrees", {"count": 3})


def test_an_index_may_be_packed_in_blocks_with_a_first_line_of_its_own() -> None:
    content = warc(SAMPLES)
    lines = [f"{one}\n".encode() for one in written(index(content)).decode().splitlines()]
    blocks = gzip.compress(b'!meta 0 {"format": "cdxj-gzip-1.0"}\n' + lines[0])
    found = checked(content, blocks + gzip.compress(b"".join(lines[1:])), "indexes/index.cdx.gz")
    assert found["index-agrees"] == {"count": 3}


def _other(lines: list[dict[str, str]]) -> None:
    lines[0]["offset"], lines[1]["offset"] = lines[1]["offset"], lines[0]["offset"]


def _nowhere(lines: list[dict[str, str]]) -> None:
    lines[0]["offset"] = lines[1]["offset"] = "7"


def _another_time(lines: list[dict[str, str]]) -> None:
    lines[0]["time"] = lines[1]["time"] = "20200101000000"


def _another_digest(lines: list[dict[str, str]]) -> None:
    lines[0]["digest"], lines[1]["digest"] = lines[1]["digest"], lines[0]["digest"]


def _another_file(lines: list[dict[str, str]]) -> None:
    lines[0]["filename"] = lines[1]["filename"] = "other.warc.gz"


@pytest.mark.parametrize("forge", [_other, _nowhere, _another_time, _another_digest, _another_file])
def test_an_index_that_leads_elsewhere_is_told_with_the_page(
    forge: Callable[[list[dict[str, str]]], None],
) -> None:
    content = warc(SAMPLES)
    lines = index(content)
    forge(lines)
    found = checked(content, written(lines))
    assert found["verdict"] == "doubtful"
    assert found["index-differs"] == {"count": 2, "at": [one[0] for one in SAMPLES[:2]]}
    assert found["index-agrees"] == {"count": 1}


def test_what_no_index_leads_to_is_told() -> None:
    content = warc(SAMPLES)
    found = checked(content, written(index(content)[1:]))
    assert (found["verdict"], found["index-lacks"]) == (
        "agrees",
        {"count": 1, "at": [SAMPLES[0][0]]},
    )


def test_digests_of_another_algorithm_are_not_called_different() -> None:
    content = warc(SAMPLES)
    lines = [{**one, "digest": f"sha256:{'0' * 64}"} for one in index(content)]
    assert checked(content, written(lines))["index-agrees"] == {"count": 3}


@given(st.binary(max_size=200))
def test_whatever_an_index_is_it_is_told_and_nothing_breaks(cdxj: bytes) -> None:
    found = checked(warc(SAMPLES), b"com,example)/ 2026 {}\n" + cdxj)
    assert found["index-unread"]["count"] >= 1
