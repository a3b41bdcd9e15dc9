"""``contrechamp verify``: of a case, and of a bag that was exported from one."""

import hashlib
import json
import shutil
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli.commands import LETTER, CaseRun, Run, bytes_of, one_line


def test_machines_are_told_in_json(case: CaseRun, item: str) -> None:
    assert case("verify", "--json").json() == {"entries": 3, "findings": []}


def test_what_was_altered_is_named_and_the_status_is_1(case: CaseRun, letter: Path) -> None:
    case("add", letter, "--no-texts")
    (file,) = (path for path in case.folder.glob("objects/??/*"))
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    done = case("verify")
    assert done.status == 1
    assert done.out.startswith(f"altered  {file.parent.name}/{file.name}: ")
    assert done.err == "contrechamp: 1 thing is not as the log says\n"
    findings = json.loads(case("verify", "--json").out)["findings"]
    assert [one["kind"] for one in findings] == ["altered"]
    assert case("verify", "--quick").status == 0


def test_what_was_interrupted_is_told_and_is_not_wrong(
    case: CaseRun, letter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key is erased, and the power went before the file was."""
    item = case("add", letter, "--no-texts").out.split()[0]
    (stored,) = [path for path in case.folder.glob("objects/??/*") if path.is_file()]
    kept = stored.read_bytes()
    assert item == case("log").out.partition("item/")[2][:16]
    with monkeypatch.context() as patch:
        patch.setattr("contrechamp.vault.erasing.finish", lambda _case: None)
        assert case("erase", item, "--reason", "SAMPLE").status == 0
    done = case("verify")
    assert done.status == 0
    assert "a key is erased, but what it encrypted is still there" in done.out
    assert "was interrupted" in done.out
    findings = case("verify", "--json").json()["findings"]
    assert [one["kind"] for one in findings] == ["interrupted"]
    case("add", letter)
    assert case("verify", "--json").out.count("interrupted") == 0
    assert not stored.exists() or stored.read_bytes() != kept


def test_a_clock_that_was_set_back_is_told_and_is_not_wrong(
    case: CaseRun, letter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("contrechamp.cli.add_cmd.now", lambda: datetime(2020, 1, 1, tzinfo=UTC))
    case("add", letter)
    done = case("verify")
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("clock  2: entry 2 is earlier than the entry before it")
    assert "which entry came first is proved all the same" in done.out
    assert "interrupted" not in done.out
    marked = ["[earlier than the entry before it]" in line for line in case("log").out.splitlines()]
    assert marked == [False, False, True]
    assert [line["set_back"] for line in case("log", "--json").json()] == marked


# An older copy that was put back


def put_back(case: CaseRun, older: Path) -> None:
    shutil.rmtree(case.folder)
    older.rename(case.folder)


def test_this_machine_tells_a_case_that_was_put_back(
    case: CaseRun, letter: Path, tmp_path: Path
) -> None:
    older = shutil.copytree(case.folder, tmp_path / "older")
    case("add", letter)
    put_back(case, older)
    done = case("verify")
    assert done.status == 1
    assert done.out.startswith("rolled-back  3: kept elsewhere: ")
    # Nothing is added to it before somebody says that it counts.
    letter.write_bytes(b"SAMPLE other, made up")
    one_line(case("add", letter), "is not what this machine has seen", "members --accept")
    assert case("members", "--accept").status == 0
    assert case("add", letter).status == 0
    assert case("verify").status == 0


def test_a_machine_without_a_place_to_note_anything_works(
    case: CaseRun, letter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("SAMPLE: no folder can be made below this")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    assert case("add", letter).status == 0
    assert case("verify").status == 0


def test_what_this_machine_notes_tells_neither_names_nor_content(
    case: CaseRun, letter: Path, tmp_path: Path
) -> None:
    case("add", letter, "--reason", "SECRETIVE")
    noted = bytes_of(tmp_path / "state")
    assert len(noted) == 2  # of the case, and of its place
    digest = hashlib.sha256(LETTER).hexdigest()
    for text in ("letter", "Sample Member", "SECRETIVE", str(tmp_path), digest):
        assert text.encode() not in b"".join(noted.values()) + str(noted).encode()


def test_a_checkpoint_kept_elsewhere_tells_without_this_machine(
    case: CaseRun, letter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = shutil.copytree(case.folder, tmp_path / "older")
    case("add", letter)
    kept = tmp_path / "kept.checkpoint"
    kept.write_text(case("log", "--checkpoint").out)
    assert kept.read_text().splitlines()[1] == "3"
    letter.write_bytes(b"SAMPLE later")
    case("add", letter)
    assert case("verify", "--since", kept).status == 0
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another machine"))
    put_back(case, older)
    assert case("verify").status == 0  # a whole older copy shows nothing in itself
    done = case("verify", "--since", kept)
    assert done.status == 1
    assert "rolled-back  3" in done.out


@pytest.mark.parametrize("content", [b"", b"SAMPLE", b"\xff\xfe", b"a\n1\n2\n"])
def test_what_is_no_checkpoint_does_not_verify(
    case: CaseRun, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "no.checkpoint").write_bytes(content)
    done = case("verify", "--since", tmp_path / "no.checkpoint")
    assert done.status in (1, 2)
    assert "no.checkpoint" in done.err or "checkpoint" in done.out


def test_a_checkpoint_that_is_not_there_is_told(case: CaseRun, tmp_path: Path) -> None:
    one_line(case("verify", "--since", tmp_path / "nowhere"), "nowhere: cannot be read")


# Bags


@pytest.fixture
def bag(case: CaseRun, item: str, tmp_path: Path) -> Path:
    """The letter, exported in the clear."""
    assert case("export", item, "-o", tmp_path / "bag", "--plain").status == 0
    return tmp_path / "bag"


def test_a_bag_is_verified_without_the_case(contrechamp: Run, bag: Path) -> None:
    done = contrechamp("verify", bag)
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("The bag is complete, and 1 item is in the log that was signed.\n")
    digest = hashlib.sha256((bag / "tagmanifest-sha256.txt").read_bytes()).hexdigest()
    assert f"Everything in the bag is signed, under the digest {digest}." in done.out


def test_what_cannot_be_proved_of_a_bag_of_the_version_before_is_said(
    contrechamp: Run, tmp_path: Path
) -> None:
    older = Path(__file__).parents[1] / "vault" / "older" / "bags-format-1.tar.xz"
    with tarfile.open(older) as archive:
        archive.extractall(tmp_path, filter="data")
    done = contrechamp("verify", tmp_path / "plain")
    assert (done.status, done.err) == (0, "")
    assert "not that none was taken out" in done.out
    assert "Everything in the bag is signed" not in done.out
    assert contrechamp("verify", tmp_path / "plain", "--json").json()["format"] == 1


def test_a_checkpoint_that_the_receiver_holds(
    case: CaseRun, item: str, tmp_path: Path, contrechamp: Run
) -> None:
    kept = tmp_path / "kept"
    kept.write_text(case("log", "--checkpoint").out)
    case("export", item, "-o", tmp_path / "bag", "--plain")
    assert contrechamp("verify", tmp_path / "bag", "--since", kept).status == 0
    kept.write_text(kept.read_text().replace("\n3\n", "\n4\n"))
    assert contrechamp("verify", tmp_path / "bag", "--since", kept).status == 1
    kept.write_text("")  # a copy that failed: it is no checkpoint to go on from
    assert contrechamp("verify", tmp_path / "bag", "--since", kept).status == 1


def test_options_that_are_not_for_bags(contrechamp: Run, bag: Path) -> None:
    for option in ("--quick", "--keyring", "--recovery"):
        one_line(contrechamp("verify", bag, option))


def test_the_page_for_strangers_is_written_and_its_digest_is_printed(
    contrechamp: Run, tmp_path: Path
) -> None:
    target = tmp_path / "verify.html"
    done = contrechamp("verify", "--page", target)
    assert done.status == 0
    assert done.out == f"{hashlib.sha256(target.read_bytes()).hexdigest()}  verify.html\n"
    published = Path(__file__).parents[2] / "docs/reference/verify.html"
    assert target.read_bytes() == published.read_bytes()
    again = contrechamp("verify", "--page", target)
    assert again.status == 2
    assert "verify.html" in again.err
    assert contrechamp("verify", "--page", tmp_path / "none" / "verify.html").status == 2


def test_root_and_key_are_of_bundles_alone(case: CaseRun) -> None:
    for option in ("--root", "--key"):
        one_line(case("verify", option, "SAMPLE"), "for the bundles of publications")
