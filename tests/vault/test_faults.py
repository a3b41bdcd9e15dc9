"""Disks that fail, fill up or cannot be written to: one clear error, and nothing lost."""

import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from vault import cases
from vault.crashing import Worker, check, findings, sample, worker
from vault.sweeping import DEEDS, Stage, every_call, run_with_fault, stage

pytestmark = pytest.mark.slow

#: Nobody in particular: for root, no folder is read-only.
NOBODY = 65534
UNPRIVILEGED = {"uid": NOBODY} if os.geteuid() == 0 else {}


@pytest.fixture(scope="module")
def hands() -> Iterator[Worker]:
    with worker() as started:
        yield started


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return stage(tmp_path_factory.mktemp("faults"))


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that anybody reaches, for files of somebody else's."""
    folder = Path(tempfile.mkdtemp(prefix="contrechamp-test-"))
    folder.chmod(0o755)
    yield folder
    give(folder, 0o755)
    shutil.rmtree(folder)


def give(folder: Path, mode: int = 0o755) -> None:
    """Give a folder, with all that is in it, to the user who does not have every right."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(mode if path.is_dir() else mode & 0o666)
        if UNPRIVILEGED:
            os.chown(path, NOBODY, NOBODY)


def ended(said: list[dict]) -> dict:
    (told,) = [told for told in said if "calls" in told]
    return told


@pytest.mark.parametrize("deed", DEEDS)
def test_every_write_sync_and_rename_may_fail(scene: Stage, hands: Worker, deed: str) -> None:
    met = 0
    for _at, told in every_call(scene, hands, deed):
        assert told is not None
        assert told["error"] is None or told["clear"], told["trace"]
        met += told["error"] is not None
    assert met > 20


@pytest.mark.parametrize("deed", DEEDS)
def test_a_disk_that_is_full_from_some_moment_on(scene: Stage, hands: Worker, deed: str) -> None:
    """Every seventh moment; `make soak` takes every one, and other errors."""
    for _at, told in every_call(scene, hands, deed, step=7, lasting=True, error=errno.ENOSPC):
        assert told is not None
        assert told["error"] is None or told["clear"], told["trace"]


def test_a_new_case_is_there_whole_or_not_at_all(hands: Worker, tmp_path: Path) -> None:
    at = 0
    while True:
        at += 1
        folder = tmp_path / f"{at}/case"
        folder.parent.mkdir()
        told = ended(
            hands.run("create", folder, conditions={"fault": {"at": at}}, secret=cases.PASSPHRASE)
        )
        if folder.exists():
            assert findings(folder) == []
        if len(told["calls"]) < at:
            break
        assert told["error"] is None or told["clear"], told["trace"]
        assert folder.exists() or told["error"]
        assert [path.name for path in folder.parent.iterdir()] == ["case"] * folder.exists()
    assert at > 20
    assert folder.exists()


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("share_of_database", [0.0, 0.5, 1.0, 1.3])
def test_no_room_for_larger_files(
    scene: Stage, hands: Worker, deed: str, share_of_database: float
) -> None:
    """RLIMIT_FSIZE: what the operating system itself refuses to write."""
    size = int((scene.case / "case.db").stat().st_size * share_of_database)
    told = run_with_fault(scene, hands, deed, {}, file_size=size)
    assert told is not None
    assert told["error"] is None or told["clear"], told["trace"]
    # Half of the database is enough where all that changes stands in its first half.
    assert told["error"] or share_of_database > 0


def test_an_object_that_does_not_fit(hands: Worker, tmp_path: Path) -> None:
    known = sample(tmp_path / "case", tmp_path / "source")
    large = tmp_path / "large"
    large.write_bytes(os.urandom(1 << 20))
    said = hands.run(
        "add", tmp_path / "case", conditions={"file_size": 500_000},
        secret=known.secret, material=str(large),
    )  # fmt: skip
    assert ended(said)["error"] == "OutputError"
    assert "large" in ended(said)["message"].lower()  # EFBIG: File too large
    check(tmp_path / "case", known)


@pytest.mark.parametrize("deed", DEEDS)
def test_a_read_only_folder_is_read_and_not_written(
    scene: Stage, hands: Worker, public: Path, deed: str
) -> None:
    folder = public / "case"
    shutil.copytree(scene.case, folder)
    (folder / "case.lock").unlink()
    give(folder)
    give(folder, 0o555)
    before = everything_in(folder)
    said = hands.run("look", folder, conditions=UNPRIVILEGED, secret=cases.PASSPHRASE)
    assert said[0] == {"verified": [], "size": 6}
    given = scene.given[deed]
    if deed == "add":
        given = {"material": shutil.copytree(given["material"], str(public / "more"))}
    told = ended(hands.run(deed, folder, conditions=UNPRIVILEGED, secret=cases.PASSPHRASE, **given))
    assert told["clear"], told
    assert everything_in(folder) == before


def test_an_interrupted_case_on_a_read_only_disk_is_not_read_by_half(
    scene: Stage, hands: Worker, public: Path
) -> None:
    """Pages of a half-written database must not be taken for the database."""
    seen = set()
    for at in range(30, 60, 3):
        folder = public / f"case-{at}"
        shutil.copytree(scene.case, folder)
        conditions = {"fault": {"at": at, "kill": True}}
        hands.run(
            "unshare", folder, conditions=conditions, secret=cases.PASSPHRASE, name="Sample Two"
        )
        give(folder)
        give(folder, 0o555)
        told = hands.run("look", folder, conditions=UNPRIVILEGED, secret=cases.PASSPHRASE)
        if ended(told)["error"]:
            assert "was interrupted" in ended(told)["message"]
        else:
            # What was not finished may show, and the next writer puts it right.
            assert {kind for kind, _subject in told[0]["verified"]} <= {"interrupted"}, at
        seen.add(ended(told)["error"])
    assert seen == {None, "InputError"}


@pytest.mark.parametrize("locked", ["objects", "objects/incoming", "."])
def test_permission_lost_halfway(hands: Worker, public: Path, locked: str) -> None:
    known = sample(public / "case", public / "source")
    cases.files(public / "more", count=7)
    give(public)
    said = hands.run(
        "add_until_locked", public / "case", conditions=UNPRIVILEGED,
        secret=known.secret, material=str(public / "more"), locked=locked,
    )  # fmt: skip
    told = ended(said)
    assert told["clear"], told["trace"]
    give(public / "case")
    acknowledged = [one for one in said if "added" in one]
    assert 0 < len(acknowledged) < 7
    known.hear(said)
    check(public / "case", known)


def everything_in(folder: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(folder)): None
        if stat.S_ISDIR(path.lstat().st_mode)
        else path.read_bytes()
        for path in folder.rglob("*")
    }
