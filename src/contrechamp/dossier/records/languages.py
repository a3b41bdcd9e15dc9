"""Which codes of languages there are, beyond the form that they have (BCP 47)."""

import functools

#: ISO 639: no language, several, one without a code of its own, and groups of languages.
_SPECIAL_CODES = (
    "und mul zxx mis "
    "afa alg apa art ath aus bad bai bat ber bih bnt btk cai cau cel cmc cpe cpf cpp crp cus "
    "day dra fiu gem ijo inc ine ira iro kar khi kro map mkh mno mun myn nah nai nic nub oto "
    "paa phi pra roa sai sal sem sgn sio sit sla smi son ssa tai tup tut wak wen ypk znd"
)
_SPECIAL = frozenset(_SPECIAL_CODES.split())


@functools.lru_cache(maxsize=1000)
def is_known(tag: str) -> bool:
    """Return whether the language of a tag is one, and its script and country too.

    >>> is_known("ar-PS"), is_known("zh-Hant"), is_known("xx-nonsense"), is_known("fr-QX")
    (True, True, False, False)
    """
    language, *rest = tag.split("-")
    if "qaa" <= language <= "qtz" and len(language) == 3:  # for private use
        return True
    known, scripts, countries = _cldr()
    if language not in known and language not in _SPECIAL:
        return False
    for part in rest:
        if len(part) == 1:  # what follows is an extension
            break
        if len(part) == 4 and part.isalpha() and part.title() not in scripts:
            return False
        if len(part) == 2 and part.upper() not in countries:
            return False
    return True


@functools.cache
def _cldr() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Return the languages, scripts and countries of CLDR, which has all of ISO 639-3."""
    from babel import Locale
    from babel.core import get_global

    english = Locale("en")
    tags = (*get_global("likely_subtags"), *get_global("language_aliases"), *english.languages)
    languages = frozenset(tag.partition("_")[0] for tag in tags)
    return languages, frozenset(english.scripts), frozenset(english.territories)
