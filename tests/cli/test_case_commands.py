"""The commands of a case, as they are typed; SAMPLE content, made-up names."""

import hashlib
import io
import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import Done

from cli.rings import Ring
from contrechamp.vault.access import casefile, keys
from contrechamp.vault.access.keys import FLOOR, recovery_text

Run = Callable[..., Done]

PASSPHRASE = "tiroir velours orage pêche"
OTHER = "lampe citron rivage tambour"
CONTENT = b"SAMPLE letter, made up: nobody wrote it."


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that has seen no case yet, and is slow: so slow that the floor is what it takes."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(keys, "seconds_of", lambda _parameters: 60.0)


@contextmanager
def read_from(*lines: str) -> Iterator[tuple[str, int]]:
    """Give the option for a descriptor that has these lines, as a shell's ``3<`` does."""
    reading, writing = os.pipe()
    os.write(writing, "".join(f"{line}\n" for line in lines).encode())
    os.close(writing)
    try:
        yield "--passphrase-fd", reading
    finally:
        os.close(reading)


@pytest.fixture
def case(tmp_path: Path, contrechamp: Run) -> Callable[..., Done]:
    """Make a case, and return what runs a command of it with a passphrase."""
    folder = tmp_path / "case"

    def call(command: str, *arguments: object, lines: tuple[str, ...] = (PASSPHRASE,)) -> Done:
        with read_from(*lines) as option:
            return contrechamp(command, folder, *arguments, *option)

    done = call("new", "--name", "Sample Member")
    assert (done.status, done.err) == (0, "")
    call.folder = folder  # type: ignore[attr-defined]
    call.recovery = done.out.splitlines()[1].rpartition(": ")[2]  # type: ignore[attr-defined]
    return call


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "letter.txt"
    path.write_bytes(CONTENT)
    return path


def item_of(done: Done) -> str:
    assert done.status == 0, done.err
    return done.out.split()[0]


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


# new


def test_a_new_case_is_a_folder_and_a_recovery_key_that_is_shown_once(
    tmp_path: Path, contrechamp: Run
) -> None:
    folder = tmp_path / "case"
    with read_from(PASSPHRASE) as option:
        done = contrechamp("new", folder, *option)
    assert done.status == 0
    assert f"Case: {folder}" in done.out
    key = done.out.splitlines()[1].removeprefix("Recovery key, shown this once: ")
    assert len(key.split("-")) == 12
    assert folder.stat().st_mode & 0o077 == 0
    assert {path.name for path in folder.iterdir()} >= {
        "README.txt", "case.db", "case.toml", "case.toml.copy", "objects",
    }  # fmt: skip


def test_the_key_of_a_new_case_costs_no_less_than_the_floor(case: Callable[..., Done]) -> None:
    content = (case.folder / casefile.NAME).read_bytes()
    assert {slot.parameters for slot in casefile.from_toml(content, "").slots} == {FLOOR}


def test_a_new_case_overwrites_nothing_and_asks_for_nothing_before_it_says_so(
    tmp_path: Path, contrechamp: Run
) -> None:
    (tmp_path / "there").write_text("SAMPLE")
    done = contrechamp("new", tmp_path / "there", "--passphrase-fd", 9999)
    assert done.status == 2
    assert "is there already" in done.err
    assert (tmp_path / "there").read_text() == "SAMPLE"


def test_too_short_a_passphrase_makes_no_case(tmp_path: Path, contrechamp: Run) -> None:
    with read_from("too short") as option:
        done = contrechamp("new", tmp_path / "case", *option)
    assert done.status == 2
    assert "at least 12 characters" in done.err
    assert not list(tmp_path.glob("*case*"))


def test_nothing_of_a_process_that_had_the_keys_is_dumped(case: Callable[..., Done]) -> None:
    assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)


# add, log, verify


def test_what_is_added_stands_in_the_log_and_verifies(
    case: Callable[..., Done], letter: Path, tmp_path: Path
) -> None:
    (tmp_path / "photos" / "north").mkdir(parents=True)
    (tmp_path / "photos" / "a.txt").write_text("SAMPLE a")
    (tmp_path / "photos" / "north" / "b.txt").write_bytes(CONTENT)
    (tmp_path / "photos" / "link").symlink_to(letter)
    done = case("add", letter, tmp_path / "photos", "--reason", "handed over by the sample")
    assert done.status == 0
    assert done.out.splitlines()[-1] == (
        "3 files are in the case (1 with content that was there before)"
    )
    assert done.err == f"{tmp_path}/photos/link: passed over: a link: links are not followed\n"
    lines = case("log").out.splitlines()
    assert [line.split()[0] for line in lines] == ["0", "1", "2", "3", "4"]
    for line, name in zip(
        lines[2:], ("letter.txt", "photos/a.txt", "photos/north/b.txt"), strict=True
    ):
        assert "  Sample Member  add  item/" in line
        assert line.endswith(f"  {name}  (handed over by the sample)")
    assert (
        case("verify").out
        == "Everything is as the log says, from its first entry to the newest, 4.\n"
    )
    assert case("verify", "--quick").status == 0
    # Nothing was changed or moved.
    assert letter.read_bytes() == CONTENT


def test_one_file_is_told_in_the_singular(case: Callable[..., Done], letter: Path) -> None:
    assert case("add", letter).out.endswith(
        "1 file is in the case (0 with content that was there before)\n"
    )


def test_machines_are_told_in_json(case: Callable[..., Done], letter: Path) -> None:
    done = case("add", letter, "--json")
    told = json.loads(done.out)
    (item,) = told.pop("items")
    assert told == {"added": 1, "duplicates": 0, "passed_over": 0}
    assert (item["path"], item["duplicate"]) == (str(letter), False)
    assert item["item"] in case("log").out
    lines = json.loads(case("log", "--json").out)
    assert [line["action"] for line in lines] == ["new", "share", "add"]
    assert lines[-1]["name"] == "letter.txt"
    assert json.loads(case("verify", "--json").out) == {"entries": 3, "findings": []}


def test_a_file_that_is_not_there_is_told_before_anything_is_taken(
    case: Callable[..., Done], letter: Path
) -> None:
    done = case("add", letter, letter.with_name("nowhere"))
    assert done.status == 2
    assert "nowhere: no such file or folder" in done.err
    assert json.loads(case("verify", "--json").out)["entries"] == 2


@pytest.mark.parametrize(
    "name",
    [
        b"forged\n     9  2026-01-01T00:00:00Z  Nobody  erase  item 0000000000000000  x",
        b"\x1b]0;title\x07\x1b[2Jcleared",
        "gnp.\u202ewalk".encode(),
        b"latin-\xe9.txt",
    ],
    ids=["line", "escape", "bidi", "no-utf8"],
)
def test_a_name_cannot_forge_lines_or_steer_the_terminal(
    case: Callable[..., Done], tmp_path: Path, name: bytes
) -> None:
    (tmp_path / "given").mkdir()
    path = os.fsencode(tmp_path / "given") + b"/" + name
    Path(os.fsdecode(path)).write_bytes(CONTENT)
    os.symlink("elsewhere", path + b"-link")
    done = case("add", tmp_path / "given")
    log = case("log")
    assert (done.status, log.status) == (0, 0), done.err + log.err
    assert len(log.out.splitlines()) == 3
    assert len(done.out.splitlines()) == 2
    assert len(done.err.splitlines()) == 1
    for text in (done.out, done.err, log.out):
        assert not any(sign in text for sign in "\x1b\x07\u202e\ufffd")
    assert ("\\xe9" in log.out) == (name == b"latin-\xe9.txt")
    assert case("verify").status == 0


def test_names_in_other_scripts_stay_readable(case: Callable[..., Done], tmp_path: Path) -> None:
    names = ("نامه‌ها.txt", "Über Straße 雨.txt", "वक्तव्य.txt")
    for name in names:
        (tmp_path / name).write_bytes(f"SAMPLE {name}".encode())
    done = case("add", *(tmp_path / name for name in names))
    shown = case("log").out
    assert all(name in shown and name in done.out for name in names)


def test_what_was_altered_is_named_and_the_status_is_1(
    case: Callable[..., Done], letter: Path
) -> None:
    case("add", letter)
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


# Rollback


def test_this_machine_tells_a_case_that_was_put_back(
    case: Callable[..., Done], letter: Path, tmp_path: Path
) -> None:
    older = shutil.copytree(case.folder, tmp_path / "older")
    case("add", letter)
    shutil.rmtree(case.folder)
    older.rename(case.folder)
    done = case("verify")
    assert done.status == 1
    assert done.out.startswith("rolled-back  3: kept elsewhere: ")
    # What else is added to the older copy does not make it the one that was seen.
    letter.write_bytes(b"SAMPLE other, made up")
    added = case("add", letter, letter)
    assert added.status == 0
    assert "is not the one that this machine has seen" in added.err
    done = case("verify")
    assert done.status == 1
    assert "rewritten  3: kept elsewhere: " in done.out


def test_a_machine_without_a_place_to_note_anything_works(
    case: Callable[..., Done], letter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("SAMPLE: no folder can be made below this")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    assert case("add", letter).status == 0
    assert case("verify").status == 0


def test_what_this_machine_notes_tells_neither_names_nor_content(
    case: Callable[..., Done], letter: Path, tmp_path: Path
) -> None:
    case("add", letter, "--reason", "SECRETIVE")
    noted = bytes_of(tmp_path / "state")
    assert len(noted) == 1
    digest = hashlib.sha256(CONTENT).hexdigest()
    for text in ("letter", "Sample Member", "SECRETIVE", str(tmp_path), digest):
        assert text.encode() not in b"".join(noted.values()) + str(noted).encode()


def test_a_checkpoint_kept_elsewhere_tells_without_this_machine(
    case: Callable[..., Done], letter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
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
    shutil.rmtree(case.folder)
    older.rename(case.folder)
    assert case("verify").status == 0  # a whole older copy shows nothing in itself
    done = case("verify", "--since", kept)
    assert done.status == 1
    assert "rolled-back  3" in done.out


@pytest.mark.parametrize("content", [b"", b"SAMPLE", b"\xff\xfe", b"a\n1\n2\n"])
def test_what_is_no_checkpoint_does_not_verify(
    case: Callable[..., Done], tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "no.checkpoint").write_bytes(content)
    done = case("verify", "--since", tmp_path / "no.checkpoint")
    assert done.status in (1, 2)
    assert "no.checkpoint" in done.err or "checkpoint" in done.out
    done = case("verify", "--since", tmp_path / "nowhere")
    assert done.status == 2
    assert "nowhere: cannot be read" in done.err


# erase


def test_what_is_erased_is_gone_and_the_log_says_why(
    case: Callable[..., Done], letter: Path
) -> None:
    item = item_of(case("add", letter))
    done = case("erase", item, "--reason", "consent withdrawn")
    assert done.status == 0
    assert done.out.startswith("1 object is erased.\nBackups, copies that were handed out")
    assert not list(case.folder.glob("objects/??/*"))
    last = case("log").out.splitlines()[-1]
    assert f"  erase  item/{item}  " in last
    assert last.endswith("(consent withdrawn)")
    assert "letter.txt" not in case("log").out
    assert case("verify").status == 0


def test_erasing_takes_a_reason_and_an_item_that_is_there(
    case: Callable[..., Done], letter: Path
) -> None:
    item = item_of(case("add", letter))
    assert "--reason" in case("erase", item).err
    assert case("erase", item).status == 2
    done = case("erase", "0123456789abcdef", "--reason", "SAMPLE")
    assert done.status == 2
    assert "no such item in the case: 0123456789abcdef" in done.err
    assert json.loads(case("verify", "--json").out) == {"entries": 3, "findings": []}


def test_content_that_another_item_holds_as_well_is_not_erased_alone(
    case: Callable[..., Done], letter: Path
) -> None:
    first, second = item_of(case("add", letter)), item_of(case("add", letter))
    done = case("erase", first, "--reason", "SAMPLE")
    assert done.status == 2
    assert second in done.err
    assert case("erase", first, second, "--reason", "SAMPLE").status == 0
    assert case("verify").status == 0


# share, unshare


def age_key(folder: Path) -> tuple[Path, str]:
    """Make a key with age's own program, as a new member does."""
    file = folder / "key.txt"
    done = subprocess.run(
        ["age-keygen", "-o", str(file)], capture_output=True, text=True, check=True
    )
    return file, done.stderr.strip().rpartition(" ")[2]


def test_a_member_with_an_age_key_has_access_until_it_is_taken_away(
    case: Callable[..., Done], contrechamp: Run, letter: Path, tmp_path: Path
) -> None:
    key, recipient = age_key(tmp_path)
    done = case("share", "--name", "Other Sample", "--recipient", recipient, "--reason", "helps")
    assert (done.status, done.out) == (0, "Other Sample can open the case now.\n")
    assert contrechamp("add", case.folder, letter, "--identity", key).status == 0
    assert "  Other Sample  add  " in contrechamp("log", case.folder, "--identity", key).out
    assert contrechamp("verify", case.folder, "--identity", key).status == 0

    done = case("unshare", "--name", "Other Sample", "--reason", "left")
    assert (done.status, done.out) == (0, "Other Sample can no longer open the case.\n")
    done = contrechamp("log", case.folder, "--identity", key)
    assert done.status == 2
    assert "opens no slot of the case" in done.err
    log = case("log").out.splitlines()
    assert "  Sample Member  unshare  member/" in log[-1]
    assert log[-1].endswith("(left)")
    assert case("verify").status == 0
    # The recovery key belongs to one who stayed.
    assert case("unlock", "--recovery", lines=(case.recovery,)).status == 0


def test_a_new_member_makes_a_signing_key_that_nobody_else_has(
    case: Callable[..., Done], contrechamp: Run, letter: Path, tmp_path: Path
) -> None:
    key, recipient = age_key(tmp_path)
    case("share", "--name", "Other Sample", "--recipient", recipient)
    hint = "could sign in your name"
    assert hint in contrechamp("unlock", case.folder, "--identity", key).out
    assert hint not in case("unlock").out
    done = contrechamp("unlock", case.folder, "--identity", key, "--new-signing-key")
    assert done.status == 0, done.err
    assert done.out.startswith("You sign with the key ")
    assert hint not in contrechamp("unlock", case.folder, "--identity", key).out
    assert contrechamp("add", case.folder, letter, "--identity", key).status == 0
    assert "  Other Sample  new-key  member/" in case("log").out
    assert case("verify").status == 0
    assert case("unlock", "--new-signing-key").status == 2


def test_sharing_says_what_is_wrong(case: Callable[..., Done], tmp_path: Path) -> None:
    _key, recipient = age_key(tmp_path)
    before = bytes_of(case.folder)
    no_key = case("share", "--name", "A", "--recipient", "age1nonsense")
    taken = case("share", "--name", "Sample Member", "--recipient", recipient)
    nobody = case("unshare", "--name", "Nobody")
    oneself = case("unshare", "--name", "Sample Member")
    for done, message in (
        (no_key, "no X25519 key of age"),
        (taken, "there is a member of this name"),
        (nobody, "there is no member of this name: Nobody"),
        (oneself, "nobody can take away the own access"),
    ):
        assert done.status == 2
        assert message in done.err
    assert {k: v for k, v in bytes_of(case.folder).items() if k != "case.lock"} == {
        k: v for k, v in before.items() if k != "case.lock"
    }


def test_what_was_interrupted_is_told_and_is_not_wrong(
    case: Callable[..., Done], letter: Path, tmp_path: Path
) -> None:
    """The key is erased, and the power went before the file was."""
    case("add", letter)
    (stored,) = [path for path in case.folder.glob("objects/??/*") if path.is_file()]
    kept = stored.read_bytes()
    item = case("log").out.partition("item/")[2][:16]
    assert case("erase", item, "--reason", "SAMPLE").status == 0
    stored.write_bytes(kept)
    done = case("verify")
    assert done.status == 0
    assert "its key is erased, and the file is still there" in done.out
    assert "was interrupted" in done.out
    findings = json.loads(case("verify", "--json").out)["findings"]
    assert [one["kind"] for one in findings] == ["interrupted"]
    case("add", letter)
    assert case("verify", "--json").out.count("interrupted") == 0
    assert not stored.exists() or stored.read_bytes() != kept


# unlock, wrong keys


def test_unlock_says_whose_the_key_is(case: Callable[..., Done]) -> None:
    done = case("unlock")
    assert (done.status, done.out) == (0, "Open, as Sample Member; 2 entries in the log.\n")


def test_a_new_passphrase_takes_the_place_of_the_old_one(
    case: Callable[..., Done], letter: Path
) -> None:
    case("add", letter)
    done = case("unlock", "--new-passphrase", lines=(PASSPHRASE, OTHER))
    assert done.status == 0
    assert done.out.startswith("The new passphrase opens the case; the old one no longer does.")
    assert case("verify").status == 2
    assert case("verify", lines=(OTHER,)).status == 0


def test_who_forgot_the_passphrase_sets_one_with_the_recovery_key(
    case: Callable[..., Done],
) -> None:
    typed = case.recovery.upper().replace("-", " ")
    done = case("unlock", "--recovery", "--new-passphrase", lines=(typed, OTHER))
    assert done.status == 0, done.err
    assert case("verify", lines=(OTHER,)).status == 0
    assert case("verify").status == 2


def test_a_new_recovery_key_takes_the_place_of_the_old_one(case: Callable[..., Done]) -> None:
    done = case("unlock", "--new-recovery-key")
    (key,) = (line for line in done.out.splitlines() if line.startswith("Recovery key, shown"))
    new = key.rpartition(": ")[2]
    assert new != case.recovery
    assert case("unlock", "--recovery", lines=(new,)).status == 0
    assert case("unlock", "--recovery", lines=(case.recovery,)).status == 2
    assert case("verify").status == 0


@pytest.mark.parametrize(
    "command",
    [
        ("log",), ("verify",), ("unlock",), ("add", "{letter}"), ("unlock", "--new-recovery-key"),
        ("erase", "0123456789abcdef", "--reason", "SAMPLE"), ("unshare", "--name", "A"),
        ("share", "--name", "A", "--recipient", "age1nonsense"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_wrong_passphrase_opens_nothing_and_changes_nothing(
    case: Callable[..., Done], letter: Path, command: tuple[str, ...]
) -> None:
    before = bytes_of(case.folder)
    words = (word.replace("{letter}", str(letter)) for word in command)
    done = case(*words, lines=(OTHER,))
    assert done.status == 2
    assert done.out == ""
    assert done.err.startswith("contrechamp: this opens no slot of the case")
    after = bytes_of(case.folder)
    assert {name: after[name] for name in before} == before
    assert after.keys() - before.keys() <= {"case.lock"}


def test_a_mistyped_recovery_key_is_told_apart_from_a_wrong_one(case: Callable[..., Done]) -> None:
    other = recovery_text(bytes(20))
    wrong = case("unlock", "--recovery", lines=(other,))
    assert "opens no slot" in wrong.err
    mistyped = case("unlock", "--recovery", lines=(other[:-1] + "z",))
    assert (wrong.status, mistyped.status) == (2, 2)
    assert "mistyped" in mistyped.err


@pytest.mark.parametrize("command", ["add", "log", "verify", "share", "unshare", "unlock", "erase"])
def test_what_is_no_case_is_told_before_anything_is_asked(
    contrechamp: Run, tmp_path: Path, letter: Path, command: str
) -> None:
    more = {
        "add": [letter],
        "share": ["--name", "A", "--recipient", "age1"],
        "unshare": ["--name", "A"],
        "erase": ["0123456789abcdef", "--reason", "SAMPLE"],
    }.get(command, [])
    (tmp_path / "empty").mkdir()
    for folder in (tmp_path / "nowhere", tmp_path / "empty", letter):
        done = contrechamp(command, folder, *more, "--passphrase-fd", 9999)
        assert done.status == 2
        assert "file descriptor" not in done.err
        assert "case" in done.err
    assert not list((tmp_path / "empty").iterdir())


# No secret anywhere


def test_no_secret_is_printed_even_where_things_go_wrong(
    case: Callable[..., Done], contrechamp: Run, letter: Path, tmp_path: Path
) -> None:
    key, recipient = age_key(tmp_path)
    (tmp_path / "SECRETIVE.txt").write_bytes(b"SECRETIVE content")
    shown = [
        case("add", letter, "-v"),
        case("share", "-v", "--name", "Other Sample", "--recipient", recipient),
        case("unlock", "-v", "--new-passphrase", lines=(PASSPHRASE, "short")),
        case("unlock", "-v", lines=(OTHER,)),
        case("unlock", "-v", "--recovery", lines=(case.recovery[:-1],)),
        case("unlock", "-v", "--recovery", lines=(PASSPHRASE,)),
        contrechamp("log", case.folder, "-v", "--identity", tmp_path / "SECRETIVE.txt"),
        case("verify", "-v"),
        case("log", "-v"),
    ]
    (case.folder / "case.db").write_bytes(b"SAMPLE damage" * 1000)
    shown += [case("verify", "-v"), case("add", letter, "-v")]
    assert [done.status for done in shown] == [0, 0, 2, 2, 2, 2, 2, 0, 0, 2, 2]
    text = "".join(done.out + done.err for done in shown)
    secret = key.read_text().splitlines()[-1]
    for word in (PASSPHRASE, OTHER, case.recovery[:17], secret, "SECRETIVE content"):
        assert word not in text
    assert "Traceback" in text
    assert str(case.folder.name) in text


def test_no_secret_stands_among_the_arguments_or_in_the_environment(tmp_path: Path) -> None:
    """What ``ps`` shows of the process while it waits for the passphrase, and after it has it."""
    reading, writing = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-m", "contrechamp", "new", tmp_path / "case", "--passphrase-fd",
         str(reading)],
        pass_fds=[reading], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    os.close(reading)
    about = Path("/proc", str(process.pid))
    os.write(writing, PASSPHRASE.encode())
    while not (seen := (about / "cmdline").read_bytes()):  # for a moment after its start
        assert process.poll() is None
    seen += (about / "environ").read_bytes()
    os.write(writing, b"\n")
    os.close(writing)
    _out, err = process.communicate()
    assert process.returncode == 0, err
    assert str(tmp_path / "case").encode() in seen
    assert PASSPHRASE.encode() not in seen


@pytest.mark.parametrize(
    "command", ["new", "add", "log", "verify", "erase", "share", "unshare", "unlock"]
)
def test_no_option_takes_a_secret_as_its_value(contrechamp: Run, command: str) -> None:
    done = contrechamp(command, "--help")
    assert done.status == 0
    assert f"Example: contrechamp {command} " in " ".join(done.out.split())
    words = done.out.split()
    options = {word.rstrip(",") for word in words if word.startswith("--")}
    assert not options & {"--passphrase", "--password", "--key", "--recovery-key", "--secret"}
    assert words[words.index("--passphrase-fd") + 1] == "N"


# French


def test_the_case_speaks_french(case: Callable[..., Done], letter: Path) -> None:
    texts = [
        case("add", letter, "--lang", "fr"),
        case("verify", "--lang", "fr"),
        case("unlock", "--lang", "fr"),
        case("log", "--lang", "fr", lines=(OTHER,)),
    ]
    item = texts[0].out.split()[0]
    texts.append(case("erase", item, "--reason", "SAMPLE", "--lang", "fr"))
    english = ("file is", "Everything", "entries in", "opens no slot", "object is", "Backups")
    for done in texts:
        assert not any(word in done.out + done.err for word in english)
    assert "1 fichier" in texts[0].out
    assert texts[3].status == 2


# Others at the same time; media that cannot be written to


def test_a_case_that_somebody_writes_to_can_be_read_and_not_written(
    case: Callable[..., Done], letter: Path
) -> None:
    from contrechamp.vault import lock

    with lock.writing(case.folder):
        done = case("add", letter)
        assert done.status == 2
        assert f"process {os.getpid()} is writing to this case" in done.err
        assert case("log").status == 0
    assert case("add", letter).status == 0


def test_a_pipe_that_is_closed_early_ends_the_log_quietly(
    case: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Closed(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stdout", Closed())
    monkeypatch.setattr("contrechamp.cli.run._close_quietly", lambda: None)
    done = case("log")
    assert done.err == ""


def test_the_keyring_opens_a_case_that_it_was_told_of(
    case: Callable[..., Done], contrechamp: Run, use_ring: Callable[[object], None]
) -> None:
    ring = Ring()
    use_ring(ring)
    folder = case.folder  # type: ignore[attr-defined]
    assert contrechamp("unlock", folder, "--keyring").status == 2
    assert case("unlock", "--remember").status == 0
    assert list(ring.kept.values()) == [PASSPHRASE]
    assert contrechamp("unlock", folder, "--keyring").status == 0
    assert case("unlock", "--new-passphrase", "--remember", lines=(PASSPHRASE, OTHER)).status == 0
    assert list(ring.kept.values()) == [OTHER]
    assert contrechamp("verify", folder, "--keyring").status == 0


def test_only_what_opens_the_case_is_remembered_and_only_a_passphrase(
    case: Callable[..., Done], use_ring: Callable[[object], None]
) -> None:
    ring = Ring()
    use_ring(ring)
    assert case("unlock", "--remember", lines=(OTHER,)).status == 2
    recovery = case.recovery  # type: ignore[attr-defined]
    done = case("unlock", "--remember", "--recovery", lines=(recovery,))
    assert (done.status, ring.kept) == (2, {})
    assert recovery not in done.err
