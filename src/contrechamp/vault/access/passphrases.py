"""Passphrases: what a new one must be like, what trying one costs, and the key that one gives.

Nothing here holds a secret where it could be printed: neither in a repr nor in an exception, nor in
what an exception was raised from.
"""

import secrets
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import argon2.exceptions
from argon2.low_level import Type, hash_secret_raw

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.vault.access.keys import KEY_BYTES

ARGON2_VERSION = 0x13


@dataclass(frozen=True)
class KdfParameters:
    """The cost parameters of Argon2id.

    Args:
        memory_kib: memory in KiB.
        passes: number of passes over that memory.
        lanes: degree of parallelism.
    """

    memory_kib: int
    passes: int
    lanes: int


#: Nothing weaker is chosen: the second recommended option of RFC 9106, section 4.
FLOOR = KdfParameters(memory_kib=64 * 1024, passes=3, lanes=4)
#: Nothing costlier is chosen, or read from a file: a case that was made on a large machine must
#: open on a small one, and an altered case.toml must not be able to exhaust it.
CEILING = KdfParameters(memory_kib=1024 * 1024, passes=16, lanes=16)
#: Most work of all slots that one secret is tried on, in KiB times passes: a passphrase of this
#: version costs at most 2 GiB, and 16 members with one each must still open; what a hostile
#: case.toml asks for ends within a minute.
CEILING_OF_ALL = 32 * 1024 * 1024
#: Opening a new case takes no more memory than this; further cost goes into passes. Adding files
#: must need less than 200 MB in all, whatever their size.
TUNED_MEMORY_KIB = 128 * 1024
#: How long opening a case may take on the machine on which it is made.
SECONDS = 1.0
#: Fewest characters of a new passphrase: whoever seizes a disk can go on guessing for years.
MIN_CHARACTERS = 12


def check_new_passphrase(passphrase: str) -> None:
    """Check that a new passphrase is long enough; one that a case already has may be shorter.

    Raises:
        InputError: if it is too short.
    """
    if len(unicodedata.normalize("NFKC", passphrase)) < MIN_CHARACTERS:
        raise InputError(
            _(
                "a passphrase has at least {count} characters: about five words chosen by rolling "
                "dice are better than a short one with unusual characters"
            ).format(count=MIN_CHARACTERS)
        )


def tuned_here() -> KdfParameters:
    """Return the parameters for a new passphrase or recovery key, tuned to this machine."""
    return tuned(SECONDS, seconds_of)


def seconds_of(parameters: KdfParameters) -> float:
    """Return how many seconds one derivation takes on this machine."""
    start = time.perf_counter()
    kek(secrets.token_hex(16), secrets.token_bytes(16), parameters)
    return time.perf_counter() - start


def tuned(seconds: float, measure: Callable[[KdfParameters], float]) -> KdfParameters:
    """Return parameters with which a derivation takes about `seconds`, between floor and ceiling.

    Memory comes first, then passes, as RFC 9106 (section 4) advises.

    Args:
        seconds: how long one derivation may take.
        measure: returns how long a derivation with given parameters takes.
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
    """Check that Argon2id accepts these parameters and that they do not exceed `CEILING`.

    Raises:
        InputError: if they are out of bounds.
    """
    if not (
        1 <= parameters.lanes <= CEILING.lanes
        and 1 <= parameters.passes <= CEILING.passes
        and 8 * parameters.lanes <= parameters.memory_kib <= CEILING.memory_kib
    ):
        raise InputError(
            _(
                "these cannot be the Argon2id parameters of a case: memory {memory} KiB, passes "
                "{passes}, lanes {lanes}; at most {most_memory}, {most_passes} and {most_lanes} "
                "are used"
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


def check_total(all_slots: Sequence[KdfParameters], *, where: str = "") -> None:
    """Check that trying one secret on every slot ends within a minute.

    Raises:
        InputError: if it would cost more than `CEILING_OF_ALL`.
    """
    if sum(one.memory_kib * one.passes for one in all_slots) > CEILING_OF_ALL:
        raise InputError(
            _(
                "trying a passphrase on its {count} slots would take minutes or hours: no case is "
                "made like that, somebody altered the file"
            ).format(count=len(all_slots)),
            where=where,
        )


#: Keys that were worked out within `once`; None outside of it.
_worked_out: dict[tuple[str, bytes, KdfParameters], bytes] | None = None


@contextmanager
def once() -> Iterator[None]:
    """Work out the key of a passphrase once for each slot, while a case is opened several times.

    Within another such block nothing is worked out again that was worked out in that one.
    """
    global _worked_out
    before = _worked_out
    _worked_out = {} if before is None else before
    try:
        yield
    finally:
        _worked_out = before


def kek(passphrase: str, salt: bytes, parameters: KdfParameters) -> bytes:
    """Return the key-encryption key of a passphrase: Argon2id (RFC 9106) of its NFKC form in UTF-8.

    Args:
        passphrase: however the keyboard composed its letters.
        salt: at least 8 bytes.
        parameters: the cost.

    Returns:
        32 bytes.

    Raises:
        InputError: if the parameters are out of bounds (nothing is computed then), there is not
            enough memory, or the passphrase is not valid text.
    """
    if _worked_out is None:
        return _kek(passphrase, salt, parameters)
    key = (passphrase, salt, parameters)
    if key not in _worked_out:
        _worked_out[key] = _kek(passphrase, salt, parameters)
    return _worked_out[key]


def _kek(passphrase: str, salt: bytes, parameters: KdfParameters) -> bytes:
    check_parameters(parameters)
    # Checked here, because an encoder's error would carry the passphrase.
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
