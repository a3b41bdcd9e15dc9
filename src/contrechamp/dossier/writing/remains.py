"""Finding what else holds the words of records to be erased: files, other records, exports."""

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Literal

from contrechamp.base.errors import InputError
from contrechamp.base.search_words import normalised
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.copies_out import HandedOut, handed_out
from contrechamp.dossier.reading.lookup import SUBJECT
from contrechamp.dossier.records.conflicts import Conflict
from contrechamp.dossier.records.testimony import Exhibit, Testimony
from contrechamp.vault import masked_copies, object_keys, subjects
from contrechamp.vault.case import Case
from contrechamp.vault.log import branches, custody
from contrechamp.vault.object_keys import ObjectKey
from contrechamp.vault.texts import finding

#: `RUN` words in a row that appear elsewhere too count as a copy; of shorter texts all words. At
#: least `SHORTEST` of them have letters: days and amounts stand in many places, and repeat nothing.
RUN, SHORTEST = 5, 3
#: Larger files are not searched.
MAX_FILE = 64 << 20
#: A day, a moment or a time, which is one word: as three it would be found wherever that day is.
_DAY_OR_TIME = re.compile(
    r"\b(?:\d{4}-\d\d(?:-\d\d)?|\d{1,2}[./]\d{1,2}[./]\d{2,4})"
    r"(?:[t ]\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(?:z|[-+]\d\d:?\d\d)?)?\b"
    r"|\b\d{1,2}:\d\d(?::\d\d)?\b"
)
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")


@dataclass(frozen=True)
class HeldFile:
    """An item that holds what records say.

    Args:
        ref: of the item.
        name: of the file.
        how: read-from (the records were read from it) or given (it is their recording, or what
            they describe).
        others: number of other records read from it that stay.
    """

    ref: str
    name: str
    how: Literal["read-from", "given"]
    others: int


@dataclass(frozen=True)
class Remains:
    """What else holds the words of records, apart from these records themselves.

    Args:
        files: items that the records were read from, or that are their recordings.
        repeated: where `RUN` or more of their words in a row appear: references to records and
            items, ``entry/<number>`` for reasons in the log, ``record/<id> (entry <number>)`` for
            earlier versions.
        citing: references to records that cite them, and may paraphrase them.
        outside: copies that were handed out.
        masked: references to masked copies of the items.
        reasons: ``entry/<number>`` of their own entries whose reasons are kept on purpose.
        unread: number of items that were not searched: no text was read of them.
    """

    files: tuple[HeldFile, ...] = ()
    repeated: tuple[str, ...] = ()
    citing: tuple[str, ...] = ()
    outside: tuple[HandedOut, ...] = ()
    masked: tuple[str, ...] = ()
    unread: int = 0
    reasons: tuple[str, ...] = ()

    def without(self, gone: Iterable[str]) -> "Remains":
        """Return what is left once some records and items are erased."""
        erased = set(gone)
        return replace(
            self,
            files=tuple(one for one in self.files if one.ref not in erased),
            repeated=tuple(one for one in self.repeated if one.partition(" ")[0] not in erased),
            citing=tuple(one for one in self.citing if one not in erased),
            masked=tuple(one for one in self.masked if one not in erased),
        )


def remains(case: Case, refs: Sequence[str], *, keep_reasons: bool = False) -> Remains:
    """Return what else holds the words of records, or is a copy of items.

    Args:
        case: open, before they are erased: afterwards nobody knows their words.
        refs: references to records and items.
        keep_reasons: whether the reasons of their entries are to be kept.
    """
    going = set(refs)
    going |= {SUBJECT + one for ref in refs for one in conflicts_about(case, lookup.id_of(ref))}
    files = _files(case, [ref for ref in refs if ref.startswith(SUBJECT)], going)
    own = [n for numbers in custody.reasons_of(case.database, going).values() for n in numbers]
    said = custody.reasons(case.database)
    runs = _Runs(chain((text for ref in refs for text in _said(case, ref)), (said[n] for n in own)))
    file_refs = {one.ref for one in files}
    entries = {_entry_ref(number) for number in own}
    repeated, unread = _repeated(case, runs, going | file_refs | entries)
    citing = {
        SUBJECT + citation.citing
        for ref in refs
        for citation in lookup.cited_by(case, ref)
        if not citation.field.startswith("read_from")
    }
    copies = masked_copies.copies(case, [one for one in refs if not one.startswith(SUBJECT)])
    return Remains(
        masked=tuple(copy for those in copies.values() for copy in those if copy not in going),
        files=tuple(files),
        repeated=tuple(repeated),
        citing=tuple(sorted(citing - going)),
        outside=tuple(handed_out(case, [*refs, *file_refs])),
        unread=unread,
        reasons=tuple(_entry_ref(number) for number in own) if keep_reasons else (),
    )


def conflicts_about(case: Case, record: str) -> list[str]:
    """Return the ids of conflicts, which quote what two copies said in a record."""
    return [
        citation.citing
        for citation in lookup.cited_by(case, SUBJECT + record)
        if citation.field == "about"
        and isinstance(getattr(lookup.find(case, citation.citing), "record", None), Conflict)
    ]


def same_content(case: Case, items: Iterable[str]) -> list[str]:
    """Return references to items and to all others with the same content."""
    states = subjects.newest_of(case, items).values()
    found = subjects.holders(case, [one.object for one in states if one.object is not None])
    return sorted({subject for several in found.values() for subject in several})


def _files(case: Case, records: Sequence[str], going: set[str]) -> list[HeldFile]:
    how: dict[str, Literal["read-from", "given"]] = {}
    for ref in records:
        for version in lookup.versions(case, ref):
            record = version.record
            if record.read_from is not None:
                how[record.read_from.item] = "read-from"
            given = record.recordings if isinstance(record, Testimony) else ()
            given += (record.item,) if isinstance(record, Exhibit) else ()
            for item in given:
                how.setdefault(item, "given")
    found = []
    for item, why in how.items():
        state = lookup.item_state(case, lookup.id_of(item)) or {"erased_at": ""}
        if item in going or "erased_at" in state:
            continue
        others = {
            citation.citing
            for citation in lookup.cited_by(case, item)
            if citation.field == "read_from.item" and SUBJECT + citation.citing not in going
        }
        found.append(HeldFile(item, str(state.get("name", "")), why, len(others)))
    return found


def _said(case: Case, ref: str) -> Iterator[str]:
    """Yield every text of every version of a record, closed texts and merged copies included."""
    if not ref.startswith(SUBJECT):
        return
    for state in subjects.all_states(case, ref):
        yield from _texts(state.parsed)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


class _Runs:
    """Runs of words, to be looked for elsewhere."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._found: dict[int, set[tuple[str, ...]]] = {}
        for text in texts:
            words = _words(text)
            long = min(len(words), RUN)
            runs = [run for run in _in_a_row(words, long) if _says_something(run)] if long else []
            if runs:
                self._found.setdefault(long, set()).update(runs)

    def __bool__(self) -> bool:
        return bool(self._found)

    def stand_in(self, text: str) -> bool:
        words = _words(text)
        return any(
            run in runs
            for long, runs in self._found.items()
            for run in _in_a_row(words, long)
        )  # fmt: skip


def _words(text: str) -> list[str]:
    plain = _DAY_OR_TIME.sub(lambda found: re.sub(r"\W", "", found[0]), normalised(text))
    return re.findall(r"\w+", plain)


def _says_something(run: Sequence[str]) -> bool:
    return sum(any(map(str.isalpha, word)) for word in run) >= SHORTEST


def _in_a_row(words: Sequence[str], long: int) -> Iterator[tuple[str, ...]]:
    return (tuple(words[at : at + long]) for at in range(len(words) - long + 1))


def _repeated(case: Case, runs: _Runs, known: set[str]) -> tuple[list[str], int]:
    """Return where else the words appear, and how many items were not searched."""
    if not runs:
        return [], 0
    found: list[str] = []
    items: list[tuple[str, str, bool]] = []  # whose content may hold them: subject, object, is text
    for state in subjects.all_newest(case):
        if state.subject in known:
            continue
        says = state.parsed
        if any(runs.stand_in(text) for text in _texts(says)):
            found.append(state.subject)
        elif state.object is not None:
            is_text = str(says.get("media_type", "")).startswith("text/")
            items.append((state.subject, state.object, is_text))
    found += [
        f"{state.subject} (entry {state.entry})"
        for state in subjects.all_earlier(case)
        if state.subject not in known and any(map(runs.stand_in, _texts(state.parsed)))
    ]
    found += [ref for ref, text in _reasons(case, known) if runs.stand_in(text)]
    unread = 0
    keys = object_keys.by_name(case, [name for _subject, name, _is_text in items])
    of_items = finding.texts_of(case, keys)
    for subject, name, is_text in items:
        key = keys.get(name)
        if key is None:
            continue
        if is_text and key.size <= MAX_FILE:
            texts: Iterable[str] = _readings(case, key)
        elif name in of_items:
            texts = of_items[name]()
        else:
            unread += 1
            continue
        if any(runs.stand_in(text) for text in texts):
            found.append(subject)
    return found, unread


def _reasons(case: Case, known: set[str]) -> Iterator[tuple[str, str]]:
    """Yield the reasons of other entries, those of merged copies included, each with its entry."""
    for number, text in custody.reasons(case.database).items():
        if _entry_ref(number) not in known:
            yield _entry_ref(number), text
    for branch, entry, text in branches.reasons(case.database):
        if entry.subject not in known:
            yield f"{_entry_ref(entry.number)} ({branch[:16]}, {entry.subject})", text


def _entry_ref(number: int) -> str:
    return f"entry/{number}"


def _readings(case: Case, key: ObjectKey) -> Iterator[str]:
    """Yield the text of a file, as it is and with its escapes decoded."""
    try:
        content = object_keys.read(case, key)
    except InputError:
        return  # `verify` reports it
    text = content.decode("utf-8", "replace")
    yield text
    if "\\" in text or "&" in text:
        plain = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
        yield html.unescape(plain.replace("\\n", " ").replace("\\t", " ").replace('\\"', '"'))
