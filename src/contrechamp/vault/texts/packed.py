"""The text of an item as it is kept: its parts, each with its place, compressed."""

import json
import secrets
import zlib
from dataclasses import dataclass, field
from typing import Any, Final

from contrechamp.base.errors import InputError
from contrechamp.vault.texts.in_cell.bounds import PART_LETTERS, STEPS

#: Random bytes before it, so that no file of somebody can be equal to it.
_SALT: Final = 16
#: Bytes that it unpacks to at most: more than any text that is taken.
_MOST: Final = 64 << 20


@dataclass(frozen=True)
class TextPart:
    """A piece of an item's text.

    Args:
        at: where it stands, from the outside in: kind of step and its name, see `bounds.STEPS`.
        text: what stands there.
    """

    at: tuple[tuple[str, str], ...]
    text: str = field(repr=False)


def packed(parts: list[TextPart]) -> bytes:
    """Return parts as bytes."""
    plain = json.dumps([[one.at, one.text] for one in parts], ensure_ascii=False)
    return secrets.token_bytes(_SALT) + zlib.compress(plain.encode("utf-8"), 6)


def unpacked(content: bytes) -> list[TextPart]:
    """Return the parts in some bytes.

    Raises:
        InputError: if they are not such as `packed` makes: whoever has the key may have made them.
    """
    unpacker = zlib.decompressobj()
    try:
        plain = unpacker.decompress(content[_SALT:], _MOST)
        if not unpacker.eof:
            raise ValueError
        found = json.loads(plain)
        return [part_of(at, text) for at, text in found]
    except (zlib.error, ValueError, TypeError, RecursionError) as error:
        raise InputError("") from error


def part_of(at: Any, text: Any) -> TextPart:
    """Return a part, whoever says it.

    Raises:
        ValueError: if it is none.
    """
    if not (isinstance(at, list) and len(at) <= 50 and isinstance(text, str)):
        raise ValueError
    steps = []
    for step in at:
        match step:
            case [str(kind), str(name)] if kind in STEPS and len(name) <= 1000:
                steps.append((kind, name))
            case _:
                raise ValueError
    text.encode("utf-8")  # no half letters
    if not 0 < len(text) <= PART_LETTERS:
        raise ValueError
    return TextPart(tuple(steps), text)
