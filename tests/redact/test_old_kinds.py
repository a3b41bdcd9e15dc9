"""What office files of old kinds hold is told, of each what it holds. All contents are samples."""

import struct
from pathlib import Path

import pytest

from contrechamp.base.progress import silent
from contrechamp.redact.office.old_kinds import held
from redact.compound_files import compound

#: At least as large as a stream that is kept in whole sectors.
ROOM = bytes(5000)


def told(folder: Path, content: bytes, format_name: str) -> list[str]:
    (folder / "source").write_bytes(content)
    return held({"source": str(folder / "source"), "format": format_name}, silent)


def of_xls(number: int, content: bytes) -> bytes:
    return struct.pack("<HH", number, len(content)) + content


def sheet(state: int, kind: int = 0) -> bytes:
    return of_xls(0x85, struct.pack("<IBB", 0, state, kind) + b"\x05\0Plan1")


def of_ppt(number: int, content: bytes, version: int = 0) -> bytes:
    return struct.pack("<HHI", version, number, len(content)) + content


def doc(comments: int, revisers: int) -> tuple[bytes, bytes]:
    """The two streams of a DOC that tell of comments and of whoever changed it."""
    names = b"".join(struct.pack("<H", 1) + b"A\0" for _one in range(revisers))
    table = struct.pack("<HHH", 0xFFFF, revisers, 0) + names
    head = bytearray(ROOM)
    struct.pack_into("<H", head, 10, 0x0200)
    struct.pack_into("<II", head, 154 + 8 * 4, 0, 4 + 34 * comments if comments else 0)
    struct.pack_into("<II", head, 154 + 8 * 51, 0, len(table))
    return bytes(head), table


def test_a_doc_tells_macros_objects_comments_and_changes(tmp_path: Path) -> None:
    head, table = doc(comments=3, revisers=2)
    content = compound(
        {
            "WordDocument": head,
            "1Table": table,
            "Macros": {"VBA": {"dir": b"x"}},
            "ObjectPool": {"_1": {"Ole": b"x"}, "_2": {"Ole": b"x"}},
        }
    )
    assert told(tmp_path, content, "DOC") == [
        "tracked changes (insertions stay, deletions are gone)",
        "comments: 3",
        "macros",
        "embedded objects: 2",
    ]
    head, table = doc(comments=0, revisers=1)
    assert told(tmp_path, compound({"WordDocument": head, "1Table": table}), "DOC") == []


def test_an_xls_tells_what_its_records_are(tmp_path: Path) -> None:
    book = b"".join(
        (
            *(sheet(0), sheet(1), sheet(2), sheet(0, kind=1)),
            of_xls(0x1AE, b"\x01\0\x01\x04"),
            *(of_xls(0x1AE, b"\x01\0\x05\0other"), of_xls(0x1C, bytes(12))),
        )
    )
    content = compound(
        {"Workbook": book + ROOM, "MBD0001": {"Ole": b"x"}, "_SX_DB_CUR": {"1": b"x"}}
    )
    assert told(tmp_path, content, "XLS") == [
        "comments: 1",
        "hidden sheets: 2",
        "links to other files",
        "macros",
        "embedded objects: 1",
        "pivot tables with the data they were made from",
    ]
    assert told(tmp_path, compound({"Workbook": sheet(0) + ROOM}), "XLS") == []


def test_a_ppt_tells_what_its_slides_do_not_show(tmp_path: Path) -> None:
    hidden = of_ppt(0x3F9, struct.pack("<IIBBHI", 0, 0, 0, 0, 4, 0))
    shown = of_ppt(0x3F9, struct.pack("<IIBBHI", 0, 0, 0, 0, 1, 0))
    content = b"".join(
        (
            of_ppt(0x3EE, hidden + of_ppt(12000, b"", version=15), version=15),
            *(of_ppt(0x3EE, shown, version=15), of_ppt(0x3F0, b"", version=15)),
            of_ppt(0x3FF, of_ppt(0x400, struct.pack("<III", 1, 1, 2)), version=15),
            *(of_ppt(0xFF5, bytes(28)), of_ppt(0xFF5, bytes(28))),
        )
    )
    assert told(tmp_path, compound({"PowerPoint Document": content + ROOM}), "PPT") == [
        "comments: 1",
        "hidden slides: 1",
        "macros",
        "speaker's notes: 1",
        "earlier versions of slides",
    ]


def test_an_rtf_tells_comments_objects_changes_and_hidden_text(tmp_path: Path) -> None:
    content = (
        rb"{\rtf1 SAMPLE {\*\annotation Look}{\object\objemb}{\revised new}{\deleted old}"
        rb"{\v unseen}{\viewkind4}{\objectx}}"
    )
    assert told(tmp_path, content, "RTF") == [
        "tracked changes (insertions stay, deletions are gone)",
        "comments: 1",
        "hidden text",
        "embedded objects: 1",
    ]


@pytest.mark.parametrize("format_name", ["DOC", "XLS", "PPT"])
def test_what_cannot_be_looked_through_is_told(tmp_path: Path, format_name: str) -> None:
    content = compound({"Macros": {"VBA": {"dir": b"x"}}, "Other": ROOM})
    assert told(tmp_path, content, format_name)[-1] == "not all of it could be looked through"
