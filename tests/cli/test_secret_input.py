"""Passphrases and keys, wherever they come from: asked for, read once, and told to nobody."""

import base64
import fcntl
import hashlib
import os
import pty
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import keyring
import keyring.backends.fail
import keyring.errors
import pyrage
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cli.rings import Ring
from contrechamp.base.errors import ContrechampError, InputError, UsageError
from contrechamp.cli.secret_input import (
    MAX_BYTES,
    SecretSource,
    read_new_passphrase,
    read_secret,
    secret_options,
    secret_source,
)
from contrechamp.vault.access.passphrases import MIN_CHARACTERS, KdfParameters, seconds_of
from contrechamp.vault.access.recovery_keys import parse_recovery_key, recovery_text
from contrechamp.vault.access.slots import AgeIdentities
from contrechamp.vault.access.system_keyring import keep
from vault.leaks import told

CASE = "contrechamp.case/0123456789abcdef"
PASSPHRASE = "pêche orage velours tiroir"


@pytest.fixture
def descriptor() -> Iterator[Callable[[bytes], int]]:
    """Make descriptors from which some bytes can be read, as a shell's ``3< file`` does."""
    opened: list[int] = []

    def make(content: bytes) -> int:
        reading, writing = os.pipe()
        opened.append(reading)
        os.write(writing, content)
        os.close(writing)
        return reading

    yield make
    for each in opened:
        os.close(each)


def from_descriptor(number: int, **more: Any) -> SecretSource:
    return SecretSource(passphrase_fd=number, **more)


# Descriptors


@pytest.mark.parametrize("end", ["\n", "", "\r\n", "\nwhat follows is somebody else's\n"])
def test_one_line_is_read_from_a_descriptor(descriptor: Callable[[bytes], int], end: str) -> None:
    source = from_descriptor(descriptor((PASSPHRASE + end).encode()))
    assert read_secret(source, log_origin=CASE) == PASSPHRASE


def test_the_second_line_is_the_new_passphrase(descriptor: Callable[[bytes], int]) -> None:
    source = from_descriptor(descriptor(b"the old one\n and the new one \nrest"))
    assert read_secret(source, log_origin=CASE) == "the old one"
    assert read_new_passphrase(source) == " and the new one "


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"\nSECRETIVE", "empty"),
        (b"SECRETIVE\xff\n", "UTF-8"),
        (b"SECRETIVE" * 1000, "too long"),
    ],
)
def test_what_cannot_be_a_passphrase_is_refused_and_not_told(
    descriptor: Callable[[bytes], int], content: bytes, message: str
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read_secret(from_descriptor(descriptor(content)), log_origin=CASE)
    assert "SECRETIVE" not in told(caught.value)


@given(content=st.binary(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_in_a_descriptor_the_error_is_clear(
    descriptor: Callable[[bytes], int], content: bytes
) -> None:
    for recovery in (False, True):
        try:
            found = read_secret(
                from_descriptor(descriptor(content), recovery=recovery), log_origin=CASE
            )
        except InputError:
            continue
        assert found
        assert found == content.split(b"\n")[0].removesuffix(b"\r").decode()


def test_a_descriptor_that_is_not_open_is_wrong_use() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    for number in (reading, writing):
        with pytest.raises(UsageError, match=f"file descriptor {number}: cannot be read"):
            read_secret(from_descriptor(number), log_origin=CASE)
    os.close(writing)


def test_a_terminal_is_no_descriptor_to_read_from() -> None:
    keyboard, terminal = pty.openpty()
    os.write(keyboard, b"typed already\n")
    with pytest.raises(UsageError, match="would show the passphrase"):
        read_secret(from_descriptor(terminal), log_origin=CASE)
    os.close(keyboard)
    os.close(terminal)


def test_a_recovery_key_is_read_and_its_typos_are_caught(
    descriptor: Callable[[bytes], int],
) -> None:
    text = recovery_text(bytes(range(20)))
    source = from_descriptor(descriptor(f"{text.upper()}\n".encode()), recovery=True)
    assert read_secret(source, log_origin=CASE) == parse_recovery_key(text)
    source = from_descriptor(descriptor(text[:-1].encode()), recovery=True)
    with pytest.raises(InputError, match="12 groups of 5 letters") as caught:
        read_secret(source, log_origin=CASE)
    assert text[:5] not in told(caught.value)


# New passphrases


@pytest.mark.parametrize("short", ["a" * (MIN_CHARACTERS - 1), "e\u0301" * (MIN_CHARACTERS - 1)])
def test_a_new_passphrase_has_a_least_length(
    descriptor: Callable[[bytes], int], short: str
) -> None:
    with pytest.raises(InputError, match="at least 12 characters") as caught:
        read_new_passphrase(from_descriptor(descriptor(short.encode())))
    assert short not in told(caught.value)
    # One that a case has already opens it whatever its length.
    assert read_secret(from_descriptor(descriptor(short.encode())), log_origin=CASE) == short


# The prompt, on a terminal of its own

ASK = """
import hashlib
from contrechamp.base.errors import ContrechampError
from contrechamp.cli.secret_input import SecretSource, read_new_passphrase, read_secret
try:
    found = {call}
    print("digest", hashlib.sha256(found.encode()).hexdigest())
except ContrechampError as error:
    print(type(error).__name__, error)
"""
OPEN, NEW = "read_secret(SecretSource(), log_origin='')", "read_new_passphrase(SecretSource())"


def at_a_terminal(call: str, *answers: tuple[str, str]) -> str:
    """Run `call` at a terminal, typing each answer after its prompt; return all that it showed."""
    keyboard, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", ASK.format(call=call)],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    os.close(terminal)
    shown = b""
    waiting = list(answers)
    try:
        while True:
            if waiting and waiting[0][0].encode() in shown.rpartition(b"\n")[2]:
                # The prompt is shown once the echo is off.
                os.write(keyboard, f"{waiting.pop(0)[1]}\n".encode())
            try:
                part = os.read(keyboard, 4096)
            except OSError:  # EIO: nobody has the terminal open any more
                break
            if not part:
                break
            shown += part
    finally:
        process.wait()
        os.close(keyboard)
    return shown.decode()


def digest(text: str) -> str:
    return f"digest {hashlib.sha256(text.encode()).hexdigest()}"


def test_a_passphrase_is_asked_and_not_shown() -> None:
    shown = at_a_terminal(OPEN, ("Passphrase: ", PASSPHRASE))
    assert digest(PASSPHRASE) in shown
    assert PASSPHRASE not in shown


def test_a_new_passphrase_is_asked_twice() -> None:
    again = ("The same again: ", PASSPHRASE)
    shown = at_a_terminal(NEW, ("New passphrase: ", PASSPHRASE), again)
    assert digest(PASSPHRASE) in shown
    shown += at_a_terminal(NEW, ("New passphrase: ", PASSPHRASE + "x"), again)
    assert "InputError the two are not the same" in shown
    assert PASSPHRASE not in shown


def test_end_of_input_at_the_prompt_is_an_error() -> None:
    assert "UsageError" in at_a_terminal(OPEN, ("Passphrase: ", "\x04"))


def test_without_a_terminal_nothing_is_asked_nor_read_where_it_would_be_shown() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ASK.format(call=OPEN)],
        input=PASSPHRASE + "\n",
        capture_output=True,
        text=True,
        start_new_session=True,
        check=True,
    )
    assert done.stdout.startswith("UsageError there is no terminal to ask on; use --passphrase-fd")
    assert PASSPHRASE not in done.stdout + done.stderr


# The keyring


class LockedRing(Ring):
    """A keyring whose owner refuses to unlock it, and whose error tells too much."""

    def get_password(self, service: str, username: str) -> str | None:
        raise keyring.errors.KeyringLocked("SECRETIVE")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise keyring.errors.PasswordSetError(password)


IN_KEYRING = SecretSource(keyring=True)


def test_the_keyring_has_the_passphrase_under_a_name_that_tells_nothing(
    use_ring: Callable[[Any], None],
) -> None:
    ring = Ring()
    use_ring(ring)
    with pytest.raises(InputError, match="no passphrase for this case"):
        read_secret(IN_KEYRING, log_origin=CASE)
    keep(PASSPHRASE, log_origin=CASE)
    assert ring.kept == {("contrechamp", CASE): PASSPHRASE}
    assert read_secret(IN_KEYRING, log_origin=CASE) == PASSPHRASE
    with pytest.raises(InputError, match="no passphrase for this case"):
        read_secret(IN_KEYRING, log_origin=CASE[:-1] + "0")


def both(message: str) -> list[InputError]:
    """Read from the keyring, and write to it; both fail and say so."""
    errors = []
    for attempt in (
        lambda: read_secret(IN_KEYRING, log_origin=CASE),
        lambda: keep("SECRETIVE", log_origin=CASE),
    ):
        with pytest.raises(InputError, match=message) as caught:
            attempt()
        errors.append(caught.value)
    return errors


def test_a_keyring_that_writes_passphrases_down_is_refused(
    use_ring: Callable[[Any], None],
) -> None:
    plain = type("PlaintextKeyring", (Ring,), {"__module__": "keyrings.alt.file"})()
    chain = Ring()
    chain.backends = [Ring(), plain]  # type: ignore[attr-defined]
    for ring in (plain, chain):
        use_ring(ring)
        both("unencrypted")
        assert not ring.kept


def test_a_system_without_a_keyring_says_so(use_ring: Callable[[Any], None]) -> None:
    use_ring(keyring.backends.fail.Keyring())
    both("no keyring is set up")


def test_a_locked_keyring_is_an_error_that_tells_no_secret(
    use_ring: Callable[[Any], None],
) -> None:
    use_ring(LockedRing())
    assert not any("SECRETIVE" in told(error) for error in both("system keyring"))


def test_the_package_keyring_is_asked_for_where_it_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    both("pip install")


# Age identity files


@pytest.fixture
def identity_file(tmp_path: Path) -> Callable[[str | bytes], SecretSource]:
    def make(content: str | bytes, **more: Any) -> SecretSource:
        path = tmp_path / "identity.txt"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return SecretSource(identity=path, **more)

    return make


def test_identities_that_age_keygen_writes_are_read(
    identity_file: Callable[[str], SecretSource],
) -> None:
    written = [
        subprocess.run(["age-keygen"], capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    ]
    keys = tuple(text.splitlines()[-1] for text in written)
    found = read_secret(identity_file("\n".join(written)), log_origin=CASE)
    assert found == AgeIdentities(keys)
    assert keys[0] not in told(found)


def test_a_passphrase_that_takes_too_long_here_is_not_called_wrong(
    identity_file: Callable[..., SecretSource], descriptor: Callable[[bytes], int]
) -> None:
    """Of a file whose work factor, 2^30, no machine of today takes: nothing is derived."""
    stanza = b"-> scrypt MDAwMDAwMDAwMDAwMDAwMA 30\n" + base64.b64encode(b"1" * 32).rstrip(b"=")
    mac = base64.b64encode(b"2" * 32).rstrip(b"=")
    locked = b"age-encryption.org/v1\n" + stanza + b"\n--- " + mac + b"\n" + b"x" * 32
    given = identity_file(locked, passphrase_fd=descriptor(PASSPHRASE.encode()))
    with pytest.raises(InputError, match="too slow, or too busy now"):
        read_secret(given, log_origin=CASE)


@pytest.mark.slow
def test_an_identity_file_can_be_encrypted_itself(
    identity_file: Callable[..., SecretSource], descriptor: Callable[[bytes], int]
) -> None:
    key = str(pyrage.x25519.Identity.generate())
    # Armored, as the manual of age does it.
    locked = pyrage.passphrase.encrypt(f"# mine\n{key}\n".encode(), PASSPHRASE, armored=True)
    right = identity_file(locked, passphrase_fd=descriptor(PASSPHRASE.encode()))
    assert read_secret(right, log_origin=CASE) == AgeIdentities((key,))
    wrong = identity_file(locked, passphrase_fd=descriptor(b"SECRETIVE"))
    with pytest.raises(InputError, match="does not open the identity file") as caught:
        read_secret(wrong, log_origin=CASE)
    assert "SECRETIVE" not in told(caught.value)


KEY = str(pyrage.x25519.Identity.generate())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "no age identity"),
        ("# only a remark\n\n", "no age identity"),
        (KEY[:-1], "not an X25519 key"),
        (f"{KEY}\n{KEY}x", "not an X25519 key"),
        (f"{KEY}\nAGE-PLUGIN-YUBIKEY-1XYZ", "not an X25519 key"),
        ("age1xx3uuuuular3x6r6f7j3w9hwvjvakngeljkfnx03355zkqsrrg6qgvtlk2", "not an X25519 key"),
        (f"{KEY}\xff".encode("latin-1"), "the text is not in UTF-8"),
        (KEY.encode() * 2000, "holds more than 65 kB"),
    ],
    ids=range(8),
)
def test_a_file_without_identities_is_refused_and_not_told(
    identity_file: Callable[[str | bytes], SecretSource], content: str | bytes, message: str
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read_secret(identity_file(content), log_origin=CASE)
    assert str(caught.value).startswith("identity.txt: ")
    assert KEY[16:60] not in told(caught.value)


def test_an_identity_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    for path in (tmp_path / "missing", tmp_path):
        with pytest.raises(InputError, match="cannot be read"):
            read_secret(SecretSource(identity=path), log_origin=CASE)


# Options


def options_give(*arguments: str, **environment: str) -> tuple[int, list[SecretSource], str]:
    """Run a command with these options; return its status, the source it got, and its output."""
    got: list[SecretSource] = []

    def callback(**options: Any) -> None:
        got.append(secret_source(**options))

    command = click.Command("open", params=[*secret_options()], callback=callback)
    done = CliRunner().invoke(command, arguments, env=environment)
    if isinstance(done.exception, ContrechampError):
        return done.exception.exit_status, got, str(done.exception)
    return done.exit_code, got, done.output


def test_options_say_where_the_secret_is() -> None:
    assert options_give() == (0, [SecretSource()], "")
    assert options_give("--passphrase-fd", "3")[1] == [SecretSource(passphrase_fd=3)]
    assert options_give("--keyring")[1] == [SecretSource(keyring=True)]
    assert options_give("--identity", "key.txt")[1] == [SecretSource(identity=Path("key.txt"))]
    both_options = options_give("--recovery", "--passphrase-fd", "0")[1]
    assert both_options == [SecretSource(passphrase_fd=0, recovery=True)]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--keyring", "--recovery"),
        ("--keyring", "--identity", "x"),
        ("--identity", "x", "--recovery"),
        ("--keyring", "--passphrase-fd", "0"),
        ("--passphrase-fd", "-1"),
        ("--passphrase-fd", "x"),
    ],
)
def test_options_that_do_not_go_together_are_refused(arguments: tuple[str, ...]) -> None:
    status, got, _output = options_give(*arguments)
    assert (status, got) == (2, [])


def test_no_argument_and_no_environment_variable_holds_a_passphrase() -> None:
    assert options_give("--passphrase", PASSPHRASE)[0] == 2
    assert options_give("--passphrase=" + PASSPHRASE)[0] == 2
    assert options_give(PASSPHRASE)[0] == 2
    names = ("PASSPHRASE", "PASSPHRASE_FD", "OPEN_PASSPHRASE_FD", "CONTRECHAMP_PASSPHRASE")
    assert options_give(**dict.fromkeys(names, "7"))[1] == [SecretSource()]


def test_a_derivation_is_measured_in_seconds() -> None:
    start = time.perf_counter()
    assert 0 < seconds_of(KdfParameters(64, 1, 1)) <= time.perf_counter() - start


def test_a_passphrase_may_be_as_long_as_a_page(descriptor: Callable[[bytes], int]) -> None:
    longest = "é" * (MAX_BYTES // 2)
    source = from_descriptor(descriptor(longest.encode()))
    assert read_secret(source, log_origin=CASE) == longest
