"""Files and folders of the user: whole or not at all, and one wording for what fails."""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contrechamp.base import files
from contrechamp.base.errors import InputError, OutputError


@pytest.fixture(autouse=True)
def _usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def fill(folder: Path, text: str = "new") -> None:
    (folder / "below").mkdir()
    (folder / "below" / "file").write_text(text)


def welcome(_path: Path) -> None:
    """Refuse nothing."""


def test_a_new_folder_has_its_name_only_when_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "a" / "out"
    with files.new_folder(target) as partial:
        assert stat.S_IMODE(partial.stat().st_mode) == 0o700
        assert partial.parent == target.parent
        fill(partial)
        assert not target.exists()
    assert (target / "below" / "file").read_text() == "new"
    assert [one.name for one in target.parent.iterdir()] == ["out"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o700


def test_where_there_are_no_rights_it_is_written_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a stick with FAT, which lets nobody take rights away."""

    def refuse(*_arguments: object, **_more: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "chmod", refuse)
    with files.new_folder(tmp_path / "out") as partial:
        (partial / "file").write_text("SAMPLE")
    assert (tmp_path / "out" / "file").read_text() == "SAMPLE"


@pytest.mark.parametrize(
    "stop", [KeyboardInterrupt(), MemoryError(), OSError(errno.ENOSPC, "No space left on device")]
)
@pytest.mark.parametrize("before", ["", "old"])
def test_what_stops_it_leaves_everything_as_it_was(
    before: str, stop: BaseException, tmp_path: Path
) -> None:
    target = tmp_path / "out"
    if before:
        target.mkdir()
        fill(target, before)

    def stopped() -> None:
        with files.new_folder(target, refuse=welcome) as partial:
            fill(partial)
            raise stop

    expected = OutputError if isinstance(stop, OSError) else type(stop)
    with pytest.raises(expected) as told:
        stopped()
    assert [one.name for one in tmp_path.iterdir()] == ([target.name] if before else [])
    assert not before or (target / "below" / "file").read_text() == before
    if expected is OutputError:
        assert str(told.value) == "out: cannot be written (No space left on device)"


def test_a_rename_that_fails_puts_back_what_stood_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out"
    target.mkdir()
    fill(target, "old")
    rename = Path.rename

    def failing(self: Path, to: Path) -> Path:
        if to == target and (self / "below" / "file").read_text() == "new":
            raise OSError(errno.EIO, "Input/output error")
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", failing)
    with (
        pytest.raises(OutputError, match="Input/output error"),
        files.new_folder(target, refuse=welcome) as partial,
    ):
        fill(partial)
    assert (target / "below" / "file").read_text() == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("there", [Path.mkdir, Path.touch, lambda path: path.symlink_to("none")])
@pytest.mark.parametrize("when", ["before", "meanwhile"])
def test_what_stands_there_stays(when: str, there: Callable[[Path], None], tmp_path: Path) -> None:
    target = tmp_path / "out"
    if when == "before":
        there(target)
    begun = []

    def make() -> None:
        with files.new_folder(target) as partial:
            begun.append(partial)
            fill(partial)
            there(target)

    with pytest.raises(OutputError, match="out: already exists; choose another name"):
        make()
    assert bool(begun) == (when == "meanwhile")
    assert [one.name for one in tmp_path.iterdir()] == ["out"]
    assert not (target / "below").exists()


def test_no_link_that_was_planted_is_followed(tmp_path: Path) -> None:
    """Of the names that were used once, none can be taken in advance."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name in (".out.partial", ".out.writing"):
        (tmp_path / name).symlink_to(elsewhere)
    with files.new_folder(tmp_path / "out") as partial:
        fill(partial)
    with files.new_file(tmp_path / "file") as written:
        written.write_text("new")
    assert list(elsewhere.iterdir()) == []
    assert all((tmp_path / name).is_symlink() for name in (".out.partial", ".out.writing"))


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "file"
    target.write_text("old")

    def half() -> None:
        with files.new_file(target, advice="take another") as partial:
            partial.write_text("half")
            raise OSError(errno.ENOSPC, "full")

    with pytest.raises(OutputError, match=r"^file: cannot be written \(full\); take another$"):
        half()
    assert (target.read_text(), len(list(tmp_path.iterdir()))) == ("old", 1)
    with files.new_file(target) as partial:
        partial.write_text("new")
        assert target.read_text() == "old"
    assert (target.read_text(), len(list(tmp_path.iterdir()))) == ("new", 1)


def test_only_plain_files_are_opened_and_nothing_is_waited_for(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"12345")
    (tmp_path / "link").symlink_to("file")
    os.mkfifo(tmp_path / "pipe")
    with files.open_plain(tmp_path / "file", where="f") as file:
        assert file.read() == b"12345"
    with files.open_plain(tmp_path / "link", where="f", follow=True) as file:
        assert file.read() == b"12345"
    with pytest.raises(InputError, match=r"^f: cannot be read \(Too many levels"):
        files.open_plain(tmp_path / "link", where="f")
    for other in (tmp_path / "pipe", tmp_path):
        with pytest.raises(InputError, match=r"^f: not a regular file$"):
            files.open_plain(other, where="f")
    content = (tmp_path / "file").read_bytes()
    assert files.read_bounded(tmp_path / "file", len(content), where="f") == content
    with pytest.raises(InputError, match=r"^f: it holds more than 0 kB"):
        files.read_bounded(tmp_path / "file", len(content) - 1, where="f")


@pytest.mark.parametrize(
    ("limit", "size"), [(1 << 16, "65 kB"), (10**6, "1 MB"), (1 << 29, "536 MB")]
)
def test_a_limit_is_told_in_round_units_and_never_higher_than_it_is(limit: int, size: str) -> None:
    told = str(files.too_large("f", limit, "split it"))
    assert told == f"f: it holds more than {size}, which is more than is read at once; split it"


def test_what_cannot_be_read_is_told_with_place_reason_and_advice() -> None:
    error = FileNotFoundError(errno.ENOENT, "No such file or directory", "/home/somebody/secret")
    told = str(files.unreadable("f", error, "look again"))
    assert told == "f: cannot be read (No such file or directory); look again"
    assert str(files.unreadable("f", form="GPX")) == "f: cannot be read as GPX"


def test_a_planted_link_is_replaced_and_what_it_leads_to_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "own.txt").write_text("mine")
    (tmp_path / "stick").mkdir()
    (tmp_path / "stick" / "out.geojson").symlink_to(tmp_path / "own.txt")
    with files.new_file(tmp_path / "stick" / "out.geojson") as partial:
        partial.write_text("SAMPLE")
    assert (tmp_path / "own.txt").read_text() == "mine"
    assert not (tmp_path / "stick" / "out.geojson").is_symlink()
    assert (tmp_path / "stick" / "out.geojson").read_text() == "SAMPLE"
