"""A cell with a scratch workshop, as LibreOffice needs it: it may remove there, not elsewhere."""

from pathlib import Path

import pytest

from cell.test_running import LIMITS, TESTS, closes
from contrechamp.cell.confinement import REQUIRED
from contrechamp.cell.running import Cell, Room

WITHIN = {"rename within", "remove within", "remove a folder within"}


@closes
@pytest.mark.parametrize("scratch", [False, True])
def test_only_what_lies_in_its_workshop_can_be_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scratch: bool
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(TESTS))
    (tmp_path / "home").mkdir()
    (tmp_path / "home/file").write_text("of the user")
    workshop = tmp_path / "workshop"
    workshop.mkdir()
    room = Room(LIMITS, "en", (tmp_path / "home/file",), workshop, scratch=scratch)
    with Cell(room, "file") as cell:
        assert cell.restrictions == REQUIRED
        said = {"workshop": str(workshop), "file": str(tmp_path / "home/file")}
        found = cell.call("cell.rogues:meddles", said)
    done = {name for name, what in found.items() if what == "done"}
    assert done == (WITHIN if scratch else set())
    assert (tmp_path / "home/file").read_text() == "of the user"
    assert [one.name for one in (tmp_path / "home").iterdir()] == ["file"]
    assert not any(one.is_symlink() for one in workshop.iterdir())


@closes
def test_libraries_can_be_read_and_their_neighbours_cannot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(TESTS))
    for name in ("own", "other", "workshop"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text("of the user")
    room = Room(LIMITS, "en", (), tmp_path / "workshop", libraries=(tmp_path / "own",))
    with Cell(room, "file") as cell:
        said = {"workshop": str(room.workshop), "file": str(tmp_path / "own/file")}
        assert cell.call("cell.rogues:reads", said) == "of the user"
        with pytest.raises(Exception, match="PermissionError"):
            cell.call("cell.rogues:reads", {**said, "file": str(tmp_path / "other/file")})
