"""Keys: Argon2id as another program computes it, bounds, and recovery keys that catch typos."""

import hashlib
import hmac
import os
import subprocess
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contrechamp.base.errors import InputError
from contrechamp.vault.access import passphrases
from contrechamp.vault.access.keys import Unlocked, casefile_key, database_key
from contrechamp.vault.access.passphrases import (
    CEILING,
    FLOOR,
    TUNED_MEMORY_KIB,
    KdfParameters,
    kek,
    tuned,
)
from contrechamp.vault.access.recovery_keys import (
    new_recovery_key,
    parse_recovery_key,
    recovery_text,
)
from vault.leaks import told

SMALL = KdfParameters(memory_kib=64, passes=1, lanes=2)
SALT = "00112233445566778899aabbccddeeff"

key_bytes = st.binary(min_size=20, max_size=20)


@pytest.mark.parametrize("passphrase", ["correct horse battery staple", "Zoë’s câble №5", " "])
@pytest.mark.parametrize("cost", [SMALL, KdfParameters(1000, 3, 1), KdfParameters(256, 2, 16)])
def test_the_command_argon2_gives_the_same_key(passphrase: str, cost: KdfParameters) -> None:
    command = ["argon2", SALT, "-id", "-k", str(cost.memory_kib), "-t", str(cost.passes)]
    command += ["-p", str(cost.lanes), "-l", "32", "-r"]
    typed = unicodedata.normalize("NFKC", passphrase).encode()
    done = subprocess.run(command, input=typed, capture_output=True, check=True)
    assert kek(passphrase, SALT.encode(), cost).hex() == done.stdout.decode().strip()


def test_a_passphrase_is_the_same_however_the_keyboard_composed_it() -> None:
    composed, decomposed, ligature = "café ﬁn", "cafe\u0301 fin", "cafe\u0301 ﬁn"
    first = kek(composed, SALT.encode(), SMALL)
    assert kek(decomposed, SALT.encode(), SMALL) == kek(ligature, SALT.encode(), SMALL) == first
    assert kek("Café fin", SALT.encode(), SMALL) != first


@pytest.mark.parametrize(
    "absurd",
    [
        KdfParameters(2**31, 3, 4),
        KdfParameters(CEILING.memory_kib + 1, 3, 4),
        KdfParameters(64, CEILING.passes + 1, 4),
        KdfParameters(1024, 3, CEILING.lanes + 1),
        KdfParameters(31, 3, 4),
        KdfParameters(64, 0, 4),
        KdfParameters(64, 3, 0),
        KdfParameters(-64, 3, 1),
    ],
)
def test_absurd_parameters_are_refused_before_anything_is_computed(
    absurd: KdfParameters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passphrases, "hash_secret_raw", lambda *_a, **_k: pytest.fail("computed"))
    with pytest.raises(InputError, match="these cannot be the Argon2id parameters"):
        kek("passphrase", SALT.encode(), absurd)


def test_a_passphrase_that_is_no_text_is_refused_and_not_told() -> None:
    with pytest.raises(InputError) as caught:
        kek("secretive\udcff", SALT.encode(), SMALL)
    assert "secretive" not in told(caught.value)


def test_the_floor_is_the_second_recommended_option_of_rfc_9106() -> None:
    assert KdfParameters(memory_kib=65536, passes=3, lanes=4) == FLOOR


@given(
    speed=st.floats(1e-9, 1e-3, allow_nan=False),
    seconds=st.floats(0, 60, allow_nan=False),
)
def test_parameters_are_tuned_to_the_machine_and_never_below_the_floor(
    speed: float, seconds: float
) -> None:
    def measure(cost: KdfParameters) -> float:
        return speed * cost.memory_kib * cost.passes

    chosen = tuned(seconds, measure)
    assert FLOOR.memory_kib <= chosen.memory_kib <= TUNED_MEMORY_KIB
    assert FLOOR.passes <= chosen.passes <= CEILING.passes
    assert chosen.lanes == FLOOR.lanes
    # Only the floor may take longer than was asked for.
    assert chosen == FLOOR or measure(chosen) <= seconds * 1.000001
    # And what is left over would not have paid for more.
    if chosen.memory_kib < TUNED_MEMORY_KIB:
        assert measure(KdfParameters(chosen.memory_kib * 2, FLOOR.passes, 4)) > seconds


def test_a_clock_that_stands_still_does_no_harm() -> None:
    assert tuned(1, lambda _cost: 0.0) == KdfParameters(TUNED_MEMORY_KIB, FLOOR.passes, 4)


def hkdf_by_hand(root: bytes, info: bytes) -> bytes:
    """RFC 5869 with SHA-256, no salt, one block."""
    extracted = hmac.digest(bytes(32), root, hashlib.sha256)
    return hmac.digest(extracted, info + b"\x01", hashlib.sha256)


def test_keys_of_the_parts_of_a_case_are_hkdf_of_the_root_key() -> None:
    root = os.urandom(32)
    assert database_key(root) == hkdf_by_hand(root, b"contrechamp/1/database")
    assert casefile_key(root) == hkdf_by_hand(root, b"contrechamp/1/case.toml")


def test_unlocked_keys_are_not_told() -> None:
    found = Unlocked(b"ROOT" * 8, "AGE-SECRET-KEY-1XYZ", "00" * 8, b"SEED" * 8)
    assert told(found) == f"Unlocked(member='{'00' * 8}') Unlocked(member='{'00' * 8}')"


def test_a_recovery_key_is_160_random_bits_in_words_of_the_paper() -> None:
    asked: list[int] = []

    def random(size: int) -> bytes:
        asked.append(size)
        return bytes([127, 0, 0, 1, 63, 84, 220, 193]) + bytes(size - 8)

    # The first examples of arXiv:0901.4016: 127.0.0.1 and 63.84.220.193.
    assert new_recovery_key(random).startswith("lusab-babad-gutih-tugad-babab")
    assert asked == [20]


@pytest.mark.slow
@given(key_bytes, st.data())
def test_a_recovery_key_is_read_however_it_is_spaced(key: bytes, data: st.DataObject) -> None:
    text = recovery_text(key)
    assert len(text.split("-")) == 12
    assert parse_recovery_key(text) == key
    separators = st.sampled_from(["", " ", "-", "\n", "\t–", ". "])
    sloppy = "".join(
        (letter.upper() if data.draw(st.booleans()) else letter) + data.draw(separators)
        for letter in text.replace("-", "")
    )
    assert parse_recovery_key(sloppy) == key


@given(key_bytes, st.integers(0, 59), st.sampled_from("abcdefghijklmnopqrstuvwxyz0159éß"))
def test_every_mistyped_letter_is_caught(key: bytes, at: int, other: str) -> None:
    letters = recovery_text(key).replace("-", "")
    wrong = letters[:at] + other + letters[at + 1 :]
    if other == letters[at]:
        assert parse_recovery_key(wrong) == key
        return
    with pytest.raises(InputError) as caught:
        parse_recovery_key(wrong)
    assert not any(word in told(caught.value) for word in recovery_text(key).split("-"))


@given(key_bytes, st.integers(0, 10), st.integers(0, 58))
def test_swapped_left_out_and_doubled_letters_and_groups_are_caught(
    key: bytes, group: int, at: int
) -> None:
    text = recovery_text(key)
    groups, letters = text.split("-"), text.replace("-", "")
    wrong = {
        "-".join([*groups[:group], groups[group + 1], groups[group], *groups[group + 2 :]]),
        "-".join(groups[:group] + groups[group + 1 :]),
        "-".join([*groups, groups[group]]),
        letters[:at] + letters[at + 1] + letters[at] + letters[at + 2 :],
        letters[:at] + letters[at + 1 :],
        letters[:at] + letters[at] + letters[at:],
    } - {text, letters}
    for typed in wrong:
        with pytest.raises(InputError):
            parse_recovery_key(typed)


@given(key_bytes, st.lists(st.integers(0, 11), min_size=12, max_size=12))
def test_groups_out_of_order_are_caught(key: bytes, order: list[int]) -> None:
    groups = recovery_text(key).split("-")
    shuffled = [groups[at] for at in order]
    if shuffled != groups:
        with pytest.raises(InputError):
            parse_recovery_key("-".join(shuffled))


def test_the_message_says_in_which_group_a_letter_cannot_be() -> None:
    groups = recovery_text(bytes(20)).split("-")
    groups[6] = "bexab"
    with pytest.raises(InputError, match=r"group 7$"):
        parse_recovery_key("-".join(groups))


@given(st.text(max_size=100))
def test_whatever_is_typed_gives_a_clear_error(text: str) -> None:
    with pytest.raises(InputError, match="recovery key"):
        parse_recovery_key(text)
