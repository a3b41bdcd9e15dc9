"""Any part of an age file, compared with what the library and the program of age make of it."""

import io
import subprocess

import pyrage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contrechamp.vault.seekable import CHUNK, TAG, DamagedError, Seekable
from vault.age_files import AgeFile, b64, stanza, wrapped

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
    pytest.fail(f"{len(content)} bytes were read")


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400), st.booleans())
def test_bytes_of_no_age_file_are_one_error(content: bytes, begun: bool) -> None:
    with pytest.raises(DamagedError):
        opened((b"age-encryption.org/v1\n-> X25519 " if begun else b"") + content)


SHARE, BODY = wrapped(str(IDENTITY.to_public()))
OURS = stanza(SHARE, BODY)
FULL = bytes(CHUNK)
LOW_ORDER = bytes([1]) + bytes(31)

#: What is an age file, however odd it looks (the names are those of the C2SP CCTV vectors).
RIGHT = {
    "x25519": AgeFile(OURS),
    "x25519_multiple_recipients": AgeFile(OURS + OURS),
    "x25519_grease": AgeFile(b"-> grease with arguments\n\n" + OURS),
    "x25519_lowercase_is_another_kind": AgeFile(stanza(SHARE, BODY, kind=b"x25519") + OURS),
    "stanza_empty_body": AgeFile(b"-> empty\n\n" + OURS),
    "stanza_full_line_and_empty_last": AgeFile(b"-> long\n" + b"A" * 64 + b"\n\n" + OURS),
    "stanza_valid_characters": AgeFile(
        b"-> " + bytes(range(33, 127)) + b" " + bytes(range(33, 127)) + b"\n\n" + OURS
    ),
    "stream_empty_payload": AgeFile(OURS, chunks=[b""]),
    "stream_last_chunk_full": AgeFile(OURS, chunks=[FULL]),
    "stream_two_chunks": AgeFile(OURS, chunks=[FULL, b"x"]),
    "stream_last_chunk_full_second": AgeFile(OURS, chunks=[FULL, FULL]),
    "stream_257_chunks": AgeFile(OURS, chunks=[FULL] * 256 + [b"x"]),
}


@pytest.mark.parametrize("name", RIGHT)
def test_what_the_specification_allows_is_read(name: str) -> None:
    file = RIGHT[name]
    assert io.BufferedReader(opened(file.to_bytes())).read() == b"".join(file.chunks)
    assert pyrage.decrypt(file.to_bytes(), [IDENTITY]) == b"".join(file.chunks)


def without_canonical_end(text: bytes) -> bytes:
    """Return base64 whose unused bits are not zero: it decodes to the same bytes."""
    letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return text[:-1] + letters[letters.index(text[-1:]) + 1 :][:1]


SHARE_64, BODY_64 = b64(SHARE), b64(BODY)
#: What no reader may take, under the names of the C2SP CCTV vectors.
WRONG = {
    "version_unsupported": AgeFile(OURS, version=b"age-encryption.org/v1234\n"),
    "header_crlf": AgeFile(OURS, version=b"age-encryption.org/v1\r\n"),
    "hmac_bad": AgeFile(OURS, mac=lambda mac: b" " + b64(mac[::-1]) + b"\n"),
    "hmac_extra_space": AgeFile(OURS, mac=lambda mac: b"  " + b64(mac) + b"\n"),
    "hmac_garbage": AgeFile(OURS, mac=lambda mac: b" " + b64(mac) + b"AA\n"),
    "hmac_missing": AgeFile(OURS, mac=lambda _mac: b"\n"),
    "hmac_no_space": AgeFile(OURS, mac=lambda mac: b64(mac) + b"\n"),
    "hmac_not_canonical": AgeFile(
        OURS, mac=lambda mac: b" " + without_canonical_end(b64(mac)) + b"\n"
    ),
    "hmac_trailing_space": AgeFile(OURS, mac=lambda mac: b" " + b64(mac) + b" \n"),
    "hmac_truncated": AgeFile(OURS, mac=lambda mac: b" " + b64(mac[:16]) + b"\n"),
    "no_stanza": AgeFile(b""),
    "scrypt_and_x25519": AgeFile(stanza(bytes(16), bytes(32), kind=b"scrypt") + OURS),
    "stanza_bad_start": AgeFile(b"-- grease\n\n" + OURS),
    "stanza_base64_padding": AgeFile(b"-> grease\nQUI=\n" + OURS),
    "stanza_empty_argument": AgeFile(b"-> grease  two\n\n" + OURS),
    "stanza_invalid_character": AgeFile(b"-> gr\x7fase\n\n" + OURS),
    "stanza_long_line": AgeFile(b"-> grease\n" + b"A" * 68 + b"\n\n" + OURS),
    "stanza_missing_body": AgeFile(b"-> grease\n" + OURS),
    "stanza_missing_final_line": AgeFile(b"-> grease\n" + b"A" * 64 + b"\n" + OURS),
    "stanza_multiple_short_lines": AgeFile(b"-> grease\nQUFB\nQUFB\n" + OURS),
    "stanza_no_arguments": AgeFile(b"->\n\n" + OURS),
    "stanza_not_canonical": AgeFile(b"-> grease\nQUJ\n" + OURS),
    "stanza_spurious_cr": AgeFile(b"-> grease\r\n\n" + OURS),
    "x25519_bad_tag": AgeFile(stanza(SHARE, BODY[:-1] + bytes([BODY[-1] ^ 1]))),
    "x25519_extra_argument": AgeFile(stanza(SHARE, BODY, more=b" 1234")),
    "x25519_no_argument": AgeFile(b"-> X25519\n" + BODY_64 + b"\n"),
    "x25519_long_file_key": AgeFile(
        stanza(*wrapped(str(IDENTITY.to_public()), bytes(24))), file_key=bytes(24)
    ),
    "x25519_long_share": AgeFile(stanza(SHARE + b"\0", BODY)),
    "x25519_short_share": AgeFile(stanza(SHARE[:31], BODY)),
    "x25519_low_order": AgeFile(stanza(LOW_ORDER, BODY) + OURS),
    "x25519_not_canonical_body": AgeFile(
        b"-> X25519 " + SHARE_64 + b"\n" + without_canonical_end(BODY_64) + b"\n"
    ),
    "x25519_not_canonical_share": AgeFile(
        b"-> X25519 " + without_canonical_end(SHARE_64) + b"\n" + BODY_64 + b"\n"
    ),
    "stream_no_nonce": AgeFile(OURS, nonce=b"", chunks=[]),
    "stream_short_nonce": AgeFile(OURS, nonce=bytes(12), chunks=[]),
    "stream_no_chunks": AgeFile(OURS, chunks=[]),
    "stream_missing_tag": AgeFile(OURS, cut=lambda payload: payload[:-TAG]),
    "stream_bad_tag": AgeFile(OURS, cut=lambda payload: payload[:-1] + bytes([payload[-1] ^ 1])),
    "stream_bad_tag_second_chunk": AgeFile(
        OURS, chunks=[FULL, b"x"], cut=lambda payload: payload[:-1] + bytes([payload[-1] ^ 1])
    ),
    "stream_last_chunk_empty": AgeFile(OURS, chunks=[FULL, b""]),
    "stream_no_final": AgeFile(OURS, last=[]),
    "stream_no_final_full": AgeFile(OURS, chunks=[FULL], last=[]),
    "stream_no_final_two_chunks": AgeFile(OURS, chunks=[FULL, b"x"], last=[]),
    "stream_short_chunk": AgeFile(OURS, chunks=[b"short", b"x"]),
    "stream_short_second_chunk": AgeFile(OURS, chunks=[FULL, b"short", b"x"]),
    "stream_two_final_chunks": AgeFile(OURS, chunks=[b"x", b"x"], last=[0, 1]),
    "stream_two_final_chunks_full": AgeFile(OURS, chunks=[FULL, FULL], last=[0, 1]),
    "stream_trailing_garbage_short": AgeFile(OURS, cut=lambda payload: payload + b"x"),
    "stream_trailing_garbage_long": AgeFile(
        OURS, chunks=[FULL], cut=lambda payload: payload + bytes(500)
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_the_specification_forbids_is_refused(name: str) -> None:
    with pytest.raises(DamagedError):
        io.BufferedReader(opened(WRONG[name].to_bytes())).read()
