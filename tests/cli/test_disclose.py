"""``contrechamp disclose``, and ``verify`` of what it wrote and of the bundle that it is from."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.commands import LETTER, CaseRun, Run
from cli.test_private_outputs import published


@pytest.fixture
def bundle(case: CaseRun, put: Callable[..., str], item: str, tmp_path: Path) -> Path:
    return published(case, put, item, tmp_path / "report")


def test_one_item_is_opened_for_one_reader_and_checked(
    case: CaseRun, item: str, bundle: Path, contrechamp: Run, tmp_path: Path
) -> None:
    key, out = tmp_path / "court.key", tmp_path / "shown"
    done = contrechamp("keygen", key, "--plain")
    assert done.status == 0, done.err
    recipient = next(word for word in (done.out + done.err).split() if word.startswith("age1"))
    done = case("disclose", f"item/{item}", bundle, "-o", out, "--recipient", recipient)
    assert done.status == 0, done.err
    assert "Evidence 1 is in" in done.out
    assert LETTER not in b"".join(one.read_bytes() for one in out.rglob("*") if one.is_file())

    done = contrechamp("verify", bundle, "--disclosure", out, "--identity", key)
    assert done.status == 0, done.err
    assert "evidence 1 of the publication" in done.out
    assert "content that was added" in done.out
    done = contrechamp("verify", bundle, "--disclosure", out)
    assert done.status == 2
    assert "--identity opens it" in done.err


def test_as_json(case: CaseRun, item: str, bundle: Path, tmp_path: Path) -> None:
    done = case("disclose", f"item/{item}", bundle, "-o", tmp_path / "out", "--plain", "--json")
    assert done.json()["evidence"] == 1


def test_without_a_reader_or_in_the_clear_by_chance_nothing_is_written(
    case: CaseRun, item: str, bundle: Path, tmp_path: Path
) -> None:
    done = case("disclose", f"item/{item}", bundle, "-o", tmp_path / "out")
    assert done.status == 2
    assert "--plain" in done.err
    done = case("disclose", f"item/{item}", tmp_path, "-o", tmp_path / "out", "--plain")
    assert done.status == 2
    assert "checkpoint.txt" in done.err
    assert not (tmp_path / "out").exists()


def test_a_bundle_is_verified_claim_by_claim_without_any_case(
    bundle: Path, contrechamp: Run, tmp_path: Path
) -> None:
    done = contrechamp("verify", bundle)
    assert done.status == 0, done.err
    assert "finding-1: in the log in entry" in done.out
    assert "Nothing from outside dates the publication" in done.out
    told = contrechamp("verify", bundle, "--json").json()
    assert all(one["holds"] for one in told["claims"])
    assert contrechamp("verify", bundle, "--root", told["root"]).status == 0
    done = contrechamp("verify", bundle, "--root", "0" * 64)
    assert done.status == 1
    assert told["root"] in done.out
    path = bundle / "data/claims.json"
    path.write_bytes(path.read_bytes().replace(b"compares", b"comparez"))
    done = contrechamp("verify", bundle)
    assert done.status == 1
    assert "data/claims.json: claim" in done.out
    assert json.loads(contrechamp("verify", bundle, "--json").out)["findings"]


def test_both_editions_say_which_took_the_place_of_which(
    case: CaseRun, put: Callable[..., str], bundle: Path, contrechamp: Run, tmp_path: Path
) -> None:
    listed = case("show", "--kind", "publication").out
    ref = listed.split()[0]
    done = case("publish", ref, "-o", tmp_path / "again", "--lang", "en,fr")
    assert done.status == 0, done.err
    newer = tmp_path / "again/bundle"
    done = contrechamp("verify", bundle, "--edition", newer)
    assert done.status == 0, done.err
    assert "is edition 2, and takes the place of this one" in done.out
    done = contrechamp("verify", newer, "--edition", bundle)
    assert "is edition 1, whose place this one takes" in done.out


def test_options_of_bundles_are_for_bundles_only(case: CaseRun, bundle: Path) -> None:
    assert case("verify", "--root", "0" * 64).status == 2
    done = case.run("verify", bundle, "--quick")
    assert done.status == 2
