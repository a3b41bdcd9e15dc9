"""What a machine saw of a case last; SAMPLE content."""

import shutil
from pathlib import Path

import pytest

from contrechamp.vault import seen
from vault import cases


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    cases.new(tmp_path / "case")
    return tmp_path / "case"


def add_seen(folder: Path, machine: Path, name: str) -> bool:
    """Add a SAMPLE file as a machine does that notes what it sees; return what it made of it."""
    path = folder.parent / name
    path.write_text(f"SAMPLE {name}, made up")
    with cases.opened(folder, write=True) as case:
        known = seen.goes_on(case, machine)
        list(cases.adding.add(case, [path], now=lambda: cases.NOW, random=cases.os.urandom))
        if known:
            seen.note(case, machine)
    return known


def test_what_was_written_is_noted_and_goes_on(folder: Path, tmp_path: Path) -> None:
    machine = tmp_path / "state" / "seen"
    assert add_seen(folder, machine, "one.txt")
    with cases.opened(folder) as case:
        assert seen.last(case, machine) is not None
        assert seen.goes_on(case, machine)
        assert seen.last(case, tmp_path / "another machine") is None
        assert seen.goes_on(case, tmp_path / "another machine")
    assert add_seen(folder, machine, "two.txt")


def test_an_older_copy_is_told_and_what_was_seen_stays(folder: Path, tmp_path: Path) -> None:
    machine = tmp_path / "seen"
    older = shutil.copytree(folder, tmp_path / "older")
    add_seen(folder, machine, "one.txt")
    with cases.opened(folder) as case:
        noted = seen.last(case, machine)
    for name in ("two.txt", "three.txt"):  # though it grows past what was seen
        assert not add_seen(older, machine, name)
    with cases.opened(older) as case:
        assert seen.last(case, machine) == noted


def test_which_case_is_at_a_place(tmp_path: Path) -> None:
    machine, place = tmp_path / "seen", tmp_path / "Surname"
    assert seen.at_place(place, machine) is None
    seen.note_place(place, "contrechamp.invalid/case/abcd", machine)
    (tmp_path / "link").symlink_to(place)
    assert seen.at_place(place, machine) == seen.at_place(tmp_path / "link", machine) == "abcd"
    assert seen.at_place(tmp_path / "elsewhere", machine) is None
    seen.note_place(place, "contrechamp.invalid/case/ef", machine)
    assert seen.at_place(place, machine) == "ef"
    assert "Surname" not in str([path.name for path in machine.rglob("*")])
    seen.note_place(place, "contrechamp.invalid/case/ef", Path("/dev/null/nowhere"))  # no error


def test_a_copy_elsewhere_need_not_go_on_from_what_was_seen_here(
    folder: Path, tmp_path: Path
) -> None:
    machine = tmp_path / "seen"
    older = shutil.copytree(folder, tmp_path / "older")
    add_seen(folder, machine, "one.txt")
    with cases.opened(folder) as case:
        seen.note_place(folder, case.file.log_origin, machine, case)
        assert seen.goes_on_at(case, folder, machine)
    with cases.opened(older) as case:
        assert not seen.goes_on_at(case, folder, machine)
        assert seen.goes_on_at(case, older, machine)


def test_half_a_note_tells_nothing(folder: Path, tmp_path: Path) -> None:
    machine = tmp_path / "seen"
    add_seen(folder, machine, "one.txt")
    (note,) = machine.iterdir()
    note.write_text(note.read_text()[:20])
    with cases.opened(folder) as case:
        assert seen.goes_on(case, machine)
