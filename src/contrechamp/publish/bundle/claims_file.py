"""data/claims.json: claims and evidence, each on a line of its own in canonical JSON.

So ``sed`` finds a line, and ``sha256sum`` the digest that the statement has of it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.vault.log import canonical

PATH = "data/claims.json"
FORMAT = 1
#: Languages of a text -> its paragraphs.
Worded = Mapping[str, tuple[str, ...]]

_ID = re.compile(r"[0-9a-f]{16}", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_WORD = re.compile(r"[a-z0-9-]{1,64}", re.ASCII)
_ANCHOR = re.compile(r"[A-Za-z0-9_.-]{1,120}", re.ASCII)
_BEGIN, _BETWEEN, _END = b'{"claims":[', b'],"evidence":[', b'],"v":1}'
_Line = TypeVar("_Line")


@dataclass(frozen=True)
class Claim:
    """Something that the publication says.

    Args:
        n: number, from 1.
        id: the same in every edition.
        kind: of it, or of the record that it is printed from.
        at: anchor in the pages.
        words: what is printed.
        evidence: numbers of what is cited beside it.
        record: number of the entry of the version that is printed; None where there is none.
        sealed: of what a source said or gave: the keyed digest of that entry instead.
        reply: of a letter: how it stands.
    """

    n: int
    id: str
    kind: str
    at: str
    words: Worded
    evidence: tuple[int, ...] = ()
    record: int | None = None
    sealed: str = ""
    reply: str = ""


@dataclass(frozen=True)
class Cited:
    """A piece of evidence.

    Args:
        n: number, from 1; the report's own.
        kind: of it.
        words: how the list of evidence describes it.
        entry: number of its newest entry; None where it was erased, or is sealed.
        sealed: keyed digest of that entry.
    """

    n: int
    kind: str
    words: Worded
    entry: int | None = None
    sealed: str = ""


@dataclass(frozen=True)
class ClaimsFile:
    """What the file says, and the lines in which it says so."""

    claims: tuple[Claim, ...]
    evidence: tuple[Cited, ...]
    claim_lines: tuple[bytes, ...]
    evidence_lines: tuple[bytes, ...]


def made(claims: Sequence[Claim], evidence: Sequence[Cited]) -> ClaimsFile:
    """Return the file of claims and evidence."""
    return ClaimsFile(
        tuple(claims),
        tuple(evidence),
        tuple(canonical.dumps(_claim_fields(one), where=one.at) for one in claims),
        tuple(canonical.dumps(_cited_fields(one), where=f"[{one.n}]") for one in evidence),
    )


def to_bytes(file: ClaimsFile) -> bytes:
    """Return the content of the file."""
    parts = [_BEGIN, *_separated(file.claim_lines), _BETWEEN, *_separated(file.evidence_lines)]
    return b"\n".join([*parts, _END]) + b"\n"


def read(content: bytes) -> ClaimsFile:
    """Read the file; only its form is checked.

    Raises:
        InputError: naming the line that has another form.
    """
    lines = content.split(b"\n")
    if lines[0] != _BEGIN or lines[-2:] != [_END, b""] or lines.count(_BETWEEN) != 1:
        raise InputError(_("expected a list of claims and a list of evidence, a line for each"))
    middle = lines.index(_BETWEEN)
    claim_lines = _bare(lines[1:middle], 2)
    evidence_lines = _bare(lines[middle + 1 : -2], middle + 2)
    return ClaimsFile(
        tuple(_each(claim_lines, _claim_of, 2)),
        tuple(_each(evidence_lines, _cited_of, middle + 2)),
        tuple(claim_lines),
        tuple(evidence_lines),
    )


def _separated(lines: Sequence[bytes]) -> list[bytes]:
    return [*(line + b"," for line in lines[:-1]), *lines[-1:]]


def _bare(lines: Sequence[bytes], first: int) -> list[bytes]:
    """Return lines without the comma that all but the last one end in."""
    found = []
    for number, line in enumerate(lines, start=first):
        is_last = number == first + len(lines) - 1
        if line.endswith(b",") == is_last:
            raise _wrong(number)
        found.append(line if is_last else line[:-1])
    return found


def _each(
    lines: Sequence[bytes], read_one: Callable[[dict[str, Any], int], _Line], first: int
) -> list[_Line]:
    found = []
    for place, line in enumerate(lines):
        try:
            fields = canonical.loads(line)
            if not isinstance(fields, dict):
                raise ValueError("fields")
            found.append(read_one(fields, place + 1))
        except (InputError, ValueError) as error:
            raise _wrong(first + place) from error
    return found


def _wrong(number: int) -> InputError:
    return InputError(
        _("line {number}: expected a claim or a piece of evidence").format(number=number)
    )


def _claim_fields(one: Claim) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "n": one.n,
        "id": one.id,
        "kind": one.kind,
        "at": one.at,
        "words": {language: list(words) for language, words in one.words.items()},
        "evidence": list(one.evidence),
    }
    return fields | _of_record(one.record, "record", one.sealed, one.reply)


def _cited_fields(one: Cited) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "n": one.n,
        "kind": one.kind,
        "words": {language: list(words) for language, words in one.words.items()},
    }
    return fields | _of_record(one.entry, "entry", one.sealed)


def _of_record(number: int | None, name: str, sealed: str, reply: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    if number is not None:
        found[name] = number
    if sealed:
        found["sealed"] = sealed
    if reply:
        found["reply"] = reply
    return found


def _claim_of(fields: dict[str, Any], number: int) -> Claim:
    evidence = fields.pop("evidence", None)
    at, reply = fields.pop("at", ""), fields.pop("reply", "")
    record, identity = fields.pop("record", None), fields.pop("id", "")
    words, kind, sealed = _common(fields, number)
    if (
        not isinstance(evidence, list)
        or not all(_is_number(one) for one in evidence)
        or not _fits(_ANCHOR, at)
        or not _fits(_ID, identity)
        or not (reply == "" or _fits(_WORD, reply))
        or not (record is None or _is_number(record))
        or (record is not None and sealed)
    ):
        raise ValueError("claim")
    return Claim(number, identity, kind, at, words, tuple(evidence), record, sealed, reply)


def _cited_of(fields: dict[str, Any], number: int) -> Cited:
    entry = fields.pop("entry", None)
    words, kind, sealed = _common(fields, number)
    if not (entry is None or _is_number(entry)) or (entry is not None and sealed):
        raise ValueError("evidence")
    return Cited(number, kind, words, entry, sealed)


def _common(fields: dict[str, Any], number: int) -> tuple[Worded, str, str]:
    """Return words, kind and seal of a claim or a piece of evidence, which has nothing else."""
    sealed = fields.pop("sealed", "")
    words, kind = fields.get("words"), fields.get("kind")
    if (
        set(fields) != {"n", "words", "kind"}
        or isinstance(fields["n"], bool)
        or fields["n"] != number
        or not _fits(_WORD, kind)
        or not (sealed == "" or _fits(_DIGEST, sealed))
        or not isinstance(words, dict)
        or not all(_is_list_of_texts(one) for one in words.values())
    ):
        raise ValueError("fields")
    return {name: tuple(each) for name, each in words.items()}, str(kind), sealed


def _is_list_of_texts(found: Any) -> bool:
    return isinstance(found, list) and all(isinstance(one, str) for one in found)


def _is_number(found: Any) -> bool:
    return isinstance(found, int) and not isinstance(found, bool) and found >= 0


def _fits(pattern: re.Pattern[str], found: Any) -> bool:
    return isinstance(found, str) and pattern.fullmatch(found) is not None
