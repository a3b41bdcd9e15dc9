"""Full text in every language: how words are written alike, what is indexed, what is found."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from contrechamp.dossier.fields import Record
from contrechamp.dossier.reading import Listed, get
from contrechamp.dossier.schema import values
from contrechamp.vault.case import Case

#: Letters that are written for one another. NFKD has taken off accents, vowel signs, niqqud and
#: the hamza on its carriers before, and casefold has made ß ss and the final sigma a sigma.
_ALIKE = str.maketrans(
    {
        # Arabic: forms of alef, alef maksura and Persian yeh, teh marbuta, Persian kaf, tatweel
        "ٱ": "ا", "ى": "ي", "ی": "ي", "ة": "ه", "ۀ": "ه", "ک": "ك", "ـ": "", "ء": "",
        # Hebrew: final letters, geresh and gershayim, maqaf
        "ך": "כ", "ם": "מ", "ן": "נ", "ף": "פ", "ץ": "צ", "׳": "", "״": "", "־": " ",
        # Latin letters that NFKD leaves
        "œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i",
        "\u200c": " ", "\u200d": "", "\u00ad": "",
    }
)  # fmt: skip
#: Quotation marks inside of a Hebrew word (צה"ל) are gershayim as most keyboards have them.
_HEBREW_QUOTE = re.compile(r"(?<=[א-ת])[\"'’”](?=[א-ת])")
#: The Arabic article, alone or behind one of the letters that are written together with it.
_ARTICLE = re.compile(r"\b(?:[وفبك]?ال|لل)(?=[\u0621-\u064a]{3})")
#: A word of the index: what the tokenizer unicode61 of SQLite parts at, we part at.
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Hit:
    """A record that was found.

    Args:
        record: which.
        excerpt: a few words around the first that fits, as they were written.
    """

    record: Listed
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
    # Twice, for some letters have small ones only once they are taken apart.
    for _once in range(2):
        text = unicodedata.normalize("NFKD", text.casefold())
    text = "".join(letter for letter in text if unicodedata.category(letter) not in {"Mn", "Cf"}
                   or letter == "\u200c")  # fmt: skip
    text = _HEBREW_QUOTE.sub("", text).translate(_ALIKE)
    text = "".join(_digit(letter) for letter in text) if not text.isascii() else text
    return _ARTICLE.sub("", text).replace("_", " ")


def _digit(letter: str) -> str:
    """Return a digit of any script as one of ours."""
    return str(unicodedata.decimal(letter, letter))


def text_of(record: Record) -> str:
    """Return the words of a record that may be found: nothing that is closed."""
    return " ".join(
        normalised(held.value)
        for held in values(record)
        if not held.closed and held.shape.what == "text" and held.shape.points is None
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
    """Return the records that hold all words, the best first.

    Args:
        case: open.
        words: see `query_of`.
        kind: of records; "" for all.
        limit: so many at most.
    """
    query = query_of(words)
    if not query:
        return []
    rows = case.database.execute(
        "SELECT id, kind, version, title FROM search JOIN dossier ON dossier.row = search.rowid "
        "WHERE search MATCH ? AND (? = '' OR kind = ?) ORDER BY search.rank LIMIT ?",
        (query, kind, kind, limit),
    ).fetchall()
    wanted = [normalised(word) for word in _WORD.findall(words)]
    return [
        Hit(
            Listed(str(row[0]), str(row[1]), int(row[2]), str(row[3])),
            excerpt(get(case, str(row[0])).record, wanted),
        )
        for row in rows
    ]


def excerpt(record: Record, wanted: Sequence[str], around: int = 6) -> str:
    """Return the words around the first that fits, as they were written.

    Args:
        record: that was found.
        wanted: words, normalised.
        around: so many words before and behind.
    """
    for held in values(record):
        if held.closed or held.shape.what != "text" or held.shape.points is not None:
            continue
        written = str(held.value).split()
        for place, word in enumerate(written):
            if any(one and one in normalised(word) for one in wanted):
                begin, end = max(0, place - around), place + around + 1
                cut = " ".join(written[begin:end])
                return f"{'… ' if begin else ''}{cut}{' …' if end < len(written) else ''}"
    return ""
