"""All or nothing: what stood at the output before a run that fails stands there after it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from contrechamp.base.errors import OutputError
from contrechamp.publish.folder import check_writable
from contrechamp.publish.publication import write
from publish import sample

COMMAND = ("contrechamp", "measure", "sample.osm")


def publish_sample(out: Path, *, progress: object = None) -> None:
    town = sample.scene()
    options = {} if progress is None else {"progress": progress}
    write(
        sample.measurement(town),
        town,
        out,
        command=COMMAND,
        language="en",
        **options,  # type: ignore[arg-type]
    )


def content_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*")}


@pytest.mark.slow
@pytest.mark.parametrize("stop", [KeyboardInterrupt, MemoryError, OSError])
@pytest.mark.parametrize("after", [0, 1, 4])
def test_an_interrupted_run_leaves_nothing_behind(
    stop: type[BaseException], after: int, tmp_path: Path
) -> None:
    """The run is stopped before its first file, after the layers, and before its last text."""
    publish_sample(tmp_path / "old")
    before = content_of(tmp_path / "old")

    @contextmanager
    def stopping(label: str, total: float) -> Iterator[Callable[[float], None]]:
        steps = 0

        def advance(amount: float) -> None:
            nonlocal steps
            steps += 1
            if steps > after:
                raise stop

        if after == 0:
            raise stop
        yield advance

    expected = OutputError if stop is OSError else stop
    for out in (tmp_path / "old", tmp_path / "new"):
        with pytest.raises(expected):
            publish_sample(out, progress=stopping)
    assert content_of(tmp_path / "old") == before
    assert [path.name for path in tmp_path.iterdir()] == ["old"]


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "letters"
    out.mkdir()
    (out / "letter.txt").write_text("dear")
    for refused in (check_writable, publish_sample):
        with pytest.raises(OutputError, match=r"letters.*not written by contrechamp"):
            refused(out)
    assert content_of(out) == {"letter.txt": b"dear"}
    assert [path.name for path in tmp_path.iterdir()] == ["letters"]


def test_a_folder_of_ours_with_a_file_of_theirs_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "out"
    publish_sample(out)
    (out / "notes.txt").write_text("mine")
    for refused in (check_writable, publish_sample):
        with pytest.raises(OutputError, match=r"notes\.txt"):
            refused(out)
    assert (out / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("figures", ["{}", "[1]", "no json", '{"schema": "other/1", "files": []}'])
def test_a_figures_json_of_another_program_does_not_make_it_ours(
    figures: str, tmp_path: Path
) -> None:
    (tmp_path / "figures.json").write_text(figures)
    with pytest.raises(OutputError):
        check_writable(tmp_path)


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")
    for out in (tmp_path / "file", tmp_path / "file" / "out"):
        with pytest.raises(OutputError):
            check_writable(out)
        with pytest.raises(OutputError):
            publish_sample(out)
    assert (tmp_path / "file").read_text() == "text"


def test_an_empty_folder_and_a_missing_one_are_welcome(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for out in (tmp_path / "empty", tmp_path / "a" / "b" / "c"):
        check_writable(out)
        publish_sample(out)
        check_writable(out)
    assert not (tmp_path / ".empty").exists()


def test_asking_leaves_no_trace(tmp_path: Path) -> None:
    check_writable(tmp_path / "a" / "b")
    assert list(tmp_path.iterdir()) == []


def test_a_place_where_nothing_can_be_written_is_an_output_error() -> None:
    """/proc takes no folder from anybody, root or not."""
    out = Path("/proc/contrechamp-out")
    with pytest.raises(OutputError, match="cannot be written"):
        check_writable(out)
    with pytest.raises(OutputError, match="cannot be written"):
        publish_sample(out)


def test_a_link_to_a_folder_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    publish_sample(tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "index.html").exists()
