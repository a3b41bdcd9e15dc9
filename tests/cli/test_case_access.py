"""Opening a case, which most commands begin with: what is wrong is told, and no secret is."""

import os
from pathlib import Path

import pytest

from cli.commands import (
    LETTER,
    OTHER_PASSPHRASE,
    PASSPHRASE,
    CaseRun,
    Run,
    bytes_of,
    commands,
    first_word,
)

#: What a command needs beside CASE; {letter} is a file, {other} a case, {out} is not there yet.
ARGUMENTS = {
    "add": ("{letter}",),
    "decide": ("mine", "record/0123"),
    "disclose": ("record/0123", "{other}", "-o", "{out}", "--plain"),
    "edit": ("record/0123",),
    "erase": ("0123456789abcdef", "--reason", "SAMPLE"),
    "export": ("0123456789abcdef", "-o", "{out}", "--plain"),
    "export-records": ("--as", "csv", "-o", "{out}"),
    "find": ("words",),
    "graph": ("-o", "{out}"),
    "identity": ("record/0123",),
    "import": ("{letter}",),
    "letter": ("record/0123",),
    "link": ("record/0123", "evidence", "record/4567"),
    "log": (),
    "match": ("{letter}",),
    "members": (),
    "merge": ("{other}",),
    "publish": ("record/0123", "-o", "{out}"),
    "release": ("record/0123",),
    "review": ("record/0123", "agreed"),
    "shell": (),
    "share": ("--name", "A", "--recipient", "age1nonsense"),
    "show": (),
    "status": (),
    "timeline": (),
    "unlock": (),
    "unshare": ("--name", "A"),
    "verify": (),
    "withdraw": ("record/0123", "--reason", "SAMPLE"),
}


def opening() -> list[str]:
    """Return the commands that open a case which is there."""
    found = {
        name for name, command in commands().items()
        if any(one.name == "folder" for one in command.params)
    }  # fmt: skip
    return sorted(found - {"new"})


def words_of(command: str, letter: Path, other: Path) -> list[str]:
    out = letter.with_name("out")
    return [word.format(letter=letter, other=other, out=out) for word in ARGUMENTS[command]]


@pytest.mark.parametrize("command", [*opening(), "unlock --new-recovery-key"])
def test_a_wrong_passphrase_opens_nothing_and_changes_nothing(
    case: CaseRun, letter: Path, command: str
) -> None:
    before = bytes_of(case.folder)
    name, *more = command.split()
    done = case(name, *words_of(name, letter, case.folder), *more, lines=(OTHER_PASSPHRASE,))
    assert done.status == 2
    assert done.out == ""
    assert done.err.startswith("contrechamp: this opens no slot of the case")
    after = bytes_of(case.folder)
    assert {name: after[name] for name in before} == before
    assert after.keys() - before.keys() <= {"case.lock"}
    assert not letter.with_name("out").exists()


@pytest.mark.parametrize("command", opening())
def test_what_is_no_case_is_told_before_anything_is_asked(
    contrechamp: Run, tmp_path: Path, letter: Path, command: str
) -> None:
    (tmp_path / "empty").mkdir()
    for folder in (tmp_path / "nowhere", tmp_path / "empty", letter):
        done = contrechamp(
            command, folder, *words_of(command, letter, tmp_path), "--passphrase-fd", 9999
        )
        assert done.status == 2
        assert "file descriptor" not in done.err
        assert "case" in done.err
    assert not list((tmp_path / "empty").iterdir())


@pytest.mark.parametrize("command", [*opening(), "new"])
def test_no_option_takes_a_secret_as_its_value(contrechamp: Run, command: str) -> None:
    words = contrechamp(command, "--help").out.split()
    options = {word.rstrip(",") for word in words if word.startswith("--")}
    secret = {"--passphrase", "--password", "--key", "--recovery-key", "--secret"}
    # That of `verify` takes the words of a public key, as page 2 of a report prints them.
    assert not options & (secret - ({"--key"} if command == "verify" else set()))
    assert "--passphrase-fd N" in " ".join(words)


def test_no_secret_is_printed_even_where_things_go_wrong(
    case: CaseRun, letter: Path, tmp_path: Path, age_key: tuple[Path, str]
) -> None:
    key, recipient = age_key
    (tmp_path / "SECRETIVE.txt").write_bytes(b"SECRETIVE content")
    shown = [
        case("add", letter, "-v"),
        case("share", "-v", "--name", "Other Sample", "--recipient", recipient),
        case("unlock", "-v", "--new-passphrase", lines=(PASSPHRASE, "short")),
        case("unlock", "-v", lines=(OTHER_PASSPHRASE,)),
        case("unlock", "-v", "--recovery", lines=(case.recovery[:-1],)),
        case("unlock", "-v", "--recovery", lines=(PASSPHRASE,)),
        case.with_key("log", "-v", key=tmp_path / "SECRETIVE.txt"),
        case("verify", "-v"),
        case("log", "-v"),
    ]
    (case.folder / "case.db").write_bytes(b"SAMPLE damage" * 1000)
    shown += [case("verify", "-v"), case("add", letter, "-v")]
    assert [done.status for done in shown] == [0, 0, 2, 2, 2, 2, 2, 0, 0, 2, 2]
    text = "".join(done.out + done.err for done in shown)
    secret = key.read_text().splitlines()[-1]
    for word in (PASSPHRASE, OTHER_PASSPHRASE, case.recovery[:17], secret, "SECRETIVE content"):
        assert word not in text
    assert "Traceback" in text
    assert str(case.folder.name) in text


def test_the_case_speaks_french(case: CaseRun, letter: Path) -> None:
    added = case("add", letter, "--lang", "fr")
    wrong = case("log", "--lang", "fr", lines=(OTHER_PASSPHRASE,))
    texts = [
        added,
        case("verify", "--lang", "fr"),
        case("unlock", "--lang", "fr"),
        wrong,
        case("erase", first_word(added), "--reason", "SAMPLE", "--lang", "fr"),
    ]
    english = ("file is", "Everything", "entries in", "opens no slot", "object is", "Backups")
    for done in texts:
        assert not any(word in done.out + done.err for word in english)
    assert "1 fichier" in added.out
    assert wrong.status == 2


def test_a_case_that_somebody_writes_to_can_be_read_and_not_written(
    case: CaseRun, letter: Path
) -> None:
    from contrechamp.base.held_folder import HeldFolder
    from contrechamp.vault import lock

    with HeldFolder(case.folder) as held, lock.writing(held):
        done = case("add", letter)
        assert done.status == 2
        assert f"process {os.getpid()} is writing to this case" in done.err
        assert case("log").status == 0
    assert case("add", letter).status == 0
    assert letter.read_bytes() == LETTER
