"""Finding words in the texts of items, and the passage of each where they stand."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from contrechamp.base.errors import InputError
from contrechamp.base.search_words import WORD, normalised
from contrechamp.vault import object_keys, subjects
from contrechamp.vault.case import Case
from contrechamp.vault.texts import packed, tables
from contrechamp.vault.texts.in_cell.kinds import may_hold_text
from contrechamp.vault.texts.packed import TextPart
from contrechamp.vault.texts.reading import Lacking

#: With so many matches ranking says little, and would have to score every one of them.
COMMON: Final = 1_000
#: Words before and after the one that was found.
_AROUND: Final = 8
#: Letters of a text in which the best passage is looked for; beyond, the first one does.
_LOOKED_THROUGH: Final = 200_000

_COUNT = "SELECT count(*) FROM (SELECT 1 FROM text_search WHERE text_search MATCH ? LIMIT ?)"
_ROWS = "SELECT rowid FROM text_search WHERE text_search MATCH ?"


@dataclass(frozen=True)
class Passage:
    """Where words stand in a text.

    Args:
        at: the place; see `packed.TextPart`.
        words: those around, as they were written, and whether each was looked for.
        begins: whether the text begins with them; `ends` likewise.
        ends: whether it ends with them.
    """

    at: tuple[tuple[str, str], ...]
    words: tuple[tuple[str, bool], ...] = field(repr=False)
    begins: bool
    ends: bool

    @property
    def text(self) -> str:
        """The words, between dots where there are more."""
        written = " ".join(word for word, _hit in self.words)
        return f"{'' if self.begins else '… '}{written}{'' if self.ends else ' …'}"


@dataclass(frozen=True)
class Found:
    """An item whose text holds the words.

    Args:
        items: references to all items with this content, the oldest first.
        name: of the first of them.
        passage: where; None if its text cannot be read any more.
    """

    items: tuple[str, ...]
    name: str
    passage: Passage | None


def find(case: Case, query: str, asked: str, *, limit: int = 50) -> list[Found]:
    """Return the items whose text holds all words, the best first; of very many, the newest.

    Args:
        case: open.
        query: of FTS5, as `search_words.query_of` makes it.
        asked: the words as they were asked for.
        limit: at most so many.
    """
    if not query or not tables.are_there(case.database):
        return []
    numbers = _numbers(case, query, limit)
    marks = ", ".join("?" * len(numbers))
    rows = {
        int(row): (str(content), str(text))
        for row, content, text in case.database.execute(
            f"SELECT row, object, text FROM texts WHERE row IN ({marks}) AND text IS NOT NULL",  # noqa: S608
            numbers,
        )
    }
    there = [rows[number] for number in numbers if number in rows]
    holders = subjects.holders(case, [content for content, _text in there])
    keys = object_keys.by_name(case, [text for _content, text in there])
    wanted = wanted_words(asked)
    found = []
    for content, text in there:
        items = holders.get(content, [])
        if not items:
            continue
        state = subjects.newest(case, items[0])
        name = str(state.parsed.get("name", "")) if state is not None else ""
        passage = None
        if text in keys:
            try:
                parts = packed.unpacked(object_keys.read(case, keys[text]))
                passage = best_passage(parts, wanted)
            except InputError:
                passage = None  # `verify` says what is wrong with it
        found.append(Found(tuple(items), name, passage))
    return found


def texts_of(case: Case, contents: Iterable[str]) -> dict[str, Callable[[], list[str]]]:
    """Return what reads the text of each content that has one: its parts, none if it is damaged.

    Args:
        case: open.
        contents: names of their objects.
    """
    if not tables.are_there(case.database):
        return {}
    wanted = set(contents)
    rows = case.database.execute("SELECT object, text FROM texts WHERE text IS NOT NULL").fetchall()
    named = {str(content): str(text) for content, text in rows if content in wanted}
    keys = object_keys.by_name(case, named.values())
    return {
        content: partial(_parts_of, case, keys[text])
        for content, text in named.items()
        if text in keys
    }


def text_of_item(case: Case, item: str) -> tuple[list[TextPart], Lacking | None]:
    """Return the text of an item, and how it was read; None if nobody looked into it yet.

    Args:
        case: open.
        item: reference, ``item/<id>``.

    Raises:
        InputError: if its text is damaged.
    """
    state = subjects.newest(case, item)
    if state is None or state.object is None:
        return [], None
    says = state.parsed
    if not may_hold_text(str(says.get("media_type", "")), str(says.get("name", ""))):
        return [], Lacking("", "", False)
    if not tables.are_there(case.database):
        return [], None
    row = case.database.execute(
        "SELECT kind, lacks, text FROM texts WHERE object = ?", (state.object,)
    ).fetchone()
    if row is None:
        return [], None
    kind, lacks, text = row
    key = object_keys.by_name(case, [str(text)]).get(str(text)) if text is not None else None
    parts = packed.unpacked(object_keys.read(case, key)) if key is not None else []
    return parts, Lacking(str(kind), str(lacks), bool(parts))


def _parts_of(case: Case, key: object_keys.ObjectKey) -> list[str]:
    try:
        return [part.text for part in packed.unpacked(object_keys.read(case, key))]
    except InputError:
        return []  # `verify` says what is wrong with it


def _numbers(case: Case, query: str, limit: int) -> list[int]:
    (many,) = case.database.execute(_COUNT, (query, COMMON)).fetchone()
    if many < COMMON:
        rows: list[Any] = case.database.execute(
            f"{_ROWS} ORDER BY rank LIMIT ?", (query, limit)
        ).fetchall()
        return [int(row) for (row,) in rows]
    (top,) = case.database.execute("SELECT max(row) FROM texts").fetchone()
    among = 4 * limit
    while True:
        rows = case.database.execute(
            f"{_ROWS} AND rowid > ? ORDER BY rowid", (query, top - among)
        ).fetchall()
        if len(rows) >= limit or among >= top:
            return [int(row) for (row,) in reversed(rows)][:limit]
        among *= 4


def wanted_words(asked: str) -> list[re.Pattern[str]]:
    """Return what each word that was asked for matches among normalised words."""
    found = []
    for word in re.findall(r"\S+", asked.replace('"', " ") if '"' in asked else asked):
        for part in WORD.findall(normalised(word)):
            more = r"\w*" if word.endswith("*") else ""
            found.append(re.compile(rf"(?<!\w){re.escape(part)}{more}(?!\w)"))
    return found


def best_passage(parts: Sequence[TextPart], wanted: Sequence[re.Pattern[str]]) -> Passage | None:
    """Return the passage with most of the words, the first of several."""
    best: tuple[int, TextPart] | None = None
    looked = 0
    for part in parts:
        if best is not None and (looked > _LOOKED_THROUGH or best[0] == len(wanted)):
            break
        looked += len(part.text)
        plain = normalised(part.text)
        score = sum(pattern.search(plain) is not None for pattern in wanted)
        if score and (best is None or score > best[0]):
            best = (score, part)
    return None if best is None else _passage(best[1], wanted)


def _passage(part: TextPart, wanted: Sequence[re.Pattern[str]]) -> Passage:
    """Return the words around those that were looked for, where most of them stand together."""
    written = part.text.split()
    hits: list[tuple[int, int]] = []  # place, number of the pattern
    for place, word in enumerate(written):
        plain = normalised(word)
        hits += [(place, number) for number, one in enumerate(wanted) if one.search(plain)]
    first, many = 0, -1
    for place, _number in hits[:200]:
        near = {number for other, number in hits if place <= other <= place + _AROUND}
        if len(near) > many:
            first, many = place, len(near)
    begin, end = max(0, first - _AROUND), first + 2 * _AROUND + 1
    marked = {place for place, _number in hits}
    words = tuple((word[:80], place in marked) for place, word in
                  enumerate(written[begin:end], start=begin))  # fmt: skip
    return Passage(part.at, words, begin == 0, end >= len(written))
