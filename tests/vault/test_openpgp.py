"""Detached OpenPGP signatures are checked as GnuPG made them, and nothing else passes."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contrechamp.vault.captures import openpgp

SAMPLES = Path(__file__).with_name("openpgp")
#: What the samples are signatures of.
CONTENT = b"SAMPLE content of a test,\nin two lines, one of which\r\nends as on Windows.\n"
FINGERPRINTS = {  # as gpg listed them
    "rsa": "2FEC343B15AFB9210753C41182F98CFFD3771204",
    "ed25519": "0EFD93D1B84BC77077D767FC7D697773E45BE14E",
    "p256": "D10CFA20A293D4ADE7DE3B3DC0FA76403D75B90D",
    "p384": "698A0AF8F8D992B01D1D3A8B80AAB9A93AAF5FF3",
    "subkey": "EB0841454DEC3DBE0181B44A4222D046D9C0B35F",
}


def signer(signature: bytes, key: bytes, content: bytes = CONTENT, piece: int = 1000) -> str:
    hashing = openpgp.signature(signature).hashing()
    for at in range(0, len(content), piece):
        hashing.update(content[at : at + piece])
    return hashing.signer(openpgp.keys(key))


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


@pytest.mark.parametrize("name", FINGERPRINTS)
def test_the_key_that_signed_is_told_by_its_fingerprint(name: str) -> None:
    key, signature = sample(f"{name}.pub.asc"), sample(f"{name}.sig.asc")
    assert signer(signature, key) == FINGERPRINTS[name]
    assert signer(signature, key, CONTENT + b"!") == ""
    assert signer(signature, key, CONTENT.replace(b"two", b"six")) == ""


def test_a_signature_need_not_be_in_armor() -> None:
    assert signer(sample("binary.sig"), sample("rsa.pub.asc")) == FINGERPRINTS["rsa"]


@pytest.mark.parametrize("piece", [1, 2, 7, 1000])
@pytest.mark.parametrize("ends", [b"\n", b"\r\n"])
def test_line_ends_of_signed_text_do_not_count(ends: bytes, piece: int) -> None:
    content = CONTENT.replace(b"\r\n", b"\n").replace(b"\n", ends)
    signed = sample("text.sig.asc"), sample("rsa.pub.asc")
    assert signer(*signed, content, piece) == FINGERPRINTS["rsa"]
    assert signer(*signed, content.replace(b",", b";"), piece) == ""


def test_another_key_did_not_sign() -> None:
    assert signer(sample("rsa.sig.asc"), sample("ed25519.pub.asc")) == ""
    assert signer(sample("rsa.sig.asc"), sample("subkey.pub.asc")) == ""
    both = b"".join(openpgp._dearmored(sample(f"{name}.pub.asc")) for name in ("ed25519", "rsa"))
    assert signer(sample("rsa.sig.asc"), both) == FINGERPRINTS["rsa"]


@pytest.mark.parametrize(
    "content", [b"", b"SAMPLE", sample("sha1.sig.asc"), sample("rsa.pub.asc"), b"\x88\xff"]
)
def test_what_is_no_signature_of_a_known_kind_is_unknown(content: bytes) -> None:
    """SHA-1 among them: who can make two contents of one hash can move a signature."""
    with pytest.raises(openpgp.UnknownError):
        openpgp.signature(content)


def test_what_is_no_key_is_unknown() -> None:
    for content in (b"", b"SAMPLE", sample("rsa.sig.asc")):
        with pytest.raises(openpgp.UnknownError):
            openpgp.keys(content)


ALL = [*sorted(SAMPLES.glob("*.asc")), SAMPLES / "binary.sig"]
BINARY = [openpgp._dearmored(one.read_bytes()) for one in ALL]


@given(st.sampled_from(BINARY), st.integers(0, 2000), st.binary(max_size=4), st.integers(0, 4))
def test_whatever_the_bytes_are_there_is_an_answer(
    content: bytes, at: int, new: bytes, gone: int
) -> None:
    at %= len(content)
    damaged = content[:at] + new + content[at + gone :]
    for read in (openpgp.keys, openpgp.signature):
        try:
            read(damaged)
        except openpgp.UnknownError:
            continue


@given(st.integers(0, 400), st.integers(1, 255))
def test_no_altered_signature_passes_unless_what_it_says_is_the_same(at: int, bits: int) -> None:
    whole, key = openpgp._dearmored(sample("ed25519.sig.asc")), sample("ed25519.pub.asc")
    altered = bytearray(whole)
    altered[at % len(whole)] ^= bits
    try:
        read = openpgp.signature(bytes(altered))
    except openpgp.UnknownError:
        return
    right = openpgp.signature(whole)
    if signer(bytes(altered), key):  # only what is not signed, such as the name of the signer
        assert (read.trailer, read.values) == (right.trailer, right.values)
