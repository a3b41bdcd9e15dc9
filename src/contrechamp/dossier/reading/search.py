"""Full-text search in every language: normalising words, what is indexed, and finding it."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from contrechamp.dossier.reading.lookup import ListedRecord, get
from contrechamp.dossier.records.contents import field_values
from contrechamp.dossier.records.field_types import Record
from contrechamp.vault.case import Case

#: Letters used for one another. By then NFKD has split off accents, vowel signs, niqqud and
#: the hamza on its carriers, and casefold has turned ß into ss and final sigma into sigma.
_ALIKE = {
    # Arabic: forms of alef, alef maksura and Persian yeh, teh marbuta, Persian kaf, tatweel
    "ٱ": "ا", "ى": "ي", "ی": "ي", "ة": "ه", "ۀ": "ه", "ک": "ك", "ـ": "", "ء": "",
    # Hebrew: final letters, geresh and gershayim, maqaf
    "ך": "כ", "ם": "מ", "ן": "נ", "ף": "פ", "ץ": "צ", "׳": "", "״": "", "־": " ",
    # Latin letters that NFKD leaves
    "œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i",
    "\u200c": " ", "\u200d": "", "\u00ad": "",
}  # fmt: skip


class _Letters(dict[int, str]):
    """How each letter is written in the index; worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        if letter in _ALIKE:
            alike = _ALIKE[letter]
        elif unicodedata.category(letter) in {"Mn", "Cf"}:  # accents, vowel signs, marks of writing
            alike = ""
        else:  # digits of every script become 0 to 9
            alike = str(unicodedata.decimal(letter, letter))
        self[code] = alike
        return alike


_LETTERS = _Letters()
#: Quotation marks inside a Hebrew word (צה"ל) are gershayim as most keyboards type them.
_HEBREW_QUOTE = re.compile(r"(?<=[א-ת])[\"'’”](?=[א-ת])")
#: The Arabic article, alone or after one of the prefixes that are joined to it.
_ARTICLE = re.compile(r"\b(?:[وفبك]?ال|لل)(?=[\u0621-\u064a]{3})")
#: A word of the index, split where SQLite's tokenizer unicode61 splits.
_WORD = re.compile(r"\w+")


#: With this many matches ranking says little, and would have to score every one of them.
COMMON = 5_000
_MATCHING = (
    "FROM search WHERE search MATCH ? "
    "AND (? = '' OR rowid IN (SELECT row FROM dossier WHERE kind = ?))"
)
_COUNT = f"SELECT count(*) FROM (SELECT 1 {_MATCHING} LIMIT ?)"  # noqa: S608
_LISTED = "SELECT id, kind, version, title FROM dossier JOIN"
_BEST = (
    f"{_LISTED} (SELECT rowid AS found, rank AS score {_MATCHING} ORDER BY rank LIMIT ?) "
    "ON row = found ORDER BY score"
)
_AMONG = f"{_LISTED} (SELECT rowid AS found {_MATCHING} AND rowid > ?) ON row = found ORDER BY row"


@dataclass(frozen=True)
class Hit:
    """A record that was found.

    Args:
        record: which.
        excerpt: a few words around the first match, as they were written.
    """

    record: ListedRecord
    excerpt: str = field(repr=False)


def normalised(text: str) -> str:
    """Return a text in the form in which it is indexed and searched for.

    >>> normalised("Hébron")
    'hebron'
    >>> normalised("الكاميرات") == normalised("كاميرات")
    True
    >>> normalised("צה״ל") == normalised('צה"ל')
    True
    """
    text = text.casefold()
    if text.isascii():
        return text.replace("_", " ")
    # Twice, because some letters have a lower case only once they are decomposed.
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    text = _HEBREW_QUOTE.sub("", text.translate(_LETTERS))
    return _ARTICLE.sub("", text).replace("_", " ")


def text_of(record: Record) -> str:
    """Return the searchable words of a record: nothing that is closed."""
    return " ".join(
        normalised(held.value)
        for held in field_values(record)
        if not held.closed and held.shape.holds == "text" and held.shape.refers_to is None
    )


def query_of(words: str) -> str:
    """Return the FTS5 query for all of the words; one with a star matches as a prefix.

    Words in quotation marks must stand next to each other.

    >>> query_of('camera* "porte nord"')
    '"camera" * AND "porte nord"'
    """
    asked = []
    for phrase, word in re.findall(r'"([^"]*)"|(\S+)', _HEBREW_QUOTE.sub("", words)):
        found = _WORD.findall(normalised(phrase or word))
        if not found:
            continue
        star = " *" if word.endswith("*") else ""
        asked.append(f'"{" ".join(found)}"{star}')
    return " AND ".join(asked)


def find(case: Case, words: str, *, kind: str = "", limit: int = 50) -> list[Hit]:
    """Return the records that hold all words, the best first; if very many do, the newest first.

    Args:
        case: open.
        words: see `query_of`.
        kind: of records; "" for all.
        limit: at most this many.
    """
    query = query_of(words)
    if not query:
        return []
    asked = (query, kind, kind)
    (many,) = case.database.execute(_COUNT, (*asked, COMMON)).fetchone()
    if many < COMMON:
        rows = case.database.execute(_BEST, (*asked, limit)).fetchall()
    else:
        rows = _newest(case, asked, limit)
    wanted = [normalised(word) for word in _WORD.findall(words)]
    return [
        Hit(
            ListedRecord(str(row[0]), str(row[1]), int(row[2]), str(row[3])),
            excerpt(get(case, str(row[0])).record, wanted),
        )
        for row in rows
    ]


def _newest(case: Case, asked: tuple[str, str, str], limit: int) -> list[Any]:
    """Return the newest matches, looking among ever more of the newest records.

    FTS5 walks upwards fast; to walk downwards it first collects all matches of a prefix.
    """
    (top,) = case.database.execute("SELECT max(row) FROM dossier").fetchone()
    among = 4 * limit
    while True:
        rows = case.database.execute(_AMONG, (*asked, top - among)).fetchall()
        if len(rows) >= limit or among >= top:
            return list(reversed(rows))[:limit]
        among *= 4


def excerpt(record: Record, wanted: Sequence[str], around: int = 6) -> str:
    """Return the words around the first match, as they were written.

    Args:
        record: that was found.
        wanted: words, normalised.
        around: number of words before and after.
    """
    for held in field_values(record):
        form = held.shape.form.name if held.shape.form is not None else "line"
        if held.closed or held.shape.holds != "text" or held.shape.refers_to is not None:
            continue
        if form != "line":  # a key or a date tells nothing to somebody searching for words
            continue
        written = str(held.value).split()
        for place, word in enumerate(written):
            if any(one and one in normalised(word) for one in wanted):
                begin, end = max(0, place - around), place + around + 1
                cut = " ".join(written[begin:end])
                return f"{'… ' if begin else ''}{cut}{' …' if end < len(written) else ''}"
    return ""
