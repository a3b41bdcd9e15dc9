"""The run over files and folders: names, checks, refusals, interruption, a full disk."""

import json
import os
import pkgutil
import resource
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from PIL import Image

from contrechamp.base.errors import CheckFailedError, InputError, OutputError, UsageError
from contrechamp.base.progress import Progress
from contrechamp.cell.running import Cell, Room
from contrechamp.redact import masking
from contrechamp.redact.masking import Settings, mask_files
from contrechamp.redact.outcome import Kind, Outcome, to_json
from contrechamp.redact.process.job import MaskingJob
from contrechamp.redact.request import Request
from contrechamp.redact.sidecar import FORMAT
from contrechamp.redact.sources import gather
from redact.copies import picture

PHOTO = picture(".jpg")


@pytest.fixture(autouse=True)
def painting(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Use a small masker for images; return the way to use another."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))

    def use(name: str) -> None:
        monkeypatch.setitem(masking.MASKERS, "image", f"redact.small_maskers:{name}")

    use("paints")
    return use


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    (folder / "sub").mkdir(parents=True)
    for name in ("Ada B. at home.jpg", "sub/Ada B. at home.jpeg", "wrong.txt"):
        (folder / name).write_bytes(PHOTO)
    return folder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def state(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(path): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.slow
def test_every_kind_has_a_masker() -> None:
    # Archives and mail have none: each part has that of its own kind.
    assert {*masking.MASKERS, "archive", "mail"} == set(get_args(Kind))
    assert all(callable(pkgutil.resolve_name(one)) for one in masking.MASKERS.values())


def test_copies_have_neutral_names_and_no_date_and_sources_stay(
    photos: Path, tmp_path: Path
) -> None:
    before = state(photos)
    out = tmp_path / "out"
    run = mask_files(gather([photos]).files, out, Settings())
    assert run.exit_status == 0
    assert state(photos) == before
    assert names(out) == ["masked", "review"]
    assert names(out / "masked") == ["image-001.jpg", "image-002.jpg", "image-003.jpg"]
    assert {path.stat().st_mtime for path in (out / "masked").iterdir()} == {315_532_800}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (out / "masked").iterdir()} == {0o600}
    assert not any(b"Ada" in path.read_bytes() for path in (out / "masked").iterdir())
    told = json.loads((out / "review" / "run.json").read_text())
    assert {one["source"]: one["copy"] for one in told["masked"]} == {
        str(photos / "Ada B. at home.jpg"): "masked/image-001.jpg",
        str(photos / "sub/Ada B. at home.jpeg"): "masked/image-002.jpg",
        str(photos / "wrong.txt"): "masked/image-003.jpg",
    }
    sheet = (out / "review" / "image-003.jpg.html").read_text()
    assert "JPEG, despite its name" in sheet


@pytest.mark.slow
def test_names_are_kept_on_request(photos: Path, tmp_path: Path) -> None:
    (photos / 'a:b*"c\n.jpg').write_bytes(PHOTO)
    out = tmp_path / "out"
    mask_files(gather([photos]).files, out, Settings(keep_names=True))
    assert names(out / "masked") == [
        "Ada B. at home-2.jpg",
        "Ada B. at home.jpg",
        "a_b__c_n.jpg",
        "wrong.jpg",
    ]


@pytest.mark.parametrize(
    ("masker", "says"),
    [
        ("leaves_metadata", r"failed a check and was deleted: .*marker E1.*exiftool"),
        ("finds_a_fault", r"failed a check and was deleted: covered pixels constant: 3 pixels"),
    ],
)
def test_a_failed_check_deletes_the_copy_and_says_why(
    photos: Path, tmp_path: Path, painting: Callable[[str], None], masker: str, says: str
) -> None:
    painting(masker)
    out = tmp_path / "out"
    run = mask_files(gather([photos / "wrong.txt"]).files, out, Settings())
    assert run.exit_status == 1
    assert names(out / "masked") == []
    assert names(out / "review") == ["index.html", "run.json"]
    with pytest.raises(CheckFailedError, match=says):
        raise run.unmasked[0].error
    assert "failed a check" in (out / "review" / "index.html").read_text()


def test_one_refused_file_stops_no_other(photos: Path, tmp_path: Path) -> None:
    (photos / "b.psd").write_bytes(b"8BPS")
    (photos / "cut.jpg").write_bytes(b"")
    out = tmp_path / "out"
    told: list[object] = []
    given = [photos / name for name in ("b.psd", "cut.jpg", "wrong.txt")]
    run = mask_files(gather(given).files, out, Settings(), on_done=told.append)
    assert run.exit_status == 2
    assert names(out / "masked") == ["image-001.jpg"]
    assert [one.source for one in run.unmasked] == [str(photos / "b.psd"), str(photos / "cut.jpg")]
    assert len(told) == 3
    run.unmasked.append(masking.Unmasked("x", CheckFailedError("x")))
    assert run.exit_status == 1


def test_nothing_of_a_refused_file_stays(
    photos: Path, tmp_path: Path, painting: Callable[[str], None]
) -> None:
    painting("refuses")
    out = tmp_path / "out"
    mask_files(gather([photos / "wrong.txt"]).files, out, Settings())
    assert names(out) == ["masked", "review"]
    assert names(out / "masked") == []


def test_a_folder_with_something_in_it_is_refused_and_untouched(
    photos: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine").write_bytes(b"mine")
    for taken in (out, out / "mine"):
        with pytest.raises(OutputError, match="choose a new or empty folder with -o"):
            mask_files(gather([photos]).files, taken, Settings())
    assert names(out) == ["mine"]


@pytest.mark.slow
def test_interrupted_it_keeps_what_was_done_and_nothing_half_done(
    photos: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    done: list[object] = []

    def tell(one: object) -> None:
        done.append(one)
        if len(done) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mask_files(gather([photos]).files, out, Settings(), on_done=tell)
    assert names(out) == ["masked", "review"]
    assert names(out / "masked") == ["image-001.jpg", "image-002.jpg"]
    assert len(json.loads((out / "review" / "run.json").read_text())["masked"]) == 2


def test_interrupted_in_the_first_file_it_leaves_nothing(
    photos: Path, tmp_path: Path, painting: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(masking.MASKERS, "image", "redact.rogue_maskers:hangs")

    @contextmanager
    def progress(label: str, total: float) -> Iterator[Callable[[float], None]]:
        [workshop] = (path for path in out.iterdir() if path.name.startswith("."))
        assert stat.S_IMODE(workshop.stat().st_mode) == 0o700
        raise KeyboardInterrupt
        yield

    out = tmp_path / "new" / "out"
    with pytest.raises(KeyboardInterrupt):
        mask_files(gather([photos]).files, out, Settings(), progress=progress)
    assert not out.exists()


def test_a_full_disk_leaves_nothing_under_a_final_name(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(masking.MASKERS, "image", "redact.rogue_maskers:fills_the_disk")
    real = masking.limits_for
    monkeypatch.setattr(
        masking,
        "limits_for",
        lambda path, **said: replace(real(path, **said), file_bytes=1 << 20),
    )
    out = tmp_path / "out"
    run = mask_files(gather([photos / "wrong.txt"]).files, out, Settings())
    assert names(out / "masked") == []
    with pytest.raises(OutputError, match=r"wrong\.txt: no room"):
        raise run.unmasked[0].error


def test_folders_however_deep_leave_nothing_behind(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(masking.MASKERS, "image", "redact.rogue_maskers:digs")
    out = tmp_path / "out"
    run = mask_files(gather([photos / "wrong.txt"]).files, out, Settings())
    assert "is dug" in str(run.unmasked[0].error)
    assert names(out) == ["masked", "review"]


def test_no_room_for_the_review_leaves_no_copy(photos: Path, tmp_path: Path) -> None:
    """Only this process is short of room: the masker's own limit is its own."""
    out = tmp_path / "out"
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2048, before[1]))
    try:
        with pytest.raises(OutputError, match=r"index\.html: cannot be written"):
            mask_files(gather([photos / "wrong.txt"]).files, out, Settings())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not out.exists()


def boxes(*corners: list[float]) -> str:
    return json.dumps({"format": FORMAT, "cover": [{"box": box} for box in corners]})


@pytest.mark.slow
def test_boxes_lie_beside_the_file_or_in_a_folder(photos: Path, tmp_path: Path) -> None:
    photo = photos / "wrong.txt"
    (photos / "wrong.txt.boxes.json").write_text(boxes([0, 0, 5, 5]))
    run = mask_files(gather([photo]).files, tmp_path / "beside", Settings())
    assert len(run.masked[0].outcome.covered) == 2
    elsewhere = tmp_path / "boxes"
    elsewhere.mkdir()
    (elsewhere / "wrong.txt.boxes.json").write_text(boxes([0, 0, 5, 5], [9, 9, 20, 20]))
    run = mask_files(gather([photo], elsewhere).files, tmp_path / "elsewhere", Settings())
    assert len(run.masked[0].outcome.covered) == 3
    sidecar = elsewhere / "wrong.txt.boxes.json"
    assert [one.boxes for one in gather([photo], sidecar).files] == [sidecar]


def test_boxes_of_one_name_are_not_those_of_two_files(photos: Path, tmp_path: Path) -> None:
    (photos / "sub" / "wrong.txt").write_bytes(PHOTO)
    elsewhere = tmp_path / "boxes"
    elsewhere.mkdir()
    (elsewhere / "wrong.txt.boxes.json").write_text(boxes([0, 0, 5, 5]))
    [refused] = gather([photos], elsewhere).refused
    assert "wrong.txt: its boxes" in str(refused)
    assert "belong to another file of the same name" in str(refused)


def test_boxes_for_no_file_are_told(photos: Path, tmp_path: Path) -> None:
    (photos / "wrong.jpg.boxes.json").write_text(boxes())
    [refused] = gather([photos]).refused
    assert "holds boxes for wrong.jpg, which is not among the files" in str(refused)
    [refused] = gather([photos / "wrong.txt"], photos).refused
    assert "wrong.jpg" in str(refused)
    with pytest.raises(UsageError, match="there is no such file or folder"):
        gather([photos], tmp_path / "none")
    with pytest.raises(UsageError, match="is for one file, but there are 3"):
        gather([photos], photos / "wrong.jpg.boxes.json")


@pytest.mark.parametrize(
    ("sidecar", "says"),
    [
        (None, "has no boxes, and --boxes-only covers nothing else"),
        ("{}", r'wrong\.txt\.boxes\.json: format: expected "contrechamp/boxes-1"'),
    ],
)
def test_wrong_or_missing_boxes_refuse_the_file(
    photos: Path, tmp_path: Path, sidecar: str | None, says: str
) -> None:
    if sidecar:
        (photos / "wrong.txt.boxes.json").write_text(sidecar)
    manner = Settings(Request(boxes_only=True))
    run = mask_files(gather([photos / "wrong.txt"]).files, tmp_path / "out", manner)
    with pytest.raises(InputError, match=says):
        raise run.unmasked[0].error


def test_links_devices_and_hidden_files_are_not_followed(photos: Path) -> None:
    (photos / "link.jpg").symlink_to(photos / "wrong.txt")
    (photos / "folder").symlink_to("/etc")
    os.mkfifo(photos / "pipe.jpg")
    (photos / ".thumbnails").mkdir()
    (photos / ".thumbnails" / "a.jpg").write_bytes(PHOTO)
    found = gather([photos, photos / "wrong.txt", photos / "none"])
    assert [source.path.name for source in found.files] == [
        "Ada B. at home.jpg",
        "Ada B. at home.jpeg",
        "wrong.txt",
    ]
    assert sorted(error.where for error in found.refused) == sorted(
        str(photos / name) for name in ("link.jpg", "folder", "pipe.jpg", "none")
    )
    assert found.left_out == [f"{photos / '.thumbnails'}: hidden, left out"]


def test_names_that_would_act_on_a_terminal_are_shown_harmless(photos: Path) -> None:
    evil = os.fsencode(photos) + b"/\x1b[31m\xff.jpg"
    with open(evil, "wb") as file:
        file.write(PHOTO)
    shown = [source.name for source in gather([photos]).files]
    assert rf"{photos}/\x1b[31m\xff.jpg" in shown


@pytest.mark.parametrize("make", [Path.symlink_to, Path.hardlink_to])
def test_a_link_in_place_of_the_copy_lets_nothing_else_leave(
    photos: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    make: Callable[[Path, Path], None],
) -> None:
    """As a taken-over masker could do where there is no Landlock; the checks would pass."""

    def links(_cell: Cell, job: MaskingJob, _progress: Progress) -> object:
        make(job.target, photos / "wrong.txt")
        return to_json(Outcome("image"))

    monkeypatch.setattr(masking, "run_job", links)
    out = tmp_path / "out"
    run = mask_files(gather([photos / "wrong.txt"]).files, out, Settings())
    assert names(out / "masked") == []
    assert "no copy" in str(run.unmasked[0].error)
    assert (photos / "wrong.txt").read_bytes() == PHOTO


def test_who_reads_the_copy_again_cannot_change_it(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rooms: list[Room] = []
    real = Cell.__init__

    def noting(cell: Cell, room: Room, *rest: Any, **more: Any) -> None:
        rooms.append(room)
        real(cell, room, *rest, **more)

    monkeypatch.setattr(Cell, "__init__", noting)
    mask_files(gather([photos / "wrong.txt"]).files, tmp_path / "out", Settings())
    [_telling_the_kind, _masking, reading] = rooms
    [copy] = reading.readable
    assert copy.name == "copy.jpg"
    assert not copy.is_relative_to(reading.workshop)


def test_a_fault_of_ours_is_told_for_its_file_alone(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(masking.MASKERS, "image", "redact.rogue_maskers:lies")
    run = mask_files(gather([photos / "wrong.txt"]).files, tmp_path / "out", Settings())
    [unmasked] = run.unmasked
    assert "wrong.txt: this should not have happened" in str(unmasked.error)
    assert "please report it" in str(unmasked.error)


def plain(folder: Path, *colours: tuple[int, int, int]) -> Path:
    folder.mkdir()
    for number, colour in enumerate(colours):
        Image.new("RGB", (96, 64), colour).save(folder / f"{number}.png")
    return folder


def test_a_file_that_crashes_its_reader_fails_alone_and_names_keep_the_order(
    tmp_path: Path, painting: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first takes longest, the third crashes: copies are as those of runs of one file."""
    monkeypatch.setattr(masking, "at_once", lambda files, threads: 3)
    painting("paints_or_crashes")
    colours = [(0, 255, 0), (10, 20, 30), (255, 0, 0), (40, 50, 60), (70, 80, 90)]
    sources = gather([plain(tmp_path / "photos", *colours)]).files
    run = mask_files(sources, tmp_path / "out", Settings())
    assert [Path(one.source).name for one in run.masked] == ["0.png", "1.png", "3.png", "4.png"]
    assert [one.copy.name for one in run.masked] == [f"image-00{n}.png" for n in (1, 2, 3, 4)]
    [failed] = run.unmasked
    assert Path(failed.source).name == "2.png"
    assert "crashed its decoder (SIGABRT)" in str(failed.error)
    assert names(tmp_path / "out") == ["masked", "review"]
    for one in run.masked:
        [source] = [source for source in sources if source.name == one.source]
        alone = mask_files([source], tmp_path / f"alone-{one.copy.stem}", Settings())
        assert alone.masked[0].copy.read_bytes() == one.copy.read_bytes()
        assert alone.masked[0].outcome == one.outcome


def test_files_that_are_worked_on_at_once_reach_no_other(
    tmp_path: Path, painting: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has processes and a folder of its own: one tells its kind, and one masks it."""
    seen: list[tuple[tuple[Path, ...], Path]] = []
    started = Cell.__init__

    def noting(self: Cell, room: Room, *rest: Any, **options: Any) -> None:
        seen.append((room.readable, room.workshop))
        started(self, room, *rest, **options)

    monkeypatch.setattr(Cell, "__init__", noting)
    monkeypatch.setattr(masking, "at_once", lambda files, threads: 2)
    sources = gather([plain(tmp_path / "photos", (1, 2, 3), (4, 5, 6), (7, 8, 9))]).files
    mask_files(sources, tmp_path / "out", Settings())
    reading = [(files, folder) for files, folder in seen if files[0].parent.name == "photos"]
    assert sorted(files for files, _folder in reading) == [
        (source.path.absolute(),) for source in sources for _process in range(2)
    ]
    assert len({folder for _files, folder in reading}) == len(sources)


def test_interrupted_it_ends_what_works_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(masking.MASKERS, "image", "redact.rogue_maskers:hangs")
    monkeypatch.setattr(masking, "at_once", lambda files, threads: 2)

    @contextmanager
    def progress(label: str, total: float) -> Iterator[Callable[[float], None]]:
        raise KeyboardInterrupt
        yield

    sources = gather([plain(tmp_path / "photos", (1, 2, 3), (4, 5, 6), (7, 8, 9))]).files
    with pytest.raises(KeyboardInterrupt):
        mask_files(sources, tmp_path / "out", Settings(), progress=progress)
    assert not (tmp_path / "out").exists()
