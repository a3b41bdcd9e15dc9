"""Any part of an age file, compared with what the library and the program of age make of it."""

import io
import subprocess

import pyrage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contrechamp.vault.seekable import CHUNK, TAG, DamagedError, Seekable

IDENTITY = pyrage.x25519.Identity.generate()


def encrypted(content: bytes) -> bytes:
    return pyrage.encrypt(content, [IDENTITY.to_public()])


def opened(content: bytes, identity=IDENTITY) -> Seekable:
    return Seekable(io.BytesIO(content), str(identity))


PATTERN = bytes(range(251)) * 800  # 200,800 bytes: four chunks, no period of a chunk


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, len(PATTERN)])
def test_all_of_it_is_what_was_encrypted(size: int) -> None:
    file = opened(encrypted(PATTERN[:size]))
    assert file.size == size
    assert io.BufferedReader(file).read() == PATTERN[:size]


WHOLE = encrypted(PATTERN)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([io.SEEK_SET, io.SEEK_CUR, io.SEEK_END]),
            st.integers(-len(PATTERN) - 9, len(PATTERN) + 9),
            st.integers(0, 3 * CHUNK),
        ),
        max_size=8,
    )
)
def test_it_reads_as_a_file_of_the_content_does(steps) -> None:
    file, plain = io.BufferedReader(opened(WHOLE)), io.BytesIO(PATTERN)
    for whence, offset, size in steps:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: plain.tell(), io.SEEK_END: len(PATTERN)}[whence]
        place = max(0, start + offset)
        assert file.seek(place) == plain.seek(place)
        assert file.read(size) == plain.read(size)
        assert file.tell() == plain.tell()


def test_it_reads_what_the_program_of_age_wrote() -> None:
    done = subprocess.run(
        ["age", "-r", str(IDENTITY.to_public())], input=PATTERN, capture_output=True, check=True
    )
    assert io.BufferedReader(opened(done.stdout)).read() == PATTERN


def test_one_of_several_recipients_reads_it() -> None:
    other = pyrage.x25519.Identity.generate()
    both = pyrage.encrypt(PATTERN, [other.to_public(), IDENTITY.to_public()])
    assert io.BufferedReader(opened(both)).read() == PATTERN


def test_another_key_does_not() -> None:
    with pytest.raises(DamagedError):
        opened(WHOLE, pyrage.x25519.Identity.generate())


@pytest.mark.parametrize("cut", [1, TAG, CHUNK // 2, len(PATTERN) % CHUNK + TAG, 2 * CHUNK])
def test_a_cut_end_is_found_at_once(cut: int) -> None:
    with pytest.raises(DamagedError):
        opened(WHOLE[:-cut])


def test_every_altered_byte_of_the_header_is_found_at_once() -> None:
    end = WHOLE.index(b"\n--- ")
    for place in range(end + 48):
        altered = bytearray(WHOLE)
        altered[place] ^= 4
        with pytest.raises(DamagedError):
            opened(bytes(altered))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 7))
def test_no_flipped_bit_ever_reads_as_content(place: int, bit: int) -> None:
    altered = bytearray(WHOLE)
    altered[place] ^= 1 << bit
    try:
        content = io.BufferedReader(opened(bytes(altered))).read()
    except DamagedError:
        return
    assert content == PATTERN  # of a grease stanza, or what pads base64


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400), st.booleans())
def test_bytes_of_no_age_file_are_one_error(content: bytes, begun: bool) -> None:
    with pytest.raises(DamagedError):
        opened((b"age-encryption.org/v1\n-> X25519 " if begun else b"") + content)
