"""Recovery keys: random bytes as groups of letters, to be printed, read aloud and typed again."""

import unicodedata
import zlib
from collections.abc import Callable

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _

# The recovery key is written in proquints (Wilkerson, arXiv:0901.4016): five letters for 16 bits,
# consonants and vowels in turn, so that it can be read aloud and typed without looking.
_CONSONANTS, _VOWELS = "bdfghjklmnprstvz", "aiou"
_PATTERN = (_CONSONANTS, _VOWELS, _CONSONANTS, _VOWELS, _CONSONANTS)
_GROUP = len(_PATTERN)
RECOVERY_BYTES = 20
_CHECKSUM_BYTES = 4
_GROUPS = (RECOVERY_BYTES + _CHECKSUM_BYTES) // 2


def new_recovery_key(random: Callable[[int], bytes]) -> str:
    """Return a new recovery key to print: twelve groups of five letters.

    It has 160 random bits and their CRC-32, which catches every typing mistake within two adjacent
    groups, and all but one in 2^32 of the others.

    >>> new_recovery_key(bytes)
    'babab-babab-babab-babab-babab-babab-babab-babab-babab-babab-buzij-novat'
    """
    return recovery_text(random(RECOVERY_BYTES))


def recovery_text(key: bytes) -> str:
    """Return the printed form of a recovery key of 20 bytes."""
    return proquints(key + _checksum(key))


def proquints(content: bytes) -> str:
    """Return an even number of bytes as groups of five letters, which can be read aloud.

    >>> proquints(bytes([127, 0, 0, 1]))
    'lusab-babad'
    """
    return "-".join(
        _proquint(int.from_bytes(content[at : at + 2], "big")) for at in range(0, len(content), 2)
    )


def parse_recovery_key(text: str) -> bytes:
    """Return the 20 bytes of a recovery key, however it was spaced and in whatever case.

    Raises:
        InputError: if it was mistyped; the message names the group if that can be known.
    """
    letters = "".join(
        letter for letter in unicodedata.normalize("NFKC", text).lower() if letter.isalnum()
    )
    for at, letter in enumerate(letters):
        if letter not in _PATTERN[at % _GROUP]:
            raise InputError(
                _("the recovery key is mistyped in group {group}").format(group=at // _GROUP + 1)
            )
    if len(letters) != _GROUPS * _GROUP:
        raise InputError(
            _("a recovery key has {groups} groups of {letters} letters").format(
                groups=_GROUPS, letters=_GROUP
            )
        )
    content = b"".join(
        _number(letters[at : at + _GROUP]).to_bytes(2, "big")
        for at in range(0, len(letters), _GROUP)
    )
    key, checksum = content[:RECOVERY_BYTES], content[RECOVERY_BYTES:]
    if checksum != _checksum(key):
        raise InputError(
            _("the recovery key is mistyped: compare it with the printed one, letter by letter")
        )
    return key


def _checksum(key: bytes) -> bytes:
    return zlib.crc32(key).to_bytes(_CHECKSUM_BYTES, "big")


def _proquint(number: int) -> str:
    word = ""
    for letters in reversed(_PATTERN):
        number, digit = divmod(number, len(letters))
        word = letters[digit] + word
    return word


def _number(word: str) -> int:
    number = 0
    for letter, letters in zip(word, _PATTERN, strict=True):
        number = number * len(letters) + letters.index(letter)
    return number
