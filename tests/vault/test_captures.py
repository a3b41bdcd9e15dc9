"""Web captures are opened to list what they hold, and nothing in them can do harm by it."""

import gzip
import random
import tracemalloc
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from contrechamp.vault import adding, verifying
from contrechamp.vault.captures import bounds
from contrechamp.vault.captures import listing as captures
from contrechamp.vault.captures import warc as warc_reader
from contrechamp.vault.log import canonical
from vault.cases import add, new, opened
from vault.warcs import TIME, wacz, warc

PAGES = (
    ("https://example.org/", "200 OK", b"SAMPLE"),
    ("https://example.org/caf%C3%A9", "404 Not Found", b"SAMPLE " * 40_000),
    ("https://example.org/again", "200 OK", b""),
)


def listing(content: bytes):
    found = captures.listing(BytesIO(content))
    if found is not None:
        assert canonical.loads(canonical.dumps(found)) == found
    return found


@pytest.mark.parametrize("zipped", [False, True])
def test_a_warc_is_listed_as_another_reader_lists_it(zipped: bool) -> None:
    content = warc(PAGES, gzip=zipped)
    theirs = [
        {
            "url": record.rec_headers.get_header("WARC-Target-URI"),
            "time": record.rec_headers.get_header("WARC-Date"),
            "status": record.http_headers.get_statuscode(),
            "type": record.http_headers.get_header("Content-Type"),
        }
        for record in ArchiveIterator(BytesIO(content))
        if record.rec_type == "response"
    ]
    found = listing(content)
    assert found["urls"] == theirs
    assert len(theirs) == 3
    assert (found["format"], found["complete"], found["records"]) == ("warc", "yes", 4)
    assert found["types"] == {"warcinfo": 1, "response": 3}
    assert found["statuses"] == {"200": 2, "404": 1}
    assert found["first"] == TIME


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_wacz_is_listed_with_its_pages(compression: int) -> None:
    found = listing(wacz(warc(PAGES), compression, created=TIME, software="SAMPLE 1.0"))
    assert (found["format"], found["complete"]) == ("wacz", "yes")
    assert (found["title"], found["created"], found["version"]) == ("SAMPLE", TIME, "1.1.1")
    assert found["pages"] == [{"url": "https://example.org/", "time": TIME, "title": "Sample page"}]
    assert [one["url"] for one in found["urls"]] == [url for url, _status, _body in PAGES]


def test_a_capture_in_a_case_is_in_its_record_and_never_in_the_clear(tmp_path: Path) -> None:
    new(tmp_path / "case")
    (tmp_path / "page.wacz").write_bytes(wacz(warc(PAGES)))
    (tmp_path / "page.warc.gz").write_bytes(warc(PAGES))
    added = add(tmp_path / "case", tmp_path / "page.wacz", tmp_path / "page.warc.gz")
    assert [type(one) for one in added] == [adding.Added] * 2
    with opened(tmp_path / "case") as case:
        for one in added:
            (state,) = case.database.execute(
                "SELECT state FROM records WHERE subject = ?", (f"item/{one.item}",)
            ).fetchone()
            assert canonical.loads(bytes(state))["capture"]["statuses"] == {"200": 2, "404": 1}
        assert verifying.verify(case) == []
    there = b"".join(file.read_bytes() for file in tmp_path.rglob("case/**/*") if file.is_file())
    assert b"example.org" not in there


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"SAMPLE text",
        gzip.compress(b"SAMPLE, zipped", mtime=0),
        b"\x1f\x8b damaged",
        b"PK\x03\x04 damaged",
    ],
)
def test_what_is_no_capture_is_none(content: bytes) -> None:
    assert listing(content) is None


def test_a_zip_of_something_else_is_no_capture() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("letter.txt", "SAMPLE")
    assert listing(out.getvalue()) is None


def test_what_is_cut_off_or_damaged_is_listed_up_to_there() -> None:
    content = warc(PAGES, gzip=False)
    found = listing(content[:-10_000])
    assert (found["complete"], found["problem"]) == ("no", bounds.DAMAGED)
    assert [one["url"] for one in found["urls"]] == [url for url, _status, _body in PAGES[:2]]
    assert listing(content.replace(b"Content-Length: ", b"Content-Length: x"))["records"] == 0


def test_captures_of_any_size_are_listed_without_being_held(tmp_path: Path) -> None:
    new(tmp_path / "case")
    body = random.Random(1).randbytes(8 << 20)
    pages = [(f"https://example.org/{n}", "200 OK", body) for n in range(4)]
    (tmp_path / "large.warc").write_bytes(warc(pages, gzip=False))
    (tmp_path / "large.wacz").write_bytes(wacz(warc(pages, gzip=False)))
    del pages
    tracemalloc.start()
    added = add(tmp_path / "case", tmp_path / "large.warc", tmp_path / "large.wacz")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    with opened(tmp_path / "case") as case:
        for one in added:
            (state,) = case.database.execute(
                "SELECT state FROM records WHERE subject = ?", (f"item/{one.item}",)
            ).fetchone()
            found = canonical.loads(bytes(state))["capture"]
            assert (found["complete"], len(found["urls"])) == ("yes", 4)
    assert peak < 8 << 20  # of two captures of 32 MiB


def bomb(size: int) -> bytes:
    head = f"WARC/1.0\r\nWARC-Type: resource\r\nContent-Length: {size}\r\n\r\n".encode()
    return gzip.compress(head + bytes(size) + b"\r\n\r\n")


@pytest.mark.parametrize(
    "content",
    [
        bomb(40 << 20),
        wacz(bomb(40 << 20)),
        wacz(gzip.compress(bytes(40 << 20)), zipfile.ZIP_DEFLATED),
        gzip.compress(b"WARC/1.0\r\n" + b"a" * (40 << 20)),
        gzip.compress(b"WARC/1.0\r\nContent-Length: 0\r\n\r\n" + b"\r\n" * (20 << 20)),
        warc() + gzip.compress(b"") * 200_000,
        wacz(b"WARC/1.0\r\n", zipfile.ZIP_LZMA),
    ],
    ids=["body", "body in wacz", "twice", "line", "lines", "members", "lzma"],
)
def test_what_unpacks_to_too_much_is_left(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MAX_UNPACKED", 20 << 20)
    monkeypatch.setattr(warc_reader, "MAX_LINES", 10_000)
    tracemalloc.start()
    found = listing(content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found["complete"] == "no"
    assert found["problem"] in (bounds.LIMIT, bounds.DAMAGED)
    assert peak < 8 * len(content) + (8 << 20)


def test_a_zip_with_a_huge_list_of_contents_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MAX_DIRECTORY", 70_000)
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("datapackage.json", "{}")
        for number in range(2000):
            archive.writestr(f"archive/{number}-{'x' * 40}", b"")
    found = listing(out.getvalue())
    assert (found["problem"], found["checks"]) == (bounds.LIMIT, {"limit": {"count": 1}})


def test_what_a_record_lists_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [(f"https://example.org/{n}/" + "é" * 5000, "200 OK", b"") for n in range(1100)]
    found = listing(warc(pages))
    assert found["records"] == 1101
    assert len(found["urls"]) + found["not_listed"] == 1100
    assert len(canonical.dumps(found)) < 300_000
    short = [(f"https://example.org/{n}", "200 OK", b"") for n in range(1100)]
    assert listing(warc(short))["not_listed"] == 100


SAMPLES = [warc(gzip=False), warc(), wacz(warc())]


@given(st.data())
def test_whatever_the_bytes_are_there_is_an_answer(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from(SAMPLES)))
    for _each in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=6))
        if not content:
            break
    listing(bytes(content))
