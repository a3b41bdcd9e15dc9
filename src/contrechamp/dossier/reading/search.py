"""Full text in every language: how words are written alike, what is indexed, what is found."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from contrechamp.dossier.reading.lookup import ListedRecord, get
from contrechamp.dossier.records.contents import field_values
from contrechamp.dossier.records.field_types import Record
from contrechamp.vault.case import Case

#: Letters that are written for one another. NFKD has taken off accents, vowel signs, niqqud and
#: the hamza on its carriers before, and casefold has made ß ss and the final sigma a sigma.
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
    """What each letter is written as in the index; found out when it is first met."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        if letter in _ALIKE:
            alike = _ALIKE[letter]
        elif unicodedata.category(letter) in {"Mn", "Cf"}:  # accents, vowel signs, marks of writing
            alike = ""
        else:  # digits of any script are ours
            alike = str(unicodedata.decimal(letter, letter))
        self[code] = alike
        return alike


_LETTERS = _Letters()
#: Quotation marks inside of a Hebrew word (צה"ל) are gershayim as most keyboards have them.
_HEBREW_QUOTE = re.compile(r"(?<=[א-ת])[\"'’”](?=[א-ת])")
#: The Arabic article, alone or behind one of the letters that are written together with it.
_ARTICLE = re.compile(r"\b(?:[وفبك]?ال|لل)(?=[\u0621-\u064a]{3})")
#: A word of the index: what the tokenizer unicode61 of SQLite parts at, we part at.
_WORD = re.compile(r"\w+")


#: What so many records say ranks none of them, and would have to be weighed in each.
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
        excerpt: a few words around the first that fits, as they were written.
    """

    record: ListedRecord
    excerpt: str = field(repr=False)


def normalised(text: str) -> str:
    """Return a text as it is indexed and looked for.

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
    # Twice, for some letters have small ones only once they are taken apart.
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    text = _HEBREW_QUOTE.sub("", text.translate(_LETTERS))
    return _ARTICLE.sub("", text).replace("_", " ")


def text_of(record: Record) -> str:
    """Return the words of a record that may be found: nothing that is closed."""
    return " ".join(
        normalised(held.value)
        for held in field_values(record)
        if not held.closed and held.shape.holds == "text" and held.shape.refers_to is None
    )


def query_of(words: str) -> str:
    """Return what FTS5 is asked for: every word; the last letters may be missing with a star.

    Words in quotation marks have to stand beside each other.

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
    """Return the records that hold all words, the best first; of very many, the newest.

    Args:
        case: open.
        words: see `query_of`.
        kind: of records; "" for all.
        limit: so many at most.
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
    """Return the newest that fit, looked for among ever more of the newest records.

    FTS5 goes upwards fast; to go downwards it first gathers all that a beginning of words fits.
    """
    (top,) = case.database.execute("SELECT max(row) FROM dossier").fetchone()
    among = 4 * limit
    while True:
        rows = case.database.execute(_AMONG, (*asked, top - among)).fetchall()
        if len(rows) >= limit or among >= top:
            return list(reversed(rows))[:limit]
        among *= 4


def excerpt(record: Record, wanted: Sequence[str], around: int = 6) -> str:
    """Return the words around the first that fits, as they were written.

    Args:
        record: that was found.
        wanted: words, normalised.
        around: so many words before and behind.
    """
    for held in field_values(record):
        form = held.shape.form.name if held.shape.form is not None else "line"
        if held.closed or held.shape.holds != "text" or held.shape.refers_to is not None:
            continue
        if form != "line":  # a key or a date says nothing to who looks for words
            continue
        written = str(held.value).split()
        for place, word in enumerate(written):
            if any(one and one in normalised(word) for one in wanted):
                begin, end = max(0, place - around), place + around + 1
                cut = " ".join(written[begin:end])
                return f"{'… ' if begin else ''}{cut}{' …' if end < len(written) else ''}"
    return ""
