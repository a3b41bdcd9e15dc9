"""The names by which people type records, such as ``contract/city-2021``: kind and title.

Nothing of them is stored: they follow from the titles that the case has now, so that copies agree,
and what is erased has none. What cites a record, in the case and in the log, is always its id.
See docs/decisions/0011-short-names-are-not-stored.md.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise, takewhile
from typing import Final

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _, ngettext
from contrechamp.base.shown_text import shown
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.lookup import SUBJECT
from contrechamp.dossier.reading.titles import title_of
from contrechamp.dossier.records.kinds import KINDS
from contrechamp.dossier.records.schema import REF
from contrechamp.vault import subjects
from contrechamp.vault.case import Case

#: The most letters of a title in a name, which ends with a whole word if it can.
MAX_LETTERS = 32
#: So much of a title is looked at: a title may be as long as anybody likes.
_LOOKED_AT = 200
#: The fewest digits of the id that tell records of one kind and title apart.
MIN_DIGITS = 4
#: What a record is called whose title has neither letters nor digits.
UNTITLED = "untitled"
#: At most this many candidates are listed.
MAX_LISTED = 10

#: What Arabic and Hebrew leave out or put in without another meaning: vowel signs, niqqud, tatweel.
_SIGNS = re.compile("[\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670]")
#: Signs with which letters are transliterated, not those of the title.
_OF_LETTERS = re.compile("[`'\"]")
_APOSTROPHES = re.compile("['\u2019]")
_BETWEEN = re.compile("[^a-z0-9]+")
#: No title makes a full stop: what stands behind one is digits of the id.
_QUALIFIED = re.compile(r"(.*)\.([0-9a-f]{1,16})")


def words_of(title: str) -> str:
    """Return the words of a title in small Latin letters, joined by hyphens; "" if there are none.

    Letters of all scripts become Latin, so that a letter that only looks like another makes no
    other name, and every keyboard and every terminal can do with it.

    >>> words_of("Caméras de l’État, 2021")
    'cameras-de-l-etat-2021'
    >>> words_of("כמות ٢٠٢١") == words_of("כמות 2021")
    True
    """
    plain = _APOSTROPHES.sub(" ", title[:_LOOKED_AT].casefold())
    if not plain.isascii():
        from anyascii import anyascii

        plain = _OF_LETTERS.sub("", anyascii(_SIGNS.sub("", plain))).casefold()
    words = _BETWEEN.sub("-", plain).strip("-")
    if len(words) <= MAX_LETTERS:
        return words
    whole = words[: MAX_LETTERS + 1].rpartition("-")[0]
    return whole or words[:MAX_LETTERS]


#: A reference wherever it stands in a text.
_ANY_REF: Final = re.compile(rf"\b{REF.pattern}")


class ShortNames:
    """The names of the records of a case, worked out for one kind when it is first asked for.

    They are cached, so it must not outlive the next change to the case.

    Args:
        case: open.
        words: does what `words_of` does, for whoever remembers what it came to.
    """

    def __init__(self, case: Case, words: Callable[[str], str] = words_of) -> None:
        self._case, self._words = case, words
        self._ids: dict[str, dict[str, list[str]]] = {}
        self._digits: dict[tuple[str, str], dict[str, int]] = {}

    def of(self, ref: str) -> str:
        """Return the name of a record; "" of an item, and of what was erased."""
        if not ref.startswith(SUBJECT):
            return ""
        query = "SELECT kind, title FROM dossier WHERE id = ?"
        row = self._case.database.execute(query, (lookup.id_of(ref),)).fetchone()
        return "" if row is None else self.of_row(lookup.id_of(ref), str(row[0]), str(row[1]))

    def of_row(self, record: str, kind: str, title: str) -> str:
        """Return the name of a record of which id, kind and title are known."""
        words = self._words(title) or UNTITLED
        if len(self.ids(kind).get(words, ())) < 2:
            return f"{kind}/{words}"
        if (kind, words) not in self._digits:
            self._digits[kind, words] = _telling_apart(self.ids(kind)[words])
        return f"{kind}/{words}.{record[: self._digits[kind, words][record]]}"

    def called(self, kind: str, text: str) -> tuple[list[str], list[str]]:
        """Return the ids of the records of a kind that have a name, and of those it begins.

        Args:
            kind: of record.
            text: what was typed behind the kind: a name, or a title, in any script.
        """
        ids, words = self.ids(kind), words_of(text)
        found = set(ids.get(words, ()))
        if qualified := _QUALIFIED.fullmatch(text):
            before = words_of(qualified[1]) or UNTITLED
            told = {one for one in ids.get(before, ()) if one.startswith(qualified[2])}
            # As the words of a title these digits can be too many, and are cut off.
            found = told if told and before == words else found | told
        if found:
            return sorted(found), []
        return [], [one for name, those in ids.items() if name.startswith(words) for one in those]

    def ids(self, kind: str) -> Mapping[str, Sequence[str]]:
        """Return words of a title -> ids of the records of a kind that have it."""
        if kind not in self._ids:
            made = self._ids[kind] = {}
            query = "SELECT id, title FROM dossier WHERE kind = ? ORDER BY row"
            for record, title in self._case.database.execute(query, (kind,)):
                made.setdefault(self._words(str(title)) or UNTITLED, []).append(str(record))
        return self._ids[kind]

    def in_text(self, text: str) -> str:
        """Return a text for people: each reference in it as the name of a record or of a file."""
        return _ANY_REF.sub(lambda found: self._named(found[0]), text)

    def _named(self, ref: str) -> str:
        before, mark, key = ref.partition("#")
        name = self.of(before)
        if name or before.startswith(SUBJECT):
            return f"{name}{mark}{key}" if name else ref
        title = shown(title_of(self._case, before))
        return f"{ref} ({title})" if title else ref

    def line(self, ref: str) -> str:
        """Return a reference with name and title, as lists have it."""
        kept = [ref, self.of(ref), shown(title_of(self._case, ref))]
        return "  ".join(filter(None, kept))


def _telling_apart(ids: Sequence[str]) -> dict[str, int]:
    """Return how many digits of each id are needed to tell it from the others."""
    ordered = sorted(ids)
    shared = [_shared(one, other) for one, other in pairwise(ordered)]
    needed = map(max, [0, *shared], [*shared, 0])
    return {one: max(MIN_DIGITS, digits + 1) for one, digits in zip(ordered, needed, strict=True)}


def _shared(one: str, other: str) -> int:
    """Return with how many equal digits two ids begin."""
    return sum(
        1 for _pair in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=True))
    )


def among(records: Iterable[tuple[str, str, str]]) -> dict[str, str]:
    """Return id -> name of records by id, kind and title, told apart from each other alone.

    For what leaves a case: its names must not tell of records that stay.
    """
    same: dict[str, dict[str, None]] = {}
    for record, kind, title in records:
        same.setdefault(f"{kind}/{words_of(title) or UNTITLED}", {})[record] = None
    names = {}
    for name, ids in same.items():
        if len(ids) == 1:
            names[next(iter(ids))] = name
            continue
        digits = _telling_apart(list(ids))
        names |= {one: f"{name}.{one[:many]}" for one, many in digits.items()}
    return names


def is_typed(text: str) -> bool:
    """Return whether a text is written as a reference or a name is, be it one or not."""
    room, slash, _rest = text.partition("/")
    return bool(slash) and (room in KINDS or room in {"record", "item"})


def full_ref(case: Case, text: str, *, whole: bool = False, names: ShortNames | None = None) -> str:
    """Return the one reference that a text stands for.

    Args:
        case: open.
        text: such as contract/city-2021, record/3f2a, 3f2a, item/90c1, or the beginning of one;
            record/3f2a...#passage.
        whole: a beginning is not enough, as where something is destroyed.
        names: of the case, if they were used already.

    Raises:
        InputError: if it stands for nothing, or for more than one, with a list of these.
    """
    text, sharp, key = text.partition("#")
    if REF.fullmatch(text) and whole:
        return text + sharp + key
    names = names or ShortNames(case)
    room, _slash, rest = text.partition("/")
    if room in KINDS:
        found, begun = names.called(room, rest)
        found = [SUBJECT + one for one in found or ([] if whole else begun)]
    else:
        found = [] if whole else _begun(case, text)
    if len(found) > 1:
        raise InputError(_candidates(text, found, names))
    if not found:
        raise InputError(_("no such record or item in the case: {text}").format(text=shown(text)))
    return found[0] + sharp + key


def _begun(case: Case, text: str) -> list[str]:
    """Return the references that begin like a text, with or without the room; not all of them."""
    room, slash, digits = text.rpartition("/")
    return [
        subject
        for each in ((room,) if slash else ("record", "item"))
        if each in {"record", "item"} and digits
        for subject in subjects.with_prefix(case, f"{each}/{digits}", MAX_LISTED + 1)
    ]


def _candidates(text: str, found: Sequence[str], names: ShortNames) -> str:
    told = _("more than one record or item is meant by this; give more of it: {text}")
    lines = [told.format(text=shown(text))]
    lines += [f"  {names.line(ref)}" for ref in found[:MAX_LISTED]]
    if (more := len(found) - MAX_LISTED) > 0:
        told = ngettext("and {count} more", "and {count} more", more)
        lines.append(f"  {told.format(count=more)}")
    return "\n".join(lines)


def any_ref(text: str) -> str:
    """Return a reference in the place of a name, where there is no case yet to look it up in."""
    return f"{SUBJECT}{0:016x}" if is_typed(text) and REF.fullmatch(text) is None else text


def in_full(case: Case) -> Callable[[str], str]:
    """Return a function that makes a reference of a name; other texts it returns unchanged."""
    names = ShortNames(case)

    def full(text: str) -> str:
        if REF.fullmatch(text) or not is_typed(text):
            return text
        return full_ref(case, text, whole=True, names=names)

    return full


def lines_of(case: Case, refs: Iterable[str]) -> dict[str, str]:
    """Return reference -> the same with name and title, as lists have it."""
    names = ShortNames(case)
    return {ref: names.line(ref) for ref in refs}
