"""Taking the text of items that are in a case: at the end of what brought them in, or later.

An item is in the case, and safe, before anybody looks for its text: what its reader makes of it can
take nothing away. Texts become part of the case some at a time; what was interrupted goes on.
"""

import io
import math
import re
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import IO, Any, Final

from contrechamp.base.disk import Disk
from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress, silent
from contrechamp.base.search_words import normalised
from contrechamp.cell import tesseract
from contrechamp.cell.reading import Cell, OwnContent, opened_cell
from contrechamp.vault import database, erasing, lock, object_keys, objects, subjects, turns
from contrechamp.vault.case import Case
from contrechamp.vault.object_keys import ObjectKey
from contrechamp.vault.seekable import CHUNK, Seekable
from contrechamp.vault.taking import Incoming
from contrechamp.vault.texts import packed, reading, tables
from contrechamp.vault.texts.in_cell import by_kind
from contrechamp.vault.texts.in_cell.kinds import (
    HEAD,
    SUFFIXES,
    kind_of,
    may_hold_text,
    suffix_kind,
)
from contrechamp.vault.texts.reading import Lacking, Ocr, Text
from contrechamp.vault.values import blob

#: Raised when readers take more than before: `--read-texts` then reads again what lacked something.
VERSION: Final = 3
#: How long pictures are read for each `add`, in seconds: a thousand photos take an hour. The rest
#: is left to `again`.
OCR_SECONDS: Final = 120.0
#: Setting of a case: up to which entry of the log all items were looked into.
_LOOKED_TO: Final = "texts_looked_to"
#: The item that an entry of the log is about; what the record of a file says that begins like
#: nothing known, and of one whose name tells more.
_ITEM: Final = re.compile(rb'"subject":"(item/[0-9a-f]{16})"')
_OF_ANY_BYTES: Final = b'"media_type":"application/octet-stream"'
_SUFFIX: Final = re.compile(rb"(?i)\.(?:%b)\"" % "|".join(map(re.escape, SUFFIXES)).encode())
#: Most texts, letters, and seconds of reading, that are written together.
_TEXTS, _LETTERS, _SECONDS = 256, 8 << 20, 20.0


def lacking(case: Case) -> Counter[Lacking]:
    """Return how many contents lack text, and why."""
    if not tables.are_there(case.database):
        return Counter()
    rows = case.database.execute(
        "SELECT kind, lacks, text IS NOT NULL, count(*) FROM texts WHERE lacks <> '' "
        "GROUP BY 1, 2, 3"
    )
    return Counter(
        {Lacking(str(k), str(why), bool(some)): int(many) for k, why, some, many in rows}
    )


def waiting(case: Case) -> int:
    """Return in how many contents nobody has looked for text yet, that may hold some."""
    return len(_waiting(case, _looked_to(case)))


@dataclass(frozen=True)
class _Waiting:
    """A content whose text is to be looked for.

    Args:
        object: its name.
        media_type: as its record says.
        name: of the first item that has it.
    """

    object: str
    media_type: str
    name: str


@dataclass(frozen=True)
class _Looked:
    """A content that was looked into.

    Args:
        object: its name.
        kind: of text.
        text: that was found.
    """

    object: str
    kind: str
    text: Text

    @property
    def how(self) -> Lacking:
        """How its text was read."""
        return Lacking(self.kind, self.text.lacks, bool(self.text.parts))


@dataclass
class _Batch:
    """Contents whose text was looked for, and that are to be written together."""

    found: list[_Looked]
    letters: int
    since: float

    @property
    def is_full(self) -> bool:
        """Whether it is time to write."""
        return (
            len(self.found) >= _TEXTS
            or self.letters >= _LETTERS
            or time.monotonic() - self.since > _SECONDS
        )


@dataclass(frozen=True)
class _Reading:
    case: Case
    cell: Callable[[], Cell]
    ocr: Ocr


def take(
    case: Case,
    *,
    again: bool = False,
    unconfined: bool = False,
    progress: Progress = silent,
) -> Counter[Lacking]:
    """Take the text of every item that nobody looked for text in yet.

    Other processes may write to the case while items are read.

    Args:
        case: open for writing.
        again: look once more in those of which something is lacking that may be there now: a later
            version reads more, Tesseract was installed since, or another machine confines readers.
        unconfined: read even where the process that does so cannot be confined.
        progress: is told how many items were looked at.

    Returns:
        How many contents were opened, by what is lacking of their text.

    Raises:
        OutputError: if the case cannot be written to; what was read before is in it.
    """
    if again:
        _forget_lacking(case)
    size, since = case.size, 0 if again else _looked_to(case)
    others = _waiting(case, since)
    told = _take(case, others, again=again, unconfined=unconfined, progress=progress)
    if size > since:
        _note_looked_to(case, size)
    return told


def _take(
    case: Case, others: Sequence[_Waiting], *, again: bool, unconfined: bool, progress: Progress
) -> Counter[Lacking]:
    told: Counter[Lacking] = Counter()
    if not others:
        return told
    with ExitStack() as stack:
        opened: list[Cell] = []

        def cell() -> Cell:
            if not opened:
                opened.append(
                    stack.enter_context(
                        opened_cell(reading.LIMITS, _modules(others), unconfined=unconfined)
                    )
                )
            return opened[0]

        disk = stack.enter_context(case.folder.disk())
        in_turns = stack.enter_context(lock.taking_in(case.folder, objects.INCOMING_PATH))
        advance = stack.enter_context(progress(_reading_label(), len(others)))
        seconds = math.inf if again else OCR_SECONDS
        ocr = Ocr(tesseract.found(unconfined=unconfined), seconds, unconfined)
        run = _Reading(case, cell, ocr)
        keys = object_keys.by_name(case, [one.object for one in others])
        rest = iter([(one, keys[one.object]) for one in others if one.object in keys])
        while True:
            with turns.others_may_write(case) if in_turns else ExitStack():
                batch = _read_some(run, rest, advance)
            if not batch.found:
                break
            _write(case, batch, disk)
            told.update(one.how for one in batch.found)
    return told


def _reading_label() -> str:
    return _("Reading texts")


def _looked_to(case: Case) -> int:
    """Return up to which entry of the log all items were looked into."""
    row = case.database.execute("SELECT value FROM settings WHERE name = ?", (_LOOKED_TO,))
    found = row.fetchone()
    return 0 if found is None else int.from_bytes(blob(found[0], "settings.value", 8), "big")


def _note_looked_to(case: Case, size: int) -> None:
    with database.transaction(case.database):
        value = size.to_bytes(8, "big")
        case.database.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (_LOOKED_TO, value))


def _waiting(case: Case, since: int) -> list[_Waiting]:
    """Return the contents of items since an entry that may hold text, and are not in the table."""
    entries = case.database.execute(
        "SELECT content FROM entries WHERE number >= ? AND instr(content, ?) ORDER BY number",
        (since, b'"subject":"item/'),
    )
    # Of a thousand files without text nothing is parsed: their intake must cost no more for this.
    named = (_ITEM.search(content) for (content,) in entries)
    items = dict.fromkeys(one[1].decode() for one in named if one is not None)
    states = subjects.newest_of(case, items)
    found: dict[str, _Waiting] = {}
    for item in items:
        state = states.get(item)
        if state is None or state.object is None or state.object in found:
            continue
        if _OF_ANY_BYTES in state.content and not _SUFFIX.search(state.content):
            continue
        says = state.parsed
        media_type, name = str(says.get("media_type", "")), str(says.get("name", ""))
        if may_hold_text(media_type, name):
            found[state.object] = _Waiting(state.object, media_type, name)
    there = tables.among(case.database, found)
    return [one for content, one in found.items() if content not in there]


def _modules(waiting: Sequence[_Waiting]) -> list[str]:
    """Return what most of these need, to be imported once; the rest each child imports itself."""
    kinds: set[str] = set()
    for one in waiting:
        if one.media_type == "application/pdf":
            kinds.add("pdf")
        elif one.media_type.startswith("image/"):
            kinds.add("picture")
        elif "vnd." in one.media_type or one.media_type.endswith("zip"):
            kinds.add("zip")
        kinds.add(suffix_kind(one.name))
    kinds &= by_kind.KINDS
    return ["contrechamp.vault.texts.in_cell.read", *by_kind.modules(kinds)]


def _read_some(
    run: _Reading, rest: Iterator[tuple[_Waiting, ObjectKey]], advance: Callable[[float], None]
) -> _Batch:
    batch = _Batch([], 0, time.monotonic())
    for one, key in rest:
        kind, text = _read(run, one, key)
        batch.found.append(_Looked(one.object, kind, text))
        batch.letters += sum(len(part.text) for part in text.parts)
        advance(1)
        if batch.is_full:
            break
    return batch


def _read(run: _Reading, one: _Waiting, key: ObjectKey) -> tuple[str, Text]:
    """Return what kind of text a content holds, and its text."""
    try:
        with content_of(run.case, key) as content:
            kind = kind_of(content.read(HEAD), one.name.rpartition("/")[2])
            if kind in ("", "unread"):
                return kind, Text(lacks="kind" if kind else "")
            # Decoding text follows no structure in it: that is done here, and at once.
            cell = OwnContent() if kind == "plain" else run.cell()
            return kind, reading.text_of(content, kind, cell, run.ocr)
    except (InputError, OSError):
        return "", Text(lacks="damaged")  # `verify` says what is wrong with it


def content_of(case: Case, key: ObjectKey) -> IO[bytes]:
    """Open the content of an object, which is decrypted as it is read."""
    if key.place.length is not None or key.size <= objects.SMALL:
        return io.BytesIO(object_keys.read(case, key))
    return io.BufferedReader(Seekable(objects.opened(case.folder, key.place), key.identity), CHUNK)


def _write(case: Case, batch: _Batch, disk: Disk) -> None:
    """Make texts part of the case; those of items that were erased meanwhile are left out."""
    incoming = Incoming(case.folder)
    rows: list[tuple[str, str, str, str | None]] = []
    words: dict[str, str] = {}
    keys: list[tuple[ObjectKey, str]] = []
    there = object_keys.by_name(case, [one.object for one in batch.found])
    for one in batch.found:
        if one.object not in there:
            continue
        name = None
        if one.text.parts:
            name = secrets.token_hex(16)
            source = io.BytesIO(packed.packed(one.text.parts))
            taken, _first = incoming.take(source, lambda _bytes: None)
            place = objects.Place(objects.path_of(taken.incoming), taken.start, taken.length)
            key = ObjectKey(name, taken.identity, taken.size, taken.sha256, taken.blake3, place)
            keys.append((key, taken.incoming))
            words[one.object] = indexed(one.text.parts)
        rows.append((one.object, one.kind, one.text.lacks, name))
    files = incoming.settle(disk)
    objects.check_incoming(case.folder, files)
    with database.transaction(case.database):
        tables.make(case.database)
        object_keys.put(case, keys)
        _put_rows(case, rows)
        for content, text_words in words.items():
            case.database.execute(
                "INSERT INTO text_search (rowid, text) SELECT row, ? FROM texts WHERE object = ?",
                (text_words, content),
            )
    moves = [(objects.waiting_in_incoming(file), file) for file in files]
    objects.put_in_place(case.folder, moves, disk)
    object_keys.settle(case)


def indexed(parts: Sequence[packed.TextPart]) -> str:
    """Return the words of a text as they are indexed."""
    return "\n".join(normalised(part.text) for part in parts)


def _put_rows(case: Case, rows: Sequence[tuple[str, str, str, str | None]]) -> None:
    case.database.executemany(
        "INSERT OR IGNORE INTO texts (object, kind, lacks, reader, text) VALUES (?, ?, ?, ?, ?)",
        [(content, kind, lacks, VERSION, text) for content, kind, lacks, text in rows],
    )


def _forget_lacking(case: Case) -> None:
    """Forget the texts of which something is lacking: they are taken again."""
    if not tables.are_there(case.database):
        return
    rows: list[Any] = case.database.execute(
        "SELECT object FROM texts WHERE lacks <> '' OR reader < ?", (VERSION,)
    ).fetchall()
    erasing.forget_texts(case, [str(content) for (content,) in rows])
