"""How names in different scripts are made comparable: as written, in Latin letters, by consonants.

Letters are compared, never meanings: a name that was translated is another name.
"""

import re
from functools import cache
from importlib import resources
from typing import Any, Literal, TypeAlias

from contrechamp.dossier.reading.search import normalised

#: In which form two names are alike.
How: TypeAlias = Literal["written", "latin", "consonants"]
#: Names of fewer consonants are like too many others: Zain, Teva.
LEAST_CONSONANTS = 4

_ABJAD = re.compile("[\u0590-\u05ff\u0600-\u06ff]")
_FOREIGN = re.compile("[^\\W\\d_a-z\u00aa-\u024f\u1e00-\u1eff]")
#: Consonants of Hebrew and Arabic as one Latin letter each. Letters that are vowels in the Latin
#: writing of most names, and breathings that it leaves out, are not here: א ה ו י ע, ا ه و ي ع ء.
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
#: Likewise of Latin letters, in this order.
_LATIN = (
    ("ph", "b"), ("sh", "s"), ("ch", "k"), ("kh", "k"), ("gh", "g"), ("th", "t"), ("tz", "s"),
    ("ts", "s"), ("ck", "k"), ("x", "ks"), ("q", "k"), ("p", "b"), ("f", "b"), ("v", "b"),
)  # fmt: skip
#: Letters that sound otherwise together than one by one: Greek (ISO 843, by sound), Armenian,
#: Cyrillic (as CLDR has it, and as names are mostly written).
_TOGETHER = (
    ("ου", "ou"), ("αυ", "av"), ("ευ", "ev"), ("ηυ", "iv"), ("γγ", "ng"), ("γχ", "nch"),
    ("μπ", "b"), ("ντ", "d"), ("γκ", "g"), ("ու", "u"), ("иї", "yi"),
)  # fmt: skip
#: Accents go, but not the two dots by which Greek letters stand apart; Armenian schwa and rolled r,
#: Cyrillic short i.
_OWN_LATIN = str.maketrans("άέήίόύώըռ", "αεηιουωar") | {ord("й"): "i"}
_ENDING = re.compile(r"[иы]й\b")
_SOFT = re.compile("c(?=[eiy])")
#: Words that are not written, or written together with the next, in the other script.
_SMALL = frozenset({"al", "el", "the", "of"})


def written(name: str) -> str:
    """Return a name as it is written, its words in order, without accents, signs and legal form.

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
    for letters, told in _TOGETHER:
        plain = plain.replace(letters, told)
    return _in_order(anyascii(plain).casefold().replace("'", ""))


def consonants(name: str) -> str:
    """Return the consonants of a name, those that sound alike as one; "" where they are too few.

    >>> consonants("בנק הפועלים") == consonants("Bank Hapoalim") == "blm bnk"
    True
    """
    words = (_consonants(word) for word in written(name).split() if word not in _SMALL)
    found = _in_order(" ".join(words))
    return found if len(found.replace(" ", "")) >= LEAST_CONSONANTS else ""


def _bare(name: str) -> str:
    """Return a name without what says of which legal form it is: Ltd, ООО, בע״מ."""
    bare = _legal_forms().sub("", name.casefold().replace("״", '"'))
    return bare if bare.strip(" .,") else name


@cache
def _legal_forms() -> re.Pattern[str]:
    """Return what finds a legal form that stands by itself: of two at one place the longer."""
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
    """Return whether a name has letters that are not Latin ones."""
    return _FOREIGN.search(name.casefold()) is not None
