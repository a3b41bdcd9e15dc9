"""Captures that are in a case, held again against what they say of themselves and of each other.

What was checked when an item was added is in its record and stays. This reads the content again:
items of before there were checks are checked for the first time, and hashes of kinds that the case
does not keep are computed. Nothing is written.
"""

import hashlib
import io
import posixpath
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import IO, Any, Final

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress, silent
from contrechamp.cell.failures import CellError
from contrechamp.cell.reading import Cell, opened_cell
from contrechamp.vault import object_keys, subjects
from contrechamp.vault.captures import belonging, findings, index_beside
from contrechamp.vault.captures.belonging import ITEMS, Said
from contrechamp.vault.case import Case
from contrechamp.vault.metadata import first_bytes, reading
from contrechamp.vault.object_keys import ObjectKey
from contrechamp.vault.seekable import CHUNK
from contrechamp.vault.texts.taking import content_of

#: Algorithms of hashes that are computed if a file of the case names one, as hashlib has them.
COMPUTED: Final = {
    "md5": "md5", "sha1": "sha1", "sha384": "sha384", "sha512": "sha512", "sha3-512": "sha3_512",
}  # fmt: skip


#: What is called in the cell for an index, and what holds it against the files that it leads to.
LED_TO = "contrechamp.vault.captures.index_beside:led_to"
HELD = "contrechamp.vault.captures.index_beside:held"


@dataclass(frozen=True)
class Rechecked:
    """An item that was read again.

    Args:
        item: its subject.
        name: of it.
        before: what its checks came to when it was added, see `findings.verdict`.
        state: what its record would say, were it added now.
        unread: why it could not be read, see `cell.failures.Reason`; "" if it could.
    """

    item: str
    name: str
    before: str
    state: dict[str, Any]
    unread: str = ""

    @property
    def failed(self) -> bool:
        """Whether a reader has to know of it."""
        return findings.has_failed(self.state)


def recheck(
    case: Case, *, unconfined: bool = False, progress: Progress = silent
) -> Iterator[Rechecked]:
    """Yield the captures of a case, and files that speak of others, read again.

    Args:
        case: open.
        unconfined: read them even where the process that does so cannot be confined.
        progress: is told how many bytes were read.
    """
    wanted = list(_wanted(case))
    keys = object_keys.by_name(case, [name for _one, name in wanted])
    with (
        progress(_("Checking captures"), sum(one.size for one in keys.values())) as advance,
        opened_cell(reading.LIMITS, reading.MODULES, unconfined=unconfined) as cell,
    ):
        for one, name in wanted:
            if name not in keys:
                continue
            try:
                with content_of(case, keys[name]) as content:
                    state = reading.described(content, cell)
                    if _is_index(state):
                        state["vouches"]["checks"] = _held(case, cell, one, content)
            except (InputError, OSError):  # `verify` says what is wrong with it
                state = {reading.UNREAD: "nonsense"}
            advance(keys[name].size)
            before = one.parsed
            unread = str(state.get(reading.UNREAD, ""))
            if unread or "capture" in state or "vouches" in state:
                yield Rechecked(
                    one.subject, str(before["name"]), findings.verdict(before), state, unread
                )


def _is_index(state: dict[str, Any]) -> bool:
    return bool(state.get("vouches", {}).get("format") == index_beside.KIND)


def _held(
    case: Case, cell: Cell, index: subjects.State, content: IO[bytes]
) -> dict[str, dict[str, Any]]:
    """Return the checks of an index, held against the WARC files of the case that it leads to."""
    size = int(index.parsed["size"])
    try:
        named = [str(one) for one in cell.read(LED_TO, content, {"size": size})]
        files = _nearest(case, str(index.parsed["name"]), set(named[: index_beside.MAX_FILES]))
        keys = object_keys.by_name(case, list(files.values()))
        there = {name: keys[one] for name, one in files.items() if one in keys}
        with ExitStack() as stack:
            parts = [stack.enter_context(content_of(case, key)) for key in there.values()]
            sizes = [size, *(key.size for key in there.values())]
            joined = io.BufferedReader(index_beside.Joined([content, *parts], sizes), CHUNK)
            answers = list(cell.read(HELD, joined, {"sizes": sizes, "names": list(there)}))
    except CellError:
        answers = [{"index-unread": {"count": 1}}]
    # It may have been taken over: only what a record may hold is taken of it.
    checks = findings.checks_of({"capture": {"checks": answers[0] if answers else {}}})
    return {
        code: {"count": count, "at": places}
        for code, (count, places) in checks.items()
        if code in findings.ALL
    }


def _nearest(case: Case, index: str, names: Collection[str]) -> dict[str, str]:
    """Return the objects of items by their names; of several, that nearest to an index by folder.

    Args:
        case: open.
        index: its name, with folders.
        names: that are looked for, without folders.
    """
    found: dict[str, tuple[int, str]] = {}
    for one in subjects.below(case, ITEMS):
        if one.object is None or one.is_erased:
            continue
        path = str(one.parsed["name"])
        if (name := posixpath.basename(path)) in names:
            shared = len(posixpath.commonpath([f"/{path}", f"/{index}"]))
            found[name] = max(found.get(name, (0, "")), (shared, one.object))
    return {name: nearest for name, (_shared, nearest) in found.items()}


def compared(case: Case, progress: Progress = silent) -> list[Said]:
    """Return what files of a case say of others, with all hashes compared that can be.

    Args:
        case: open.
        progress: is told how many bytes were read.
    """
    found = belonging.said(case)
    asked = {
        digest
        for speaker in belonging.speaking(case)
        for digest, _name in belonging.of(speaker.parsed)
        if not digest.startswith("sha256:")
    }
    algorithms = sorted({one.partition(":")[0] for one in asked} & set(COMPUTED))
    if not algorithms:
        return found
    # As many digits as SHA-512 has SHA3-512, and a list of hashes alone does not say which it is.
    algorithms = sorted({*algorithms, *(["sha3-512"] if "sha512" in algorithms else [])})
    more: dict[str, str] = {}
    keys = list(object_keys.every(case))
    holders = subjects.holders(case, [key.name for key in keys])
    with progress(_("Comparing hashes"), sum(key.size for key in keys)) as advance:
        for key in keys:
            for digest in _hashes(case, key, algorithms, advance):
                kind, _colon, text = digest.partition(":")
                same = f"sha512:{text}" if kind == "sha3-512" and digest not in asked else digest
                for subject in holders.get(key.name, ()) if same in asked else ():
                    more.setdefault(same, subject)
    return belonging.said(case, more)


def _wanted(case: Case) -> Iterator[tuple[subjects.State, str]]:
    """Yield items that may be captures or speak of others, with the names of their objects."""
    for one in subjects.below(case, ITEMS):
        if one.object is None or one.is_erased:
            continue
        state = one.parsed
        kind = str(state.get("media_type", ""))
        if "capture" in state or "vouches" in state or _may_be(kind, int(state["size"])):
            yield one, one.object


def _may_be(media_type: str, size: int) -> bool:
    """Return whether an item of before there were checks may be one, by what its record says."""
    if media_type in ("application/zip", "application/gzip"):
        return True
    return size <= first_bytes.HEAD and media_type in ("text/plain", "application/octet-stream")


def _hashes(
    case: Case, key: ObjectKey, algorithms: Iterable[str], advance: Callable[[float], None]
) -> list[str]:
    hashed = {one: hashlib.new(COMPUTED[one], usedforsecurity=False) for one in algorithms}
    try:
        with content_of(case, key) as content:
            for piece in _pieces(content):
                for one in hashed.values():
                    one.update(piece)
                advance(len(piece))
    except (InputError, OSError):  # `verify` says what is wrong with it
        return []
    return [f"{name}:{one.hexdigest()}" for name, one in hashed.items()]


def _pieces(content: IO[bytes]) -> Iterator[bytes]:
    while piece := content.read(CHUNK):
        yield piece
