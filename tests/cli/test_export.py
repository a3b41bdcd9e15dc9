"""``contrechamp export``: items handed out in a bag, and ``verify`` of what it made."""

import json
from collections.abc import Callable
from pathlib import Path

from cli import forms
from cli.commands import LETTER, CaseRun, Run, first_word, one_line


def test_exported_verified_and_altered(
    case: CaseRun, item: str, age_key: tuple[Path, str], tmp_path: Path, contrechamp: Run
) -> None:
    key, recipient = age_key
    bag = tmp_path / "bag"
    done = case("export", item, "-o", bag, "--recipient", recipient, "--reason", "court")
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
    one_line(done, "--plain")
    assert not (tmp_path / "bag").exists()


def test_in_the_clear_and_told_in_json(
    case: CaseRun, item: str, tmp_path: Path, contrechamp: Run
) -> None:
    told = case("export", item, "-o", tmp_path / "bag", "--plain", "--json").json()
    assert told["items"] == [item]
    assert (tmp_path / f"bag/data/{item}/letter.txt").read_bytes() == LETTER
    assert contrechamp("verify", tmp_path / "bag").status == 0


def test_what_a_source_gave_is_exported_only_to_whom_the_source_consented_to(
    case: CaseRun, put: Callable[..., str], source: str, tmp_path: Path
) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"SAMPLE photo, made up.")
    item = first_word(case("add", photo))
    put("exhibit", f'item = "item/{item}"\nwhat = "SAMPLE"\ngiven_by = "{source}"\n')
    done = case("export", item, "-o", tmp_path / "bag", "--plain", "--to", "Sample Lawyer")
    assert (done.status, "held: no consent covers it" in done.err) == (1, True)
    put("consent", forms.consent(source, 'use = "shared"\nwith_whom = ["Sample Lawyer"]'))
    done = case("export", item, "-o", tmp_path / "bag", "--plain", "--to", "Sample Police")
    assert (done.status, "shared: no consent covers it" in done.err) == (1, True)
    assert not (tmp_path / "bag").exists()
    done = case("export", item, "-o", tmp_path / "bag", "--plain", "--to", "sample lawyer")
    assert done.status == 0, done.err
