"""case.toml: read with standard tools, one way to write it, and no change that goes unnoticed."""

import base64
import hashlib
import hmac
import json
import os
import re
import subprocess
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from hypothesis import given
from hypothesis import strategies as st

from contrechamp.base.errors import InputError
from contrechamp.base.held_folder import HeldFolder
from contrechamp.vault.access import passphrases, slots
from contrechamp.vault.access.casefile import (
    MAX_BYTES,
    MAX_SLOTS,
    CaseFile,
    check_mac,
    from_toml,
    read,
    to_toml,
)
from contrechamp.vault.access.keys import casefile_key
from vault.members import Members, members
from vault.test_keys import hkdf_by_hand


@pytest.fixture(scope="module")
def case() -> Members:
    return members()


@pytest.fixture(scope="module")
def casefile(case: Members) -> CaseFile:
    return case.casefile


@pytest.fixture(scope="module")
def mac_key(case: Members) -> bytes:
    return casefile_key(case.root_key)


@pytest.fixture(scope="module")
def raw(casefile: CaseFile, mac_key: bytes) -> bytes:
    return to_toml(casefile, mac_key)


def test_what_was_written_is_read(casefile: CaseFile, raw: bytes, mac_key: bytes) -> None:
    assert from_toml(raw, "case.toml") == casefile
    check_mac(casefile, raw, mac_key)
    changing = replace(
        casefile,
        slots=tuple(replace(slot, next_root=slot.root[::-1]) for slot in casefile.slots),
    )
    assert from_toml(to_toml(changing, mac_key), "case.toml") == changing


# Standard tools: argon2 and age of Debian, a TOML parser, ChaCha20-Poly1305, HMAC. None of ours.


def by_argon2(passphrase: str, table: dict[str, Any]) -> bytes:
    command = ["argon2", table["salt"], "-id", "-k", str(table["memory_kib"])]
    command += ["-t", str(table["passes"]), "-p", str(table["lanes"]), "-l", "32", "-r"]
    done = subprocess.run(command, input=passphrase.encode(), capture_output=True, check=True)
    return bytes.fromhex(done.stdout.decode())


def by_age(encrypted: str, identity: str, folder: Path) -> bytes:
    file = folder / "identity.txt"
    file.write_text(identity + "\n")
    done = subprocess.run(
        ["age", "--decrypt", "--identity", str(file)],
        input=base64.b64decode(encrypted),
        capture_output=True,
        check=True,
    )
    return done.stdout


def members_secrets(table: dict[str, Any], passphrase: str) -> dict[str, str]:
    content = base64.b64decode(table["secret"])
    plain = ChaCha20Poly1305(by_argon2(passphrase, table)).decrypt(
        content[:12], content[12:], f"contrechamp/1/slot/{table['id']}".encode()
    )
    found: dict[str, str] = json.loads(plain)
    return found


def test_a_passphrase_or_recovery_key_opens_it_with_standard_tools(
    case: Members, raw: bytes, tmp_path: Path
) -> None:
    tables = tomllib.loads(raw.decode())["slot"]
    typed = ["ana's passphrase", case.recovery_key, "bo's passphrase"]
    for table, passphrase, member in zip(
        tables[:3], typed, (case.ana, case.ana, case.bo), strict=True
    ):
        found = members_secrets(table, passphrase)
        assert found == {
            "identity": member.identity,
            "member": member.member,
            "signing": base64.b64encode(member.signing_seed).decode(),
            "slot": table["id"],
        }
        assert by_age(table["root"], found["identity"], tmp_path) == case.root_key


def test_an_age_identity_opens_it_with_age(case: Members, raw: bytes, tmp_path: Path) -> None:
    table = tomllib.loads(raw.decode())["slot"][3]
    assert set(table) == {"id", "kind", "secret", "root"}
    assert by_age(table["root"], case.age_identity, tmp_path) == case.root_key
    assert json.loads(by_age(table["secret"], case.age_identity, tmp_path)) == {
        "member": case.chi.member,
        "signing": base64.b64encode(case.chi.signing_seed).decode(),
        "slot": table["id"],
    }


def test_the_mac_is_hmac_over_the_rest_as_sorted_json(case: Members, raw: bytes) -> None:
    content = tomllib.loads(raw.decode())
    mac = content.pop("mac")
    key = hkdf_by_hand(case.root_key, b"contrechamp/1/case.toml")
    # All keys and texts are ASCII and all numbers small: sorted JSON is RFC 8785 here.
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    assert mac == base64.b64encode(hmac.digest(key, text.encode(), hashlib.sha256)).decode()


def test_nothing_in_it_tells_who_the_members_are(case: Members, raw: bytes) -> None:
    tables = tomllib.loads(raw.decode())["slot"]
    everything = raw + b"".join(
        base64.b64decode(table[name]) for table in tables for name in ("secret", "root")
    )
    hidden = [*case.recipients.values(), case.age_identity, case.recovery_key, 'passphrase"\nx']
    hidden += [str(case.ana.identity), str(case.bo.identity)]
    for text in hidden:
        assert text.encode() not in everything
    for key in (case.root_key, case.ana.signing_seed, case.chi.signing_seed):
        assert key not in everything


# Changes by somebody, or by a failing disk.


def noticed(changed: bytes, mac_key: bytes) -> bool:
    try:
        check_mac(from_toml(changed, "case.toml"), changed, mac_key)
    except InputError:
        return True
    return False


@pytest.mark.slow
def test_a_flipped_bit_in_any_byte_is_noticed(raw: bytes, mac_key: bytes) -> None:
    for at in range(len(raw)):
        changed = bytearray(raw)
        changed[at] ^= 1 << at * 5 % 8
        assert noticed(bytes(changed), mac_key), at


@given(data=st.data())
def test_any_cut_or_insertion_or_removal_is_noticed(
    raw: bytes, mac_key: bytes, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(raw) - 1))
    assert noticed(raw[:start], mac_key)
    end = data.draw(st.integers(start + 1, len(raw)))
    put = data.draw(st.sampled_from([b"", b"\n", b" ", b"#", b"# x\n", b"\r", b"=", b"\xff", b"A"]))
    changed = raw[:start] + put + raw[end:]
    assert changed == raw or noticed(changed, mac_key)


def test_slots_that_were_taken_out_added_or_reordered_are_noticed(
    casefile: CaseFile, mac_key: bytes
) -> None:
    """Somebody who cannot open the case writes it anew, as well as contrechamp would."""
    foreign = casefile_key(os.urandom(32))
    spare = replace(casefile.slots[3], id="0" * 16)
    weaker = replace(casefile.slots[0], parameters=passphrases.KdfParameters(16, 1, 1))
    for changed in (
        replace(casefile, slots=casefile.slots[1:]),
        replace(casefile, slots=(*casefile.slots, spare)),
        replace(casefile, slots=casefile.slots[::-1]),
        replace(casefile, slots=(weaker, *casefile.slots[1:])),
        replace(casefile, log_origin="contrechamp.case/" + "0" * 16),
        casefile,
    ):
        forged = to_toml(changed, foreign)
        with pytest.raises(InputError, match="altered by somebody"):
            check_mac(from_toml(forged, "case.toml"), forged, mac_key)


def test_what_is_checked_is_what_is_used(casefile: CaseFile, raw: bytes, mac_key: bytes) -> None:
    other = replace(casefile, slots=casefile.slots[:1])
    with pytest.raises(InputError, match="altered by somebody"):
        check_mac(other, raw, mac_key)


@pytest.mark.parametrize(
    "newer",
    [
        b"format = 2\n",
        b"# The lock of a case\nformat = 12\nkdf = { argon2id = [[1, 2], [3]] }\n[[member]]\n",
        b'format = 999999999\n"\xc3\xa9" = 1e9\n',
    ],
)
def test_a_newer_format_is_refused_in_so_many_words(newer: bytes) -> None:
    with pytest.raises(InputError, match=r"case\.toml: the case has format .*newer") as caught:
        from_toml(newer, "case.toml")
    assert "Nothing was changed" in str(caught.value)


@pytest.mark.parametrize(
    ("was", "becomes", "reason"),
    [
        (b"format = 1", b"format = 0", "format"),
        (b"format = 1", b"format = 01", "damaged"),
        (b"format = 1", b"format = 1\nformat = 1", "damaged"),
        (b"format = 1", b'format = "1"', "does not say its format"),
        (b"log_origin = ", b"origin = ", "part is missing"),
        (b"contrechamp.case/", b"example.org/", "name of its log"),
        (b'mac = "', b'mac = "AAAA', "MAC cannot be read"),
        (b"[[slot]]", b"[slot]", "line 6 cannot be read"),
        (b"lanes = 2", b"lanes = -2", "cannot be read"),
        (b"lanes = 2", b"lanes = 2.0", "cannot be read"),
        (b"lanes = 2", b'lanes = "2"', "slot number 1"),
        (b"passes = 1\n", b"", "slot number 1"),
        (b'kind = "recovery"', b'kind = "age"', "slot number 2"),
        (b'kind = "age"', b'kind = "passphrase"', "slot number 4"),
        (b'kind = "age"', b'kind = "scrypt"', "slot number 4"),
        (b'kind = "age"', b"kind = 4", "slot number 4"),
        (b'salt = "', b'salt = "0', "slot number 1"),
        (b'secret = "', b'secret = "=', "slot number 1"),
        (b'secret = "', b'secret = 5 # "', "cannot be read"),
        (b'root = "', b'root = "\\u0041', "cannot be read"),
        (b'root = "', b'root = "\xc3\xa9', "cannot be read"),
        (b'root = "', b'next_root = ""\nroot = "', "slot number 1"),
        (b'id = "', b'name = "ana"\nid = "', "slot number 1"),
        (b"\n", b"\r\n", "cannot be read"),
        (b"format", b"\xef\xbb\xbfformat", "does not say its format"),
        (b"format = 1\n", b"format = 1\n\n", "not written as"),
        (b"[[slot]]", b"# a remark\n[[slot]]", "not written as"),
    ],
)
def test_a_damaged_file_is_refused_and_says_where_its_copy_is(
    raw: bytes, was: bytes, becomes: bytes, reason: str
) -> None:
    assert was in raw
    with pytest.raises(InputError, match=reason) as caught:
        from_toml(raw.replace(was, becomes, 1), "case.toml")
    assert str(caught.value).startswith("case.toml: ")
    assert "case.toml.copy" in str(caught.value)


@pytest.mark.parametrize(
    "bomb",
    ["memory_kib = 999999999", "memory_kib = 1048577", "passes = 17", "lanes = 17", "lanes = 9"],
)
def test_absurd_parameters_are_refused_before_anything_is_derived(
    raw: bytes, bomb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passphrases, "hash_secret_raw", lambda *_a, **_k: pytest.fail("derived"))
    name = bomb.split()[0].encode()
    lines = raw.split(b"\n")
    first = next(at for at, line in enumerate(lines) if line.startswith(name + b" = "))
    lines[first] = bomb.encode()
    refused = r"case\.toml: slot number 1: these cannot be the Argon2id parameters"
    with pytest.raises(InputError, match=refused):
        from_toml(b"\n".join(lines), "case.toml")


def test_each_id_is_there_once(casefile: CaseFile, mac_key: bytes) -> None:
    twice = replace(casefile, slots=(*casefile.slots, casefile.slots[0]))
    with pytest.raises(InputError, match="two slots have the same id"):
        to_toml(twice, mac_key)


def test_slots_are_bounded(casefile: CaseFile, mac_key: bytes) -> None:
    for count in (0, MAX_SLOTS + 1):
        many = tuple(replace(casefile.slots[3], id=f"{at:016x}") for at in range(count))
        with pytest.raises(InputError, match=r"no slots|part is missing"):
            to_toml(replace(casefile, slots=many), mac_key)
    full = tuple(replace(casefile.slots[0], id=f"{at:016x}") for at in range(MAX_SLOTS))
    full = tuple(replace(slot, next_root=slot.root) for slot in full)
    assert len(to_toml(replace(casefile, slots=full), mac_key)) < MAX_BYTES


def test_large_files_and_deep_ones_are_refused(raw: bytes) -> None:
    for content in (
        raw + b"#" * MAX_BYTES,
        b"format = 1\nx = " + b"[" * 100_000,
        b"format = 1\n" + b"a." * 100_000 + b"a = 1",
        b"format = 1\nmac = " + b"9" * 100_000,
        b"format = 1\n" + b"[[slot]]\n" * 20_000,
    ):
        with pytest.raises(InputError, match="damaged"):
            from_toml(content, "case.toml")


WORDS = st.sampled_from(
    [
        *(b"format = 1", b"format = 2", b"[[slot]]", b"[slot]", b'kind = "age"', b'id = "00"'),
        *(b'kind = "passphrase"', b"lanes = 1", b"passes = 1", b"memory_kib = 64", b'mac = "AA=="'),
        *(b'secret = "AAAA"', b'root = "AAAA"', b'next_root = ""', b"[", b'"""', b"\x00", b"# x"),
        *(b'id = "0123456789abcdef"', b'log_origin = "contrechamp.case/0123456789abcdef"'),
        b'mac = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="',
    ]
)


def complaint(content: bytes) -> str:
    """What is said of a file; nothing if it can be read. Any other error ends the test."""
    try:
        from_toml(content, "case.toml")
    except InputError as error:
        return str(error)
    return ""


@given(st.binary(max_size=300) | st.lists(WORDS | st.binary(max_size=20)).map(b"\n".join))
def test_whatever_is_in_the_file_the_error_is_clear(content: bytes) -> None:
    for tried in (content, b"format = 1\n" + content):
        assert complaint(tried).startswith("case.toml: ")


@given(data=st.data())
def test_lines_of_a_real_file_mixed_up_give_clear_errors(raw: bytes, data: st.DataObject) -> None:
    lines = raw.split(b"\n")
    mixed = data.draw(st.lists(st.sampled_from(lines) | WORDS, max_size=40))
    start = data.draw(st.integers(0, len(lines)))
    changed = b"\n".join(lines[:start] + mixed)
    # Slots that are whole and in another order can be read; the MAC is what notices them.
    said = complaint(changed)
    assert said.startswith("case.toml: ") or from_toml(changed, "case.toml").slots


def test_reading_is_bounded_and_follows_no_link(raw: bytes, tmp_path: Path) -> None:
    file = tmp_path / "case.toml"
    with HeldFolder(tmp_path) as folder:
        with pytest.raises(InputError, match="missing"):
            read(folder, "case.toml")
        file.write_bytes(raw)
        assert read(folder, "case.toml") == raw
        (tmp_path / "link").symlink_to(file)
        os.mkfifo(tmp_path / "pipe")
        (tmp_path / "below").mkdir()
        for odd, kind in (("link", "a link"), ("pipe", "a pipe"), ("below", "a folder")):
            with pytest.raises(InputError, match=kind):
                read(folder, odd)
        os.link(file, tmp_path / "second-name")
        with pytest.raises(InputError, match="second name"):
            read(folder, "case.toml")
        (tmp_path / "second-name").unlink()
        file.write_bytes(bytes(MAX_BYTES * 3))
        with pytest.raises(InputError, match="holds more than 262 kB"):
            from_toml(read(folder, "case.toml"), "case.toml")


def test_slots_that_would_take_hours_are_refused_before_any_is_tried(raw: bytes) -> None:
    text = raw.decode()
    head, *tables = text.split("[[slot]]")
    costly = next(table for table in tables if "memory_kib" in table)
    costly = re.sub(r"memory_kib = \d+", "memory_kib = 1048576", costly)
    costly = re.sub(r"passes = \d+", "passes = 16", costly)
    many = [re.sub(r'id = "\w+"', f'id = "{number:016x}"', costly) for number in range(64)]
    last = [table if table.endswith("\n\n") else f"{table}\n" for table in many[:-1]]
    hostile = "[[slot]]".join([head, *last, many[-1].rstrip("\n") + "\n"])
    with pytest.raises(InputError, match="minutes or hours"):
        from_toml(hostile.encode(), "case.toml")


def test_a_file_that_was_restored_by_hand_opens_again(
    case: Members, casefile: CaseFile, raw: bytes
) -> None:
    """Its slots need no MAC to be opened: the one that they hold checks the file afterwards."""
    read = from_toml(raw, "case.toml")
    ((found,),) = slots.open_any(read.slots, "bo's passphrase")
    check_mac(read, raw, casefile_key(found.root_key))
    assert found == case.bo
    assert read == casefile
