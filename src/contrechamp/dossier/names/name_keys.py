"""Keys that make names in different scripts comparable: as written, in Latin letters, consonants.

Only letters are compared, not meanings: a translated name is a different name.
"""

import re
from functools import cache
from importlib import resources
from typing import Any, Literal, TypeAlias

from contrechamp.base.search_words import normalised

#: The form in which two names are compared.
How: TypeAlias = Literal["written", "latin", "consonants"]
#: A name with fewer consonants is like too many others: Zain, Teva.
LEAST_CONSONANTS = 4

_ABJAD = re.compile("[\u0590-\u05ff\u0600-\u06ff]")
_FOREIGN = re.compile("[^\\W\\d_a-z\u00aa-\u024f\u1e00-\u1eff]")
#: Hebrew and Arabic consonants as one Latin letter each. Missing are the letters that become vowels
#: in the Latin spelling of most names, or that it leaves out: א ה ו י ע, ا ه و ي ع ء.
_CONSONANTS = str.maketrans(
    {
        "ב": "b", "ג": "g", "ד": "d", "ז": "z", "ח": "k", "ט": "t", "כ": "k", "ל": "l", "מ": "m",
        "נ": "n", "ס": "s", "פ": "b", "צ": "s", "ק": "k", "ר": "r", "ש": "s", "ת": "t",
        "ب": "b", "پ": "b", "ت": "t", "ث": "t", "ج": "j", "چ": "j", "ح": "", "خ": "k", "د": "d",
        "ذ": "d", "ر": "r", "ز": "z", "ژ": "z", "س": "s", "ش": "s", "ص": "s", "ض": "d", "ط": "t",
        "ظ": "z", "غ": "g", "ف": "b", "ڤ": "b", "ق": "k", "ك": "k", "گ": "g", "ل": "l", "م": "m",
        "ن": "n",
    }
)  # fmt: skip
#: The same for Latin letters, replaced in this order.
_LATIN = (
    ("ph", "b"), ("sh", "s"), ("ch", "k"), ("kh", "k"), ("gh", "g"), ("th", "t"), ("tz", "s"),
    ("ts", "s"), ("ck", "k"), ("x", "ks"), ("q", "k"), ("p", "b"), ("f", "b"), ("v", "b"),
)  # fmt: skip
#: Letters that sound different together: Greek (ISO 843, by sound), Armenian, Cyrillic (CLDR, and
#: the usual spelling of names).
_TOGETHER = (
    ("ου", "ou"), ("αυ", "av"), ("ευ", "ev"), ("ηυ", "iv"), ("γγ", "ng"), ("γχ", "nch"),
    ("μπ", "b"), ("ντ", "d"), ("γκ", "g"), ("ու", "u"), ("иї", "yi"),
)  # fmt: skip
#: Greek letters without accents, but with the dots that separate them from the letter before;
#: Armenian schwa and rolled r; Cyrillic short i.
_OWN_LATIN = str.maketrans("άέήίόύώըռ", "αεηιουωar") | {ord("й"): "i"}
_ENDING = re.compile(r"[иы]й\b")
_SOFT = re.compile("c(?=[eiy])")
#: Words that the other script leaves out, or joins to the next word.
_SMALL = frozenset({"al", "el", "the", "of"})


def written(name: str) -> str:
    """Return a name without accents, punctuation and legal form, its words sorted.

    >>> written("Société EXEMPLE, S.A.")
    'exemple societe'
    """
    return _in_order(normalised(_bare(name)))


def latin(name: str) -> str:
    """Return a name in Latin letters.

    >>> latin("Газпром")
    'gazprom'
    """
    from anyascii import anyascii

    plain = _ENDING.sub("y", _bare(name).casefold()).translate(_OWN_LATIN)
    for letters, latin_letters in _TOGETHER:
        plain = plain.replace(letters, latin_letters)
    return _in_order(anyascii(plain).casefold().replace("'", ""))


def consonants(name: str) -> str:
    """Return the consonants of a name, similar ones as the same letter; "" if there are too few.

    >>> consonants("בנק הפועלים") == consonants("Bank Hapoalim") == "blm bnk"
    True
    """
    words = (_consonants(word) for word in written(name).split() if word not in _SMALL)
    found = _in_order(" ".join(words))
    return found if len(found.replace(" ", "")) >= LEAST_CONSONANTS else ""


def _bare(name: str) -> str:
    """Return a name without its legal form, such as Ltd, ООО or בע״מ."""
    bare = _legal_forms().sub("", name.casefold().replace("״", '"'))
    return bare if bare.strip(" .,") else name


@cache
def _legal_forms() -> re.Pattern[str]:
    """Return a pattern that finds a legal form as a word of its own, the longest that fits."""
    file = resources.files("contrechamp.dossier.names") / "data" / "legal_forms.txt"
    tree: dict[str, Any] = {}
    for form in file.read_text(encoding="utf-8").splitlines():
        if not form.startswith("#"):
            branch = tree
            for letter in form:
                branch = branch.setdefault(letter, {})
            branch[""] = {}
    return re.compile(rf"(?<!\w){_expression(tree)}(?!\w)")


def _expression(tree: dict[str, Any]) -> str:
    ways = [re.escape(letter) + _expression(rest) for letter, rest in tree.items() if letter]
    if not ways:
        return ""
    return f"(?:{'|'.join(ways)})" + ("?" if "" in tree else "")


def _in_order(words: str) -> str:
    return " ".join(sorted(re.findall(r"\w+", words)))


def _consonants(word: str) -> str:
    if _ABJAD.search(word):
        found = re.sub("[^a-z]", "", word.translate(_CONSONANTS))
    else:
        for letters, one in _LATIN:
            word = word.replace(letters, one)
        found = re.sub("[^bdgjklmnrstz]", "", _SOFT.sub("s", word).replace("c", "k"))
    return re.sub(r"(.)\1+", r"\1", found)


def is_abjad(name: str) -> bool:
    """Return whether a name is written in Hebrew or Arabic letters."""
    return _ABJAD.search(name) is not None


def is_foreign(name: str) -> bool:
    """Return whether a name has letters that are not Latin."""
    return _FOREIGN.search(name.casefold()) is not None
