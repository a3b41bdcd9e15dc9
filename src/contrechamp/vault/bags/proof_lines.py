r"""Many entries of one log with their proofs, as lines of text that ``grep`` and a hash can follow.

Each entry is a line, each hash of the tree that leads from one of them to the root another:

    {"action":"add","at":"2026-05-01T12:00:00Z",...}
    0 40 5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03

A hash that several entries need stands once; one that could be had from another entry stands there
all the same, so that each path can be followed alone.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.vault.log import canonical, custody, merkle

#: Level and index of a hash in its tree.
Place = tuple[int, int]

_NODE = re.compile(rb"(0|[1-9][0-9]?) (0|[1-9][0-9]{0,15}) ([0-9a-f]{64})", re.ASCII)


def entry_lines(entries: Mapping[int, bytes]) -> bytes:
    """Return entries as lines, by number."""
    return b"".join(entries[number] + b"\n" for number in sorted(entries))


def node_lines(numbers: Iterable[int], tree: Sequence[Sequence[bytes]]) -> bytes:
    """Return the hashes that lead from entries to the root, a line each, by level and index.

    Args:
        numbers: of the entries.
        tree: levels of the tree over the log.
    """
    size = len(tree[0])
    places = sorted({place for number in numbers for place in merkle.needed(number, size)})
    return "".join(
        f"{level} {index} {tree[level][index].hex()}\n" for level, index in places
    ).encode()


def entries_of(content: bytes) -> dict[int, bytes]:
    """Read entries by number.

    Raises:
        InputError: if a line is no entry, or they are not in order.
    """
    found: dict[int, bytes] = {}
    for place, line in enumerate(_lines(content), start=1):
        try:
            entry = custody.entry_of(canonical.loads(line))
        except (InputError, ValueError) as error:
            raise InputError(
                _("line {number}: expected an entry of the log").format(number=place)
            ) from error
        if found and next(reversed(found)) >= entry.number:
            raise InputError(_("line {number}: out of order").format(number=place))
        found[entry.number] = line
    return found


def nodes_of(content: bytes) -> dict[Place, bytes]:
    """Read hashes by their place.

    Raises:
        InputError: if a line is no hash, or they are not in order.
    """
    found: dict[Place, bytes] = {}
    last = (-1, -1)
    for number, line in enumerate(_lines(content), start=1):
        match = _NODE.fullmatch(line)
        if match is None:
            raise InputError(
                _("line {number}: expected level, index and hash").format(number=number)
            )
        place = int(match[1]), int(match[2])
        if place <= last:
            raise InputError(_("line {number}: out of order").format(number=number))
        found[place] = bytes.fromhex(match[3].decode())
        last = place
    return found


def proof_of(number: int, size: int, nodes: Mapping[Place, bytes]) -> tuple[bytes, ...]:
    """Return the hashes that lead from an entry to the root of a log of `size` entries.

    Raises:
        InputError: if one is not there; the message names it.
    """
    found = []
    for level, index in merkle.needed(number, size):
        if (level, index) not in nodes:
            raise InputError(
                _("the hash {level} {index} of the tree is missing").format(
                    level=level, index=index
                )
            )
        found.append(nodes[level, index])
    return tuple(found)


def _lines(content: bytes) -> list[bytes]:
    """Return the lines of a text, each of which ends in one newline.

    Raises:
        InputError: if the last one does not.
    """
    if content and not content.endswith(b"\n"):
        raise InputError(_("the last line is cut off"))
    return content.split(b"\n")[:-1]
