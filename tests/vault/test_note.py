"""Signed notes against the specification's example and Go's, and against anything else."""

import base64
from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import example, given
from hypothesis import strategies as st

from contrechamp.base.errors import CheckFailedError, InputError
from contrechamp.vault.log.note import (
    MAX_LENGTH,
    MAX_SIGNATURES,
    key_id,
    parse,
    sign,
    signers,
)

# c2sp.org/signed-note, "Verifier keys".
SPEC_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
SPEC_NOTE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKu"
    "wHjG1Yu72IneyaQM=\n"
)
# Documentation of golang.org/x/mod/sumdb/note; Enoch's seed is 32 zeros.
PETER_SEED = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PETER_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
ENOCH_KEY = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
GO_TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
PETER_LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6"
    "KE6RyyBwJnAM=\n"
)
ENOCH_LINE = (
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WW"
    "d1RvMc+QQ=\n"
)
SEED = bytes(range(32))
PUBLIC = Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw()


def known(*verifier_keys: str) -> dict[str, bytes]:
    """Keys by name, from the form `name+id+base64` that others publish them in."""
    split = [key.split("+", 2) for key in verifier_keys]
    return {name: base64.b64decode(encoded)[1:] for name, _, encoded in split}


@pytest.mark.parametrize("published", [SPEC_KEY, PETER_KEY, ENOCH_KEY])
def test_key_ids_are_the_published_ones(published: str):
    name, identity, _ = published.split("+", 2)
    assert key_id(name, known(published)[name]).hex() == identity


def test_the_example_of_the_specification_verifies():
    assert signers(SPEC_NOTE, known(SPEC_KEY)) == ("example.com/foo",)
    assert parse(SPEC_NOTE)[0] == "This is an example message.\n"


def test_signing_gives_the_bytes_that_go_gives():
    peter = base64.b64decode(PETER_SEED)[1:]
    note = sign(GO_TEXT, "PeterNeumann", peter)
    assert note == f"{GO_TEXT}\n{PETER_LINE}"
    assert sign(GO_TEXT, "EnochRoot", bytes(32)) == f"{GO_TEXT}\n{ENOCH_LINE}"


def test_signatures_by_unknown_keys_are_passed_over():
    note = f"{GO_TEXT}\n{PETER_LINE}{ENOCH_LINE}"
    assert signers(note, known(PETER_KEY, ENOCH_KEY)) == ("PeterNeumann", "EnochRoot")
    assert signers(note, known(ENOCH_KEY)) == ("EnochRoot",)
    assert signers(note, {}) == ()
    # The name alone, or the id alone, does not make a key known.
    assert signers(note, {"PeterNeumann": PUBLIC}) == ()
    assert signers(note, {"Someone": known(PETER_KEY)["PeterNeumann"]}) == ()


def test_a_wrong_signature_of_a_known_key_rejects_the_note():
    # Also where another known key's is right.
    note = f"{GO_TEXT}\n{PETER_LINE}{ENOCH_LINE}".replace("think", "thinks")
    with pytest.raises(CheckFailedError, match=r"page 3: .*PeterNeumann is wrong"):
        signers(note, known(PETER_KEY), where="page 3")
    forged = ENOCH_LINE.replace("BzmZa0", "BzmZa1")
    with pytest.raises(CheckFailedError, match="EnochRoot is wrong"):
        signers(f"{GO_TEXT}\n{PETER_LINE}{forged}", known(PETER_KEY, ENOCH_KEY))
    short = f"— PeterNeumann {base64.b64encode(bytes.fromhex('c74f20a3') + b'x').decode()}\n"
    with pytest.raises(CheckFailedError, match="PeterNeumann is wrong"):
        signers(f"{GO_TEXT}\n{short}", known(PETER_KEY))


@given(st.integers(0, 10_000))
def test_any_flipped_bit_is_found_or_hides_the_signature(place: int):
    note = sign("a text\nof two lines\n", "key", SEED)
    raw = bytearray(note.encode())
    raw[place // 8 % len(raw)] ^= 1 << place % 8
    with suppress(InputError, CheckFailedError, UnicodeDecodeError):
        assert signers(raw.decode(), {"key": PUBLIC}) == ()


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=50))
def test_any_line_can_be_signed(line: str):
    note = sign(f"{line}\n", "key", SEED)
    assert parse(note)[0] == f"{line}\n"
    assert signers(note, {"key": PUBLIC}) == ("key",)


def test_a_text_can_hold_empty_lines_and_what_looks_like_a_signature():
    text = f"above\n\n{PETER_LINE}\nbelow\n"
    assert parse(sign(text, "key", SEED))[0] == text


LINE = sign("text\n", "key", SEED).removeprefix("text\n\n")


@pytest.mark.parametrize(
    "note",
    [
        "",
        "text\n",
        "text\n\n",
        f"text\n{LINE}",
        f"text\n\n{LINE}".rstrip("\n"),
        f"text\n\n{LINE}text\n",
        f"text\n\n{LINE} \n",
        f"te\tt\n\n{LINE}",
        f"text\r\n\r\n{LINE}",
        f"te\x00t\n\n{LINE}",
        f"te\ud800t\n\n{LINE}",
        f"text\n\n{LINE}".replace("—", "-"),
        f"text\n\n{LINE}".replace("— ", "—  "),
        f"text\n\n{LINE}".replace(" key ", " "),
        f"text\n\n{LINE}".replace(" key ", " k+y "),
        f"text\n\n{LINE}".replace(" key ", " k\u00a0y "),
        f"text\n\n{LINE}".replace(" key ", " k\u2003y "),
        f"text\n\n{LINE}".replace("=\n", "\n"),
        f"text\n\n{LINE}".replace("=\n", "=="),
        "text\n\n— key AAAA\n",
        "text\n\n— key AAAAAA==\n",
        "text\n\n— key AAAAAAB=\n",  # the last bits are not zero
        f"text\n\n{LINE}" + LINE * MAX_SIGNATURES,
        "x" * MAX_LENGTH + f"\n\n{LINE}",
    ],
)
def test_what_is_not_a_note_is_refused(note: str):
    with pytest.raises(InputError, match=r"latest\.note: "):
        parse(note, where="latest.note")


def test_sixteen_signatures_are_read():
    note = sign("text\n", "key", SEED)
    for number in range(15):
        note += sign("text\n", f"key{number}", SEED).removeprefix("text\n\n")
    assert len(signers(note, {f"key{number}": PUBLIC for number in range(15)})) == 15


@pytest.mark.parametrize("name", ["", "two words", "a+b", "tab\there", "line\nbreak", "\ud800"])
def test_a_key_name_that_no_reader_would_take_is_refused(name: str):
    with pytest.raises(InputError):
        sign("text\n", name, SEED)


@pytest.mark.parametrize("text", ["no end", "tab\there\n", "\ud800\n"])
def test_a_text_that_no_reader_would_take_is_not_signed(text: str):
    with pytest.raises(InputError):
        sign(text, "key", SEED)


@given(st.text(max_size=200) | st.text("— \n+=abAB", max_size=60))
@example("\n\n\n")
def test_any_text_is_read_or_refused_clearly(note: str):
    try:
        text, signatures = parse(note)
    except InputError:
        return
    assert note.startswith(text + "\n")
    assert signatures
