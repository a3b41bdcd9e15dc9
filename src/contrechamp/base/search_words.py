"""Words of every language in the one form in which they are indexed and searched for."""

import re
import unicodedata

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
WORD = re.compile(r"\w+")


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


def query_of(words: str) -> str:
    """Return the FTS5 query for all of the words; one with a star matches as a prefix.

    Words in quotation marks must stand next to each other.

    >>> query_of('camera* "porte nord"')
    '"camera" * AND "porte nord"'
    """
    asked = []
    for phrase, word in re.findall(r'"([^"]*)"|(\S+)', _HEBREW_QUOTE.sub("", words)):
        found = WORD.findall(normalised(phrase or word))
        if not found:
            continue
        star = " *" if word.endswith("*") else ""
        asked.append(f'"{" ".join(found)}"{star}')
    return " AND ".join(asked)
