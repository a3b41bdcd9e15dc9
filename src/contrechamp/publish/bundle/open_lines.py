"""data/open/records.jsonl, a line a record: written, and read by whoever verifies a bundle.

Lines are canonical JSON, so that no two readers see two records in one. Of format 1 they were not.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.vault.bags.proved import record_of
from contrechamp.vault.log import canonical, custody

NAME = "records.jsonl"
PATH = f"data/open/{NAME}"
#: A line has what a record says, and all of its state again in base64.
MAX_BYTES = 3 * canonical.MAX_BYTES
_FIELDS, _OPENED = {"id", "kind", "entry", "fields"}, {"salt", "state"}


@dataclass(frozen=True)
class OpenLine:
    """A record of the open data.

    Args:
        number: of the line, from 1.
        id: of the record.
        entry: number of the entry of its version.
        opened: salt and state, where all of it may leave.
        is_same: whether its fields are those of that state.
    """

    number: int
    id: str
    entry: int
    opened: tuple[bytes, bytes] | None = field(repr=False)
    is_same: bool

    def is_of(self, entry: custody.Entry) -> bool:
        """Return whether its state is what an entry of the log says."""
        is_named = entry.subject == f"record/{self.id}"
        return is_named and self.opened is not None and custody.digest(*self.opened) == entry.digest


def line_of(fields: dict[str, Any]) -> bytes:
    """Return a line with what a record says.

    Raises:
        InputError: if it is longer than any record.
    """
    return canonical.dumps(fields, most=MAX_BYTES) + b"\n"


def read(content: bytes, *, loosely: bool) -> Iterator[OpenLine | int]:
    """Yield what each line says, or the number of one that is no record.

    Args:
        content: of the file.
        loosely: it is of format 1, whose lines are read as any JSON.
    """
    seen: set[int] = set()
    for number, line in enumerate(_lines(content, loosely=loosely), start=1):
        try:
            found = _line_of(number, line, loosely=loosely)
            if not loosely and found.entry in seen:
                raise ValueError("entry")
            seen.add(found.entry)
            yield found
        except (InputError, ValueError, TypeError, KeyError, RecursionError):
            yield number


def _lines(content: bytes, *, loosely: bool) -> list[bytes]:
    if loosely:
        return content.splitlines()
    *lines, last = content.split(b"\n")
    return [*lines, last] if last else lines  # one that is cut off is told as no record


def _line_of(number: int, line: bytes, *, loosely: bool) -> OpenLine:
    fields: Any = json.loads(line) if loosely else canonical.loads(line, most=MAX_BYTES)
    names = set(fields)
    if names not in (_FIELDS, _FIELDS | _OPENED):
        raise ValueError("fields")
    entry = fields["entry"]
    if not isinstance(fields["id"], str) or type(entry) is not int or entry < 0:
        raise ValueError("fields")
    if names == _FIELDS:
        return OpenLine(number, fields["id"], entry, None, is_same=True)
    salt, state = record_of({name: fields[name] for name in _OPENED})
    told = {"kind": fields["kind"], "fields": fields["fields"]}
    is_same = canonical.dumps(told, most=MAX_BYTES) == state
    return OpenLine(number, fields["id"], entry, (salt, state), is_same=is_same)
