"""The claims of a publication, from its tree in each language, and what ties them to the log."""

import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contrechamp.dossier.reading.lookup import SUBJECT, id_of
from contrechamp.dossier.records.field_types import ITEM
from contrechamp.dossier.records.letters import Letter, state_on
from contrechamp.publish.bundle.claims_file import Cited, Claim, ClaimsFile, made
from contrechamp.publish.bundle.parts import Part, described, parts_of
from contrechamp.publish.report.document import Document
from contrechamp.publish.report.showing import Showing
from contrechamp.vault import subjects
from contrechamp.vault.case import Case
from contrechamp.vault.subjects import State

#: Records of these kinds are sealed, whoever they are from: when somebody told or saw something.
_SEALED = frozenset({"testimony", "observation", "source"})


@dataclass(frozen=True)
class Bound:
    """Claims and evidence, tied to the log.

    Args:
        file: what is published of them.
        rests: of each claim, the digests of what it rests on.
        entries: numbers of the entries that are shown.
    """

    file: ClaimsFile
    rests: tuple[Any, ...]
    entries: frozenset[int]


class Binding:
    """Ties what is printed to the newest entries of what it is printed from.

    Args:
        showing: what is published.
        leaves: entries of the log, by number.
    """

    def __init__(self, showing: Showing, leaves: Sequence[bytes]) -> None:
        self.showing, self._leaves = showing, leaves
        self.publication = publication_id(showing.view.case, showing.ref)
        self._states: dict[str, State] = {}
        #: Numbers of the entries that are shown.
        self.shown: set[int] = set()

    def know(self, refs: Sequence[str]) -> None:
        """Look up the newest states of records and items, all at once."""
        wanted = {one.partition("#")[0] for one in refs if one} - self._states.keys()
        self._states |= subjects.newest_of(self.showing.view.case, wanted)

    def state(self, ref: str) -> State | None:
        """Return the newest state of a record or item; None if it is not there or was erased."""
        found = self._states.get(ref.partition("#")[0])
        return None if found is None or found.is_erased else found

    def tie(self, ref: str) -> tuple[int | None, str, str]:
        """Return number of the entry or None, its keyed digest where it is sealed, its digest."""
        state = self.state(ref)
        if state is None:
            return None, "", ""
        if is_sealed(self.showing, ref):
            sealed = seal(seal_key(state, self.publication), self._leaves[state.entry])
            return None, sealed, sealed
        self.shown.add(state.entry)
        return state.entry, "", state.digest

    def kind(self, ref: str) -> str:
        """Return the kind of a record, ``item``, or "" of what is not there."""
        return _kind(self.showing, ref)


def bind(showing: Showing, documents: Sequence[Document], leaves: Sequence[bytes]) -> Bound:
    """Return the claims and the evidence of a publication.

    Args:
        showing: what it shows.
        documents: its tree in each language; the claims are in the order of the first.
        leaves: entries of the log.
    """
    binding = Binding(showing, leaves)
    told = {one.language: list(parts_of(one)) for one in documents}
    first = documents[0]
    binding.know([*first.evidence, *(one.of for one in told[first.language])])
    evidence = [
        _cited(binding, number, ref, documents) for number, ref in enumerate(first.evidence, 1)
    ]
    tied = {one.n: binding.tie(ref)[2] for one, ref in zip(evidence, first.evidence, strict=True)}
    claims, rests = [], []
    for number, (part, nth, words) in enumerate(_aligned(told), start=1):
        claim, digest = _claim(binding, number, part, nth, words)
        claims.append(claim)
        rests.append([digest, [tied.get(one, "") for one in part.evidence]])
    return Bound(made(claims, evidence), tuple(rests), frozenset(binding.shown))


def is_sealed(showing: Showing, ref: str) -> bool:
    """Return whether nothing of a record or item is shown but that there is one."""
    whole = ref.partition("#")[0]
    if showing.is_given(whole) or _kind(showing, whole) in _SEALED:
        return True
    record = showing.record(whole)
    file = record.read_from if record is not None else None
    return file is not None and showing.is_given(file.item)


def _kind(showing: Showing, ref: str) -> str:
    if ref.startswith(f"{ITEM}/"):
        return ITEM
    return showing.view.kind(id_of(ref.partition("#")[0])) or ""


def stable_id(case: Case, what: str) -> str:
    """Return the id of something in every edition: 16 hexadecimal digits that tell nothing."""
    key = hmac.new(case.import_key, b"contrechamp.bundle/1", hashlib.sha256).digest()
    return hmac.new(key, what.encode(), hashlib.sha256).hexdigest()[:16]


def publication_id(case: Case, ref: str) -> str:
    """Return the id of a publication in its statements."""
    return stable_id(case, f"publication {ref}")


def seal_key(state: State, publication: str) -> bytes:
    """Return the key under which an entry is sealed; it cannot be had once its salt is erased.

    Args:
        state: of the record or item.
        publication: id of the publication, see `publication_id`.
    """
    label = f"contrechamp.bundle/1 {publication}".encode()
    return hmac.new(state.salt, label, hashlib.sha256).digest()


def seal(key: bytes, entry: bytes) -> str:
    """Return the keyed digest of an entry, hexadecimal."""
    return hmac.new(key, entry, hashlib.sha256).hexdigest()


#: A part, which of those at its place it is, and its words by language.
_Aligned = tuple[Part, int, dict[str, tuple[str, ...]]]


def _aligned(told: Mapping[str, list[Part]]) -> Iterator[_Aligned]:
    """Yield each part with its words in every language; what only some say has those."""
    found: dict[tuple[str, str, int], _Aligned] = {}
    for language, parts in told.items():
        seen: dict[tuple[str, str], int] = {}
        for part in parts:
            place = part.at, part.of
            seen[place] = seen.get(place, 0) + 1
            nth = seen[place]
            _first, _nth, words = found.setdefault((*place, nth), (part, nth, {}))
            words[language] = part.words
    yield from found.values()


def _claim(
    binding: Binding, number: int, part: Part, nth: int, words: dict[str, tuple[str, ...]]
) -> tuple[Claim, str]:
    """Return a claim, and the digest of the version that it is printed from."""
    showing = binding.showing
    entry, sealed, digest = binding.tie(part.of) if part.of else (None, "", "")
    kind = "quote" if part.is_quote else (binding.kind(part.of) if part.of else "") or part.kind
    record = showing.record(part.of) if part.of.startswith(SUBJECT) else None
    reply = state_on(record, showing.day).state if isinstance(record, Letter) else ""
    made_of = f"{kind} {part.of or part.at} {nth}"
    identity = stable_id(showing.view.case, f"claim {showing.ref} {made_of}")
    return (
        Claim(number, identity, kind, part.at, words, part.evidence, entry, sealed, reply),
        digest,
    )


def _cited(binding: Binding, number: int, ref: str, documents: Sequence[Document]) -> Cited:
    entry, sealed, _digest = binding.tie(ref)
    words = {one.language: described(one, number) for one in documents}
    return Cited(number, binding.kind(ref) or ITEM, words, entry, sealed)
