"""``contrechamp export``, and ``verify`` of what it made; SAMPLE content, made-up names."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pyrage
import pytest
from conftest import Done

from contrechamp.vault.access import keys

Run = Callable[..., Done]

PASSPHRASE = "tiroir velours orage pêche"
IDENTITY = pyrage.x25519.Identity.generate()
RECIPIENT = str(IDENTITY.to_public())


@pytest.fixture
def case(tmp_path: Path, contrechamp: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Make a case with one letter, and return what runs a command of it."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(keys, "seconds_of", lambda _parameters: 60.0)
    (tmp_path / "letter.txt").write_text("SAMPLE letter, made up")

    def call(command: str, *arguments: object) -> Done:
        reading, writing = os.pipe()
        os.write(writing, f"{PASSPHRASE}\n".encode())
        os.close(writing)
        try:
            return contrechamp(command, tmp_path / "case", *arguments, "--passphrase-fd", reading)
        finally:
            os.close(reading)

    assert call("new", "--name", "Sample Member").status == 0
    return call


@pytest.fixture
def item(case: Run, tmp_path: Path) -> str:
    done = case("add", tmp_path / "letter.txt")
    assert done.status == 0
    return done.out.split()[0]


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "key.txt"
    path.write_text(f"# SAMPLE\n{IDENTITY}\n")
    return path


def test_exported_verified_and_altered(
    case: Run, item: str, key: Path, tmp_path: Path, contrechamp: Run
) -> None:
    bag = tmp_path / "bag"
    done = case("export", item, "-o", bag, "--recipient", RECIPIENT, "--reason", "court")
    assert (done.status, done.err) == (0, "")
    signing = done.out.partition("with the key ")[2][:64]
    without = contrechamp("verify", bag)
    assert (without.status, without.err) == (0, "")
    assert signing in without.out
    assert "was not compared" in without.out
    with_key = contrechamp("verify", bag, "--identity", key)
    assert with_key.status == 0
    assert "was not compared" not in with_key.out
    found = json.loads(contrechamp("verify", bag, "--json").out)
    assert found["items"] == found["unread"] == [item]
    assert (found["findings"], list(found["signers"].values())) == ([], [signing])
    next(bag.glob("data/*/content.age")).write_bytes(b"FORGED")
    altered = contrechamp("verify", bag, "--identity", key)
    assert altered.status == 1
    assert altered.out.startswith("altered  data/")
    assert len(altered.err.splitlines()) == 1
    assert case("verify").status == 0


def test_without_recipient_nothing_is_written_and_no_passphrase_asked(
    tmp_path: Path, contrechamp: Run
) -> None:
    done = contrechamp("export", tmp_path / "nowhere", "0" * 16, "-o", tmp_path / "bag")
    assert done.status == 2
    assert "--plain" in done.err
    assert not (tmp_path / "bag").exists()


def test_in_the_clear(case: Run, item: str, tmp_path: Path, contrechamp: Run) -> None:
    done = case("export", item, "-o", tmp_path / "bag", "--plain", "--json")
    assert json.loads(done.out)["items"] == [item]
    assert (tmp_path / f"bag/data/{item}/letter.txt").read_text() == "SAMPLE letter, made up"
    assert contrechamp("verify", tmp_path / "bag").status == 0


def test_a_checkpoint_that_the_receiver_holds(
    case: Run, item: str, tmp_path: Path, contrechamp: Run
) -> None:
    kept = tmp_path / "kept"
    kept.write_text(case("log", "--checkpoint").out)
    case("export", item, "-o", tmp_path / "bag", "--plain")
    assert contrechamp("verify", tmp_path / "bag", "--since", kept).status == 0
    kept.write_text(kept.read_text().replace("\n3\n", "\n4\n"))
    assert contrechamp("verify", tmp_path / "bag", "--since", kept).status == 1
    kept.write_text("")  # a copy that failed: it is no checkpoint to go on from
    assert contrechamp("verify", tmp_path / "bag", "--since", kept).status == 1


def test_options_that_are_not_for_bags(
    case: Run, item: str, tmp_path: Path, contrechamp: Run
) -> None:
    case("export", item, "-o", tmp_path / "bag", "--plain")
    for option in ("--quick", "--keyring", "--recovery"):
        assert contrechamp("verify", tmp_path / "bag", option).status == 2


def test_erasing_lists_the_copies_that_were_handed_out(
    case: Run, item: str, tmp_path: Path
) -> None:
    case("export", item, "-o", tmp_path / "for-the-court", "--recipient", RECIPIENT)
    case("export", item, "-o", tmp_path / "for-print", "--plain")
    done = case("erase", item, "--reason", "consent withdrawn")
    assert done.status == 0
    assert "for-the-court" in done.out
    assert RECIPIENT in done.out
    assert "for-print" in done.out
    assert "in the clear" in done.out
