"""Any bytes at all are records, or one clear error: what the fuzzer begins from, damaged."""

import contextlib
import io
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
from fuzz import readers
from fuzz.targets import IMPORTS, TARGETS
from hypothesis import given, settings
from hypothesis import strategies as st

from contrechamp.base.csv_and_xlsx import MAX_CELL
from contrechamp.base.errors import InputError
from contrechamp.dossier.formats.in_cell import json_files
from contrechamp.dossier.formats.read import importing
from contrechamp.dossier.formats.read.registry import FORMATS


def _workbook() -> dict[str, bytes]:
    book = openpyxl.Workbook()
    book.active.append(["id", "a"])
    book.active.append([1, "SAMPLE"])
    out = io.BytesIO()
    book.save(out)
    with zipfile.ZipFile(out) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


WORKBOOK = _workbook()


@st.composite
def damaged(draw: Callable[..., object], seed: bytes) -> bytes:
    """Return a file with pieces of it cut out, doubled or written over."""
    content = bytearray(seed)
    for _change in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(content)))
        end = min(len(content), start + draw(st.integers(0, 12)))
        piece = draw(
            st.one_of(
                st.binary(max_size=8),
                st.sampled_from(
                    [b"[" * 2000, b"null", b"1e999", b"-1", b"\0", b"\xff\xfe", b"NaN"]
                ),
                st.just(bytes(content[end : end + 20])),
            )
        )
        content[start:end] = piece
    return bytes(content)


def test_the_fuzzer_has_a_seed_for_each_format() -> None:
    assert set(IMPORTS) == set(FORMATS) - {"attachments"}, "attachments are kept, never read"


@pytest.mark.parametrize("name", sorted(IMPORTS))
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_bytes_are_records_or_an_error_of_ours(name: str, data: st.DataObject) -> None:
    seed = data.draw(st.sampled_from([*IMPORTS[name], b"", readers.archive(a__json=b"{}")]))
    try:
        made = TARGETS[f"import-{name}"].read(data.draw(damaged(seed)))
    except InputError:
        return
    assert isinstance(made, list)


@pytest.mark.parametrize("name", ["ocds", "bayanat", "submissions", "mapped"])
def test_json_deeper_than_any_stack_is_an_error_of_ours(name: str) -> None:
    deep = b'{"releases":' + b"[" * 200_000
    with pytest.raises(InputError):
        TARGETS[f"import-{name}"].read(deep)


def test_a_part_of_an_archive_without_a_name_is_passed_over() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("x", b"SAMPLE")
    content = out.getvalue().replace(b"\x01\x00\x00\x00x", b"")  # found by fuzzing
    nameless = bytearray(out.getvalue())
    at = nameless.index(b"PK\x01\x02")
    nameless[at + 28 : at + 30] = b"\0\0"  # length of the name in the directory
    for broken in (content, bytes(nameless)):
        with pytest.raises(InputError):
            importing.format_of(readers.given(broken), "")


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_part_of_an_archive_is_an_error_of_ours(method: int) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("s.json", b'{"value":[]}' + b" " * 5000)
    content = bytearray(out.getvalue())
    end = content.index(b"PK\x01\x02")
    for place in range(36, end):
        broken = (
            bytes(content[:place]) + bytes([content[place] ^ 0xFF]) + bytes(content[place + 1 :])
        )
        file = readers.given(broken)
        for read in (lambda one: one.json(), lambda one: list(one.lines())):
            with contextlib.suppress(InputError):  # and no other
                for part in file.parts():
                    read(part)


def test_a_part_that_unpacks_to_more_than_it_says_is_cut_off_there() -> None:
    content = bytearray(readers.archive(s__json=b"[" + b" " * 100_000 + b"]"))
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = content.index(mark)
        content[at + offset : at + offset + 4] = (1000).to_bytes(4, "little")
    with pytest.raises(InputError, match="cannot be read as an archive"):
        readers.given(bytes(content)).parts()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::UserWarning")  # of openpyxl, on what is damaged
@pytest.mark.parametrize("name", sorted(name for name in WORKBOOK if "docProps" not in name))
def test_a_damaged_workbook_is_rows_or_an_error_of_ours(name: str) -> None:
    whole = WORKBOOK[name]
    # The sheet is damaged everywhere, what lies around it here and there.
    for place in range(0, len(whole), 5 if "sheet" in name else 1 + len(whole) // 40):
        for piece in (b"", b"<", b"9A"):
            out = io.BytesIO()
            with zipfile.ZipFile(out, "w") as archive:
                for path, content in WORKBOOK.items():
                    broken = whole[:place] + piece + whole[place + 3 :]
                    archive.writestr(path, broken if path == name else content)
            with contextlib.suppress(InputError):  # and no other
                file = readers.given(out.getvalue())
                file.header()
                list(file.rows())


def test_a_cell_larger_than_the_limit_is_an_error_of_ours() -> None:
    table = b"id,a\n1," + b"x" * (MAX_CELL + 1) + b"\n"
    with pytest.raises(InputError, match=r"fuzz:\d+: cannot be read"):
        list(readers.given(table).rows())


@pytest.mark.parametrize("deep", [97, 990, 100_000])
def test_json_that_is_too_deep_is_refused(deep: int) -> None:
    for start, end in ((b"[", b"]"), (b'{"a":', b"}")):
        content = start * deep + (b"" if start == b"[" else b"1") + end * deep
        with pytest.raises(InputError, match="it is not JSON"):
            readers.given(content).json()
        (line,) = readers.given(content).lines()
        with pytest.raises(InputError, match="it is not JSON"):
            line.found()
    shallow = b"[" * 96 + b"]" * 96
    assert len(str(readers.given(shallow).json())) == 192
    assert [line.found() for line in readers.given(shallow).lines()] != []


def test_json_of_too_many_values_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_files, "MAX_VALUES", 1_000)
    with pytest.raises(InputError, match=r"^fuzz: it holds more than 0 million values; split it"):
        readers.given(b"[" + b"[]," * 600 + b"1]").json()
