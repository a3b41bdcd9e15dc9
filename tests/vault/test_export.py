"""What is handed out: readable to those it is for, checkable without us, and in the log."""

import base64
import csv
import hashlib
import io
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import IO

import bagit
import pyrage
import pytest

from contrechamp.base.errors import InputError, OutputError, UsageError
from contrechamp.vault import erasing, objects, subjects, verifying
from contrechamp.vault.bags import bag, exporting, texts
from contrechamp.vault.log import custody, history
from vault.cases import NOW, add, files, new, opened

IDENTITY = pyrage.x25519.Identity.generate()
RECIPIENT = str(IDENTITY.to_public())
NAME = "witness Amal.txt"
CONTENT = b"SAMPLE letter, made up: nobody wrote it.\n" * 20_000


@pytest.fixture
def case(tmp_path: Path) -> Path:
    folder = tmp_path / "case"
    new(folder)
    return folder


@pytest.fixture
def items(case: Path, tmp_path: Path) -> list[str]:
    add(case, files(tmp_path / "others", 3))
    (tmp_path / NAME).write_bytes(CONTENT)
    (tmp_path / "empty").write_bytes(b"")
    return [one.item for one in add(case, tmp_path / NAME, tmp_path / "empty")]


def export(case: Path, items: list[str], target: Path, **options: object) -> exporting.Exported:
    options.setdefault("recipients", [] if options.get("plain") else [RECIPIENT])
    with opened(case, write=True) as found:
        return exporting.export(found, items, target, now=NOW, **options)


def contents(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


def paths(folder: Path) -> set[str]:
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}


@pytest.mark.parametrize("options", [{}, {"open_records": True}, {"plain": True}], ids=str)
def test_the_reference_implementation_finds_the_bag_valid(
    case: Path, items: list[str], tmp_path: Path, options: dict[str, bool]
) -> None:
    export(case, items, tmp_path / "out", **options)
    found = bagit.Bag(str(tmp_path / "out"))
    assert found.validate()
    assert found.version == "1.0"
    assert set(found.algorithms) == {"sha256", "sha512"}


def test_nothing_of_the_items_can_be_read_without_a_key(
    case: Path, items: list[str], tmp_path: Path
) -> None:
    export(case, items, tmp_path / "out")
    there = contents(tmp_path / "out")
    said = [b"Amal", CONTENT[:20], hashlib.sha256(CONTENT).hexdigest().encode(), b"text/plain"]
    said += [base64.b64encode(NAME.encode() + b"x" * shift)[:20] for shift in range(3)]
    assert not [text for text in said if text in there]
    assert not [path for path in paths(tmp_path / "out") if "Amal" in path]


def test_age_and_a_page_of_python_are_enough_to_check_it(
    case: Path, items: list[str], tmp_path: Path
) -> None:
    """The receiver's way of README.txt: age, sha256sum, and check.py, which imports none of us."""
    done = export(case, items, tmp_path / "out")
    out = tmp_path / "out"
    key = tmp_path / "key"
    key.write_text(f"{IDENTITY}\n")
    listed = "grep tagmanifest checkpoint.txt | sha256sum --quiet -c"
    subprocess.run(["sh", "-c", listed], cwd=out, check=True)
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        subprocess.run(["sha256sum", "--quiet", "-c", manifest], cwd=out, check=True)
    subprocess.run(["sha512sum", "--quiet", "-c", "manifest-sha512.txt"], cwd=out, check=True)
    for name in ("content", "record.json"):
        path = out / f"data/{items[0]}/{name}.age"
        subprocess.run(["age", "-d", "-i", key, "-o", tmp_path / name, path], check=True)
    assert (tmp_path / "content").read_bytes() == CONTENT

    def check(*arguments: object) -> subprocess.CompletedProcess[str]:
        # -O drops every assert of a program: what is wrong must be wrong then too.
        command = [sys.executable, "-I", "-O", out / "check.py", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    document = out / f"custody/{items[0]}.json"
    checked = check(document, tmp_path / "record.json", tmp_path / "content")
    assert checked.returncode == 0, checked.stderr
    assert done.key in checked.stdout
    assert "proves nothing" in checked.stdout
    assert "import contrechamp" not in (out / "check.py").read_text()
    readme = (out / "README.txt").read_text()
    assert "proves nothing" in readme
    assert "from the project, not from who gave you this bag" in readme

    (tmp_path / "content").write_bytes(CONTENT + b"x")
    assert check(document, tmp_path / "record.json", tmp_path / "content").returncode
    record = json.loads((tmp_path / "record.json").read_text())
    state = base64.b64decode(record["state"]).replace(b"Amal", b"Omar")
    record["state"] = base64.b64encode(state).decode()
    (tmp_path / "record.json").write_text(json.dumps(record))
    assert check(document, tmp_path / "record.json").returncode
    fields = json.loads(document.read_text())
    entry = base64.b64decode(fields["entries"][0]["entry"]).replace(b"2026", b"2025")
    fields["entries"][0]["entry"] = base64.b64encode(entry).decode()
    kept = document.read_bytes()
    document.write_text(json.dumps(fields))
    assert "proof" in check(document).stderr
    document.write_bytes(kept)
    assert check(document).returncode == 0
    for path in ("items.csv.age", f"{items[1]}/content.age"):
        (out / "data" / path).write_bytes(b"SAMPLE of something else")
        assert path in check(document).stderr


def test_in_the_clear_the_content_lies_there_under_its_name(
    case: Path, items: list[str], tmp_path: Path
) -> None:
    export(case, items, tmp_path / "out", plain=True)
    assert (tmp_path / f"out/data/{items[0]}/{NAME}").read_bytes() == CONTENT


def test_somebody_has_to_be_named(case: Path, items: list[str], tmp_path: Path) -> None:
    for options in ({"recipients": []}, {"recipients": [RECIPIENT], "plain": True}):
        with pytest.raises(UsageError, match="--plain"):
            export(case, items, tmp_path / "out", **options)
    with pytest.raises(InputError, match="age recipient"):
        export(case, items, tmp_path / "out", recipients=["age1nobody"])
    with pytest.raises(InputError, match="age recipient") as caught:
        export(case, items, tmp_path / "out", recipients=[str(IDENTITY)])
    assert "AGE-SECRET" not in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_every_recipient_can_read_it_and_nobody_else(
    case: Path, items: list[str], tmp_path: Path
) -> None:
    second, third = (pyrage.x25519.Identity.generate() for _each in range(2))
    export(case, items, tmp_path / "out", recipients=[RECIPIENT, str(second.to_public())])
    sealed = (tmp_path / f"out/data/{items[0]}/content.age").read_bytes()
    assert pyrage.decrypt(sealed, [IDENTITY]) == pyrage.decrypt(sealed, [second]) == CONTENT
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sealed, [third])
    assert RECIPIENT.encode() not in contents(tmp_path / "out")


def test_the_log_says_what_went_to_whom(case: Path, items: list[str], tmp_path: Path) -> None:
    done = export(case, items, tmp_path / "out", reason="for the court")
    with opened(case) as found:
        assert verifying.verify(found) == []
        line = history.history(found)[-1]
        handed_out = exporting.copies(found, items[:1])
    assert (line.number, line.action, line.name, line.reason) == (
        done.entry, "export", "out", "for the court",
    )  # fmt: skip
    assert handed_out == [exporting.Copy(items[0], "out", "2026-05-01T12:00:00Z", (RECIPIENT,))]


def test_the_log_and_the_checkpoint_tell_the_digest_of_all_tag_files(
    case: Path, items: list[str], tmp_path: Path
) -> None:
    done = export(case, items, tmp_path / "out")
    listed = (tmp_path / "out/tagmanifest-sha256.txt").read_bytes()
    assert done.digest == hashlib.sha256(listed).hexdigest()
    assert (
        f"{done.digest}  tagmanifest-sha256.txt\n" in (tmp_path / "out/checkpoint.txt").read_text()
    )
    with opened(case) as found:
        entry = list(custody.entries(found.database))[done.entry]
        state = subjects.newest(found, entry.subject)
    assert state.parsed["digest"] == done.digest
    tag_files = {path for path in paths(tmp_path / "out") if not path.startswith("data/")}
    unlisted = {"checkpoint.txt", "tagmanifest-sha256.txt", "tagmanifest-sha512.txt"}
    assert {line.split("  ")[1] for line in listed.decode().splitlines()} == tag_files - unlisted


def test_copies_are_still_known_when_the_item_is_erased(
    case: Path, items: list[str], tmp_path: Path
) -> None:
    export(case, items, tmp_path / "out")
    with opened(case, write=True) as found:
        erasing.erase(found, items[:1], reason="consent withdrawn", now=NOW)
        assert [one.bag for one in exporting.copies(found, items[:1])] == ["out"]
        assert verifying.verify(found) == []
    with pytest.raises(InputError, match="no such item"):
        export(case, items[:1], tmp_path / "again")
    assert not (tmp_path / "again").exists()


def test_what_fails_leaves_no_bag_and_no_entry(
    case: Path, items: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(case) as found:
        size = found.size
        (name,) = found.database.execute(
            "SELECT object FROM records WHERE subject = ?", (f"item/{items[0]}",)
        ).fetchone()
    path = case / objects.path_of(name)
    kept = path.read_bytes()
    before = sorted(tmp_path.iterdir())
    for damaged in (kept[:-1], kept[: len(kept) // 2], kept[:70_000] + b"x" + kept[70_001:]):
        path.write_bytes(damaged)
        for options in ({}, {"plain": True}):
            with pytest.raises(InputError):
                export(case, items, tmp_path / "out", **options)
    path.write_bytes(kept)

    class Full(bag.HashedFile):
        def __init__(self, _file: IO[bytes]) -> None:
            super().__init__(Path("/dev/full").open("wb", buffering=0))  # noqa: SIM115  # noqa: SIM115

    monkeypatch.setattr(bag, "HashedFile", Full)
    for options in ({}, {"plain": True}):
        with pytest.raises(OutputError, match="No space left"):
            export(case, items, tmp_path / "out", **options)
    assert sorted(tmp_path.iterdir()) == before
    with opened(case) as found:
        assert found.size == size
        assert verifying.verify(found) == []


def test_a_bag_is_never_written_over_something(
    case: Path, items: list[str], tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("out", "link"):
        with pytest.raises(OutputError, match="already exists"):
            export(case, items, tmp_path / name)
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(
    "name",
    [
        "../../escape", "/etc/passwd", "..", ".", "", "a/../../b", "..\\..\\b", "NUL", "con.txt",
        "COM1.log", "COM¹.log", "a\nb", "a\x00b", "a:b", "x" * 400 + ".jpeg", "é" * 400, ".hidden",
        "-rf", "trailing. ", "\u202egpj.exe", "%0A", "=cmd|' /C calc'!A0", "شارع.txt", "a%2e%2e",
    ],
)  # fmt: skip
def test_names_of_others_stay_in_their_folder(name: str) -> None:
    safe = bag.safe_name(name)
    assert safe not in ("", ".", "..")
    assert not set(safe) & set('/\\:*?"<>|%\x00\n\u202e')
    assert len(safe.encode()) <= bag.MAX_NAME_BYTES
    assert not safe.startswith((".", "-"))
    assert not safe.endswith((".", " "))
    assert safe.partition(".")[0].upper() not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT1"}
    assert bag.safe_name(safe) == safe


def test_two_items_of_one_name_do_not_meet(case: Path, tmp_path: Path) -> None:
    for number in range(2):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "same.txt").write_text(f"SAMPLE {number}")
    added = add(case, tmp_path / "0" / "same.txt", tmp_path / "1" / "same.txt")
    export(case, [one.item for one in added] * 2, tmp_path / "out", plain=True)
    found = sorted((tmp_path / "out").rglob("same.txt"))
    assert sorted(file.read_text() for file in found) == ["SAMPLE 0", "SAMPLE 1"]


def test_no_cell_of_the_table_is_a_formula(case: Path, tmp_path: Path) -> None:
    names = ["=HYPERLINK(A1)", "+1", "-1", "@SUM(A1)", "\tx", "\rx", 'a,"b"\n=c', "\x1b[2J\x9b"]
    for number, name in enumerate(names):
        (tmp_path / name).write_text(f"SAMPLE {number}")
    added = add(case, *(tmp_path / name for name in names))
    export(case, [one.item for one in added], tmp_path / "out", plain=True)
    table = (tmp_path / "out/items.csv").read_bytes().decode()
    rows = list(csv.DictReader(io.StringIO(table, newline="")))
    assert tuple(rows[0]) == texts.COLUMNS
    assert len(rows) == len(names)
    assert not [cell for row in rows for cell in row.values() if cell[:1] in tuple("=+-@\t\r")]
    assert {row["name"].lstrip("'") for row in rows} >= {"=HYPERLINK(A1)", "+1", "-1"}
    assert "\x1b" not in table
    assert "_x001B_[2J_x009B_" in {row["name"] for row in rows}


def test_the_crate_describes_every_file_that_is_there(
    case: Path, items: list[str], tmp_path: Path
) -> None:
    for options in ({"plain": True}, {}):
        out = tmp_path / f"out-{len(options)}"
        export(case, items, out, **options)
        document = json.loads((out / "ro-crate-metadata.json").read_text())
        assert document["@context"] == "https://w3id.org/ro/crate/1.1/context"
        entities = {one["@id"]: one for one in document["@graph"]}
        assert entities["ro-crate-metadata.json"]["about"] == {"@id": "./"}
        described = {one["@id"].replace("%20", " ") for one in entities["./"]["hasPart"]}
        assert described == {path for path in paths(out) if path.startswith("data/")}
        assert entities["./"].keys() >= {"name", "description", "datePublished", "license"}


def test_the_folder_is_for_nobody_else_on_the_machine(
    case: Path, items: list[str], tmp_path: Path
) -> None:
    export(case, items, tmp_path / "out")
    modes = {file.stat().st_mode & 0o077 for file in [tmp_path / "out", *tmp_path.glob("out/**/*")]}
    assert modes == {0}
    shutil.rmtree(tmp_path / "out")
