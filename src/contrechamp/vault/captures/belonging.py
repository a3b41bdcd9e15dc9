"""Files of a case that speak of other files of it: which of these have the hashes that are said.

What a file says is in its record since it was added (see `vouching`); whether it fits is asked of
the case as it is now, so that it does not matter in which order files came in. Only hashes that the
case knows of every content (SHA-256) are compared here; others take reading all of it.
"""

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from contrechamp.vault import database, subjects
from contrechamp.vault.captures.told import MAX_OF
from contrechamp.vault.case import Case
from contrechamp.vault.subjects import State

#: How what is said of a file fits: a file of the case has the hash; the file of that name has
#: another; no file of the case has it, nor the name; the hash is of a kind that is not kept.
How: TypeAlias = Literal["agrees", "changed", "elsewhere", "uncompared"]

#: Words for each in a list of findings.
CODES: Final[Mapping[How, str]] = {
    "agrees": "vouched-agrees", "changed": "vouched-changed",
    "elsewhere": "vouched-elsewhere", "uncompared": "vouched-uncompared",
}  # fmt: skip
ITEMS: Final = "item/"
_HASH: Final = re.compile(r"sha256:[0-9a-f]{64}|(?!sha256:)[a-z0-9-]{3,10}:[0-9a-f]{32,128}")
_MARK: Final = '"vouches":'
STAMP_SUFFIX: Final = ".ots"

#: Items by a hash such as ``sha512:...``, where somebody computed all that are named and that the
#: case does not keep.
More: TypeAlias = Mapping[str, str]


class Said(NamedTuple):
    """What one file says of another.

    Args:
        by: subject of the item that says it.
        name: of that item.
        of: the other's name there; its hash, if it is not named.
        how: it fits.
        item: subject of the item that it is of; "" if the case has none.
    """

    by: str
    name: str
    of: str
    how: How
    item: str


def speaking(case: Case) -> Iterator[State]:
    """Yield the items that say something of others."""
    # The mark may stand in what a file says of itself, too.
    return (
        one
        for one in subjects.holding(case, ITEMS, _MARK)
        if isinstance(one.parsed.get("vouches"), dict)
    )


def said(case: Case, more: More | None = None) -> list[Said]:
    """Return all that files of a case say of other files of it."""
    speakers = list(speaking(case))
    return _said_by(case, speakers, more) if speakers else []


def said_by(case: Case, speaker: State, more: More | None = None) -> list[Said]:
    """Return what one item says of others."""
    return _said_by(case, [speaker], more)


def said_of(case: Case, item: str, state: Mapping[str, Any]) -> list[Said]:
    """Return what other items say of one.

    Args:
        case: open.
        item: its subject.
        state: of it.
    """
    if not state.get("sha256"):
        return []
    return [one for one in said(case) if one.item == item]


def _said_by(case: Case, speakers: list[State], more: More | None) -> list[Said]:
    told = [(speaker.subject, speaker.parsed) for speaker in speakers]
    hashes = {one for _subject, state in told for one, _name in of(state)}
    by_hash = _items_by_sha256(case, hashes) | _lists_by_hash(case, hashes) | dict(more or {})
    names = _Names(case) if any(_names(state) for _subject, state in told) else None
    found = []
    for subject, state in told:
        name = str(state["name"])
        for digest, meant in of(state):
            kind = str(state["vouches"].get("format"))
            named = names.named(name, meant, kind) if names else {}
            item, how = _fitting(digest, by_hash.get(digest, ""), named)
            if how != "agrees" and not digest.startswith("sha256:") and more is None:
                how = "uncompared"
            found.append(Said(subject, name, meant or digest, how, item))
    return found


def _fitting(digest: str, item: str, named: Mapping[str, str]) -> tuple[str, How]:
    """Return the item that something said is of, and how that fits.

    Args:
        digest: that is said.
        item: the first that has it; "" if none has.
        named: the SHA-256 of each item that has the name.
    """
    if not named:
        return item, "agrees" if item else "elsewhere"
    same = next((one for one, sha256 in named.items() if f"sha256:{sha256}" == digest), "")
    if same or item in named:
        return same or item, "agrees"
    return list(named)[-1], "changed"


def of(state: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the hashes and names in a state, whoever wrote it."""
    told = state["vouches"].get("of") if isinstance(state.get("vouches"), dict) else None
    for one in told[:MAX_OF] if isinstance(told, list) else ():
        digest, name = (one.get("hash"), one.get("name", "")) if isinstance(one, dict) else (0, 0)
        if isinstance(digest, str) and _HASH.fullmatch(digest) and isinstance(name, str):
            yield digest, name or _stamped_name(state)


def _stamped_name(state: Mapping[str, Any]) -> str:
    """Return what the name of a stamp says that it is of: ``a.jpg.ots`` of ``a.jpg``."""
    name = posixpath.basename(str(state.get("name", "")))
    is_stamp = state["vouches"].get("format") == "opentimestamps"
    return name.removesuffix(STAMP_SUFFIX) if is_stamp and name.endswith(STAMP_SUFFIX) else ""


def _names(state: Mapping[str, Any]) -> bool:
    return any(name for _digest, name in of(state))


def _items_by_sha256(case: Case, hashes: Iterable[str]) -> dict[str, str]:
    wanted = [bytes.fromhex(one[7:]) for one in hashes if one.startswith("sha256:")]
    objects = {
        str(name): f"sha256:{sha256.hex()}"
        for sha256, name in database.rows_of(
            case.database,
            "SELECT sha256, name FROM objects WHERE identity IS NOT NULL AND sha256 IN ({})",
            wanted,
        )
    }
    holders = subjects.holders(case, objects)
    return {objects[name]: items[0] for name, items in holders.items()}


def _lists_by_hash(case: Case, hashes: Iterable[str]) -> dict[str, str]:
    """Return the lists of hashes in a case, by hashes of their own that are asked for."""
    if all(one.startswith("sha256:") for one in hashes):
        return {}
    found = {}
    for one in speaking(case):
        own = one.parsed["vouches"].get("own")
        for digest in own if isinstance(own, list) else ():
            if isinstance(digest, str):
                found[digest] = one.subject
    return found


class _Names:
    """The items of a case, with their SHA-256, by their names and by the last part of these."""

    def __init__(self, case: Case) -> None:
        self._whole: dict[str, dict[str, str]] = {}
        self._last: dict[str, dict[str, str]] = {}
        for one in subjects.below(case, ITEMS):
            if one.is_erased or "masked" in (state := one.parsed):
                continue
            name, sha256 = str(state["name"]), str(state["sha256"])
            self._whole.setdefault(name, {})[one.subject] = sha256
            self._last.setdefault(posixpath.basename(name), {})[one.subject] = sha256

    def named(self, speaker: str, name: str, kind: str) -> dict[str, str]:
        """Return the items that a file may mean by a name.

        A list means a file by its path from its own folder on. Reports of auto-archiver name where
        a file was stored; only the last part of that, which is random, stays as it was.
        """
        if not name:
            return {}
        if kind == "auto-archiver":
            return self._last.get(name, {})
        path = posixpath.normpath(posixpath.join(posixpath.dirname(speaker), name))
        return self._whole.get(path, {})
