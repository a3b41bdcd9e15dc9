"""Keys: from a passphrase, for each use of a case's root key, and printed for recovery.

Nothing here holds a secret where it could be printed: neither a repr nor an exception, nor what
an exception was raised from.
"""

import secrets
import time
import unicodedata
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

import argon2.exceptions
from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _

KEY_BYTES = 32
ARGON2_VERSION = 0x13


@dataclass(frozen=True)
class KdfParameters:
    """What Argon2id costs.

    Args:
        memory_kib: KiB.
        passes: over that memory.
        lanes: computed side by side.
    """

    memory_kib: int
    passes: int
    lanes: int


#: Nothing weaker is chosen: the second recommended option of RFC 9106, section 4.
FLOOR = KdfParameters(memory_kib=64 * 1024, passes=3, lanes=4)
#: Nothing costlier is chosen, or read from a file: a case that was made on a large machine must
#: open on a small one, and an altered case.toml must not be able to exhaust it.
CEILING = KdfParameters(memory_kib=1024 * 1024, passes=16, lanes=16)
#: A new case takes no more memory than this to open, and more passes instead: taking files in is
#: to need less than 200 MB in all, whatever their size.
TUNED_MEMORY_KIB = 128 * 1024
#: As long as opening a case may take on the machine that it is made on.
SECONDS = 1.0
#: A seized disk can be guessed at for years: a new passphrase has at least so many characters.
MIN_CHARACTERS = 12


@dataclass(frozen=True)
class Unlocked:
    """What a slot holds once it is open; printing it shows the member's id only.

    Args:
        root_key: of the case, 32 bytes.
        identity: the member's age identity of the case (``AGE-SECRET-KEY-1...``); None where the
            member brings one that is kept elsewhere.
        member: id.
        signing_seed: Ed25519, 32 bytes.
    """

    root_key: bytes = field(repr=False)
    identity: str | None = field(repr=False)
    member: str
    signing_seed: bytes = field(repr=False)


def check_new_passphrase(passphrase: str) -> None:
    """Check that nobody guesses a new passphrase soon; one that a case has already may be shorter.

    Raises:
        InputError: if it is too short.
    """
    if len(unicodedata.normalize("NFKC", passphrase)) < MIN_CHARACTERS:
        raise InputError(
            _(
                "a passphrase has at least {count} characters: some five words that you choose by "
                "dice are better than a short one with odd signs"
            ).format(count=MIN_CHARACTERS)
        )


def tuned_here() -> KdfParameters:
    """Return the parameters of a new key that is opened on this machine."""
    return tuned(SECONDS, seconds_of)


def seconds_of(parameters: KdfParameters) -> float:
    """Return how many seconds one derivation takes here."""
    start = time.perf_counter()
    kek(secrets.token_hex(16), secrets.token_bytes(16), parameters)
    return time.perf_counter() - start


def tuned(seconds: float, measure: Callable[[KdfParameters], float]) -> KdfParameters:
    """Return parameters that take about so long on this machine, between floor and ceiling.

    Memory comes first, then passes, as RFC 9106 (section 4) advises.

    Args:
        seconds: that one derivation may take.
        measure: returns the seconds that a derivation takes.
    """
    memory_kib, spent = FLOOR.memory_kib, measure(FLOOR)
    while memory_kib < TUNED_MEMORY_KIB:
        more = KdfParameters(memory_kib * 2, FLOOR.passes, FLOOR.lanes)
        took = measure(more)
        if took > seconds:
            break
        memory_kib, spent = more.memory_kib, took
    affordable = int(FLOOR.passes * seconds / spent) if spent > 0 else FLOOR.passes
    passes = min(max(affordable, FLOOR.passes), CEILING.passes)
    return KdfParameters(memory_kib, passes, FLOOR.lanes)


def check_parameters(parameters: KdfParameters, *, where: str = "") -> None:
    """Check that Argon2id takes these parameters, and that this machine is not exhausted by them.

    Raises:
        InputError: if it does not, or is.
    """
    if not (
        1 <= parameters.lanes <= CEILING.lanes
        and 1 <= parameters.passes <= CEILING.passes
        and 8 * parameters.lanes <= parameters.memory_kib <= CEILING.memory_kib
    ):
        raise InputError(
            _(
                "no case is locked like this: memory {memory} KiB, passes {passes}, lanes {lanes}; "
                "at most {most_memory}, {most_passes} and {most_lanes} are used"
            ).format(
                memory=parameters.memory_kib,
                passes=parameters.passes,
                lanes=parameters.lanes,
                most_memory=CEILING.memory_kib,
                most_passes=CEILING.passes,
                most_lanes=CEILING.lanes,
            ),
            where=where,
        )


def kek(passphrase: str, salt: bytes, parameters: KdfParameters) -> bytes:
    """Return the key that a passphrase gives: Argon2id (RFC 9106) of its NFKC form in UTF-8.

    Args:
        passphrase: however the keyboard composed its letters.
        salt: 8 bytes and more.
        parameters: cost.

    Returns:
        32 bytes.

    Raises:
        InputError: if the parameters are out of bounds (nothing is computed then), the memory is
            not to be had, or the passphrase is no text.
    """
    check_parameters(parameters)
    # The error of an encoder would carry the passphrase.
    if any("\ud800" <= letter <= "\udfff" for letter in passphrase):
        raise InputError(_("the passphrase is not text in the encoding of this system"))
    try:
        return hash_secret_raw(
            unicodedata.normalize("NFKC", passphrase).encode(),
            salt,
            time_cost=parameters.passes,
            memory_cost=parameters.memory_kib,
            parallelism=parameters.lanes,
            hash_len=KEY_BYTES,
            type=Type.ID,
            version=ARGON2_VERSION,
        )
    except argon2.exceptions.HashingError as error:
        raise InputError(
            _("the key cannot be computed here: it takes {mib} MiB of memory").format(
                mib=parameters.memory_kib // 1024
            )
        ) from error


def database_key(root_key: bytes) -> bytes:
    """Return the raw key of ``case.db``, 32 bytes."""
    return _derived(root_key, b"contrechamp/1/database")


def casefile_key(root_key: bytes) -> bytes:
    """Return the key of the MAC in ``case.toml``, 32 bytes."""
    return _derived(root_key, b"contrechamp/1/case.toml")


def _derived(root_key: bytes, info: bytes) -> bytes:
    """HKDF-SHA256 (RFC 5869) without a salt: the root key is random already."""
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=info).derive(root_key)


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

    160 random bits and their CRC-32, which finds whatever was mistyped within two neighbouring
    groups, and all but one in 2^32 of everything else.

    >>> new_recovery_key(bytes)
    'babab-babab-babab-babab-babab-babab-babab-babab-babab-babab-buzij-novat'
    """
    return recovery_text(random(RECOVERY_BYTES))


def recovery_text(key: bytes) -> str:
    """Return a recovery key, 20 bytes, as it is printed."""
    content = key + _checksum(key)
    return "-".join(
        _proquint(int.from_bytes(content[at : at + 2], "big")) for at in range(0, len(content), 2)
    )


def parse_recovery_key(text: str) -> bytes:
    """Return the 20 bytes of a recovery key, however it was spaced and in whatever case.

    Raises:
        InputError: if it was mistyped; the message says in which group where that can be known.
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
            _("the recovery key is mistyped: compare it with the print, letter by letter")
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
