"""Nothing is said to be in a case that a power cut could still take away."""

import ctypes
import os
from contextlib import contextmanager
from pathlib import Path

import pytest

from contrechamp.base import disk
from contrechamp.base.errors import OutputError
from contrechamp.vault import adding, database, objects
from vault import cases


class Power:
    """What of a folder a power cut would leave: what was waited for since it last changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.safe: dict[int, object] = {}  # by inode: a file that is renamed keeps its content

    def state(self, path: Path) -> object:
        """What of a path has to be on the disk: bytes of a file, names in a folder."""
        return {p.name for p in path.iterdir()} if path.is_dir() else path.read_bytes()

    def synced(self, path: Path) -> None:
        self.safe[path.stat().st_ino] = self.state(path)

    def all_synced(self) -> None:
        for path in (self.folder, *self.folder.rglob("*")):
            self.synced(path)

    def is_safe(self, path: Path) -> bool:
        """Whether a file would be there, whole, under its name."""
        if self.safe.get(path.stat().st_ino) != self.state(path):
            return False
        below = path
        while below != self.folder:
            if below.name not in self.safe.get(below.parent.stat().st_ino, ()):
                return False
            below = below.parent
        return True


@pytest.fixture
def power(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Power:
    cases.new(tmp_path / "case")
    power = Power(tmp_path / "case")
    power.all_synced()
    fsync, syncfs = os.fsync, disk.SYNCFS

    def noted_fsync(descriptor: int) -> None:
        fsync(descriptor)
        power.synced(Path(os.readlink(f"/proc/self/fd/{descriptor}")))

    def noted_syncfs(descriptor: int) -> int:
        power.all_synced()
        return syncfs(descriptor)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(disk, "SYNCFS", noted_syncfs)
    return power


@pytest.mark.parametrize("many", [2, 1000])
def test_objects_are_on_the_disk_before_the_database_tells_of_them(
    power: Power, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, many: int
) -> None:
    """The database waits for its own pages; at each of its commits the objects have to be there."""
    monkeypatch.setattr(disk, "MANY", many)
    monkeypatch.setattr(adding, "BATCH_FILES", 5)
    commits = []
    transaction = database.transaction

    @contextmanager
    def watched(db):
        with transaction(db):
            yield
            rows = db.execute("SELECT name, incoming FROM objects").fetchall()
            for name, incoming in rows:
                root = power.folder / objects.FOLDER
                where = power.folder / objects.path_of(name)
                where = root / objects.INCOMING / incoming if incoming else where
                assert power.is_safe(where), (where, len(commits))
            commits.append(len(rows))

    monkeypatch.setattr(database, "transaction", watched)
    cases.files(tmp_path / "source", count=12)
    assert len(cases.add(power.folder, tmp_path / "source")) == 12
    assert commits == [5, 5, 10, 10, 12, 12, 12]


def test_a_disk_that_could_not_write_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def failing(_descriptor: int) -> int:
        ctypes.set_errno(5)
        return -1

    monkeypatch.setattr(disk, "SYNCFS", failing)
    cases.new(tmp_path / "case")
    cases.files(tmp_path / "source", count=12)
    with pytest.raises(OutputError, match="Input/output error"):
        cases.add(tmp_path / "case", tmp_path / "source")
    monkeypatch.undo()
    assert len(cases.add(tmp_path / "case", tmp_path / "source")) == 12


def test_a_disk_that_is_not_known_is_asked_for_each_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(disk, "_KNOWN", set())
    monkeypatch.setattr(disk, "SYNCFS", lambda _descriptor: pytest.fail("asked at once"))
    synced = []
    monkeypatch.setattr(os, "fsync", synced.append)
    paths = [tmp_path / str(number) for number in range(20)]
    for path in paths:
        path.touch()
    with disk.disk_of(tmp_path) as here:
        here.settle(paths, disk.sync)
    assert len(synced) == 20


def test_the_disk_of_these_tests_is_asked_at_once(tmp_path: Path) -> None:
    """Where this fails the other tests say nothing of syncfs: it is no fault of the program."""
    asked = []
    real = disk.SYNCFS
    paths = [tmp_path / str(number) for number in range(20)]
    for path in paths:
        path.touch()
    disk.SYNCFS = lambda descriptor: asked.append(descriptor) or real(descriptor)
    try:
        with disk.disk_of(tmp_path) as here:
            here.settle(paths, disk.sync)
    finally:
        disk.SYNCFS = real
    assert len(asked) == 1
