"""A file is taken in whatever it does to the reader of its metadata, and its record says so."""

import io
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from contrechamp.cell import closed
from contrechamp.dossier.reading import lookup
from contrechamp.vault.metadata import reading
from contrechamp.vault.verifying import verify
from vault import cases, credentials

TESTS = Path(__file__).parents[1]


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Put another function in the place of the one that reads metadata."""
    monkeypatch.setenv("PYTHONPATH", str(TESTS))

    def use(function: str, **limits: float) -> None:
        process = replace(reading.LIMITS.process, **limits)
        monkeypatch.setattr(reading, "LIMITS", replace(reading.LIMITS, process=process))
        monkeypatch.setattr(reading, "READER", f"cell.rogue_readers:{function}")
        monkeypatch.setattr(reading, "arguments", lambda announced: {})

    return use


def photo(path: Path, maker: str = "SAMPLE maker") -> Path:
    exif = Image.Exif()
    exif[271] = maker
    Image.new("RGB", (8, 6)).save(path, "JPEG", exif=exif)
    return path


def states(folder: Path) -> dict[str, dict]:
    with cases.opened(folder) as case:
        rows = case.database.execute("SELECT subject FROM records WHERE subject LIKE 'item/%'")
        found = [lookup.item_state(case, lookup.id_of(ref)) or {} for (ref,) in rows.fetchall()]
    return {str(state["name"]): state for state in found}


@pytest.mark.parametrize(
    ("function", "limits", "reason"),
    [
        ("crashes", {}, "crashed"),
        ("leaves", {}, "crashed"),
        ("hangs", {"stall_s": 0.3}, "time"),
        ("loops", {"cpu_s": 1}, "time"),
        ("eats_memory", {"memory_bytes": 300 << 20}, "memory"),
        ("streams", {}, "endless"),
        ("stumbles", {}, "failed"),
        ("refuses", {}, "nonsense"),
        ("names", {}, "nonsense"),  # which yields a value of another form
    ],
)
def test_a_photo_is_added_although_its_reader_ends(
    tmp_path: Path, reader: Callable[..., None], function: str, limits: dict, reason: str
) -> None:
    cases.new(tmp_path / "case")
    reader(function, **limits)
    (added,) = cases.add(tmp_path / "case", photo(tmp_path / "a.jpg"))
    assert added.unread == reason
    state = states(tmp_path / "case")["a.jpg"]
    assert state["metadata_unread"] == reason
    assert state["media_type"] == "image/jpeg"
    assert "exif" not in state
    with cases.opened(tmp_path / "case") as case:
        assert verify(case) == []


FORGED = [
    [],
    [{"media_type": "image/png"}, {"media_type": "image/png"}],
    ["image/png"],
    [{"media_type": 3}],
    [{"exif": {"Image Make": 3}}],
    [{"exif": ["Image Make"]}],
    [{"sha256": "0" * 64}],
    [{"erased_at": "2026-05-01T12:00:00Z"}],
    [{"capture": {"records": 1.5}}],
    [{"movie": {"title": "\ud800"}}],
    [{"capture": {"a": [[[[[[[[[[[[[[[[[["deep"]]]]]]]]]]]]]]]]]]}}],
]


@pytest.mark.parametrize("forged", FORGED)
def test_a_reader_that_was_taken_over_writes_nothing_else_into_a_record(
    tmp_path: Path, reader: Callable[..., None], forged: list, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases.new(tmp_path / "case")
    reader("says")
    monkeypatch.setattr(reading, "arguments", lambda announced: {"what": forged})
    cases.add(tmp_path / "case", photo(tmp_path / "a.jpg"))
    state = states(tmp_path / "case")["a.jpg"]
    assert state["metadata_unread"] == "nonsense"
    assert state["size"] == str((tmp_path / "a.jpg").stat().st_size)
    assert set(state) == {
        "name", "size", "sha256", "blake3", "modified_ns", "media_type", "metadata_unread",
    }  # fmt: skip


def test_one_file_does_not_touch_the_next(tmp_path: Path, reader: Callable[..., None]) -> None:
    """The reader crashes on what it knows for hostile, and reads the others."""
    cases.new(tmp_path / "case")
    reader("crashes_on_some")
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(6):
        photo(folder / f"{number}.jpg", "hostile" if number % 2 else f"SAMPLE {number}")
    assert len(cases.add(tmp_path / "case", folder)) == 6
    found = states(tmp_path / "case")
    for number in range(6):
        state = found[f"photos/{number}.jpg"]
        if number % 2:
            assert state["metadata_unread"] == "crashed"
        else:
            assert state["exif"] == {"Image Make": f"SAMPLE {number}"}


def test_what_the_readers_find_stands_in_the_record(tmp_path: Path) -> None:
    cases.new(tmp_path / "case")
    (tmp_path / "signed.jpg").write_bytes(credentials.picture())
    cases.add(tmp_path / "case", photo(tmp_path / "a.jpg"), tmp_path / "signed.jpg")
    found = states(tmp_path / "case")
    assert found["a.jpg"]["exif"] == {"Image Make": "SAMPLE maker"}
    assert found["signed.jpg"]["c2pa"]["state"] == "valid"
    assert not any("metadata_unread" in state for state in found.values())
    assert not any("read_unconfined" in state for state in found.values())


@pytest.mark.parametrize("unconfined", [False, True])
def test_what_nothing_confines_is_added_and_read_only_where_the_user_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unconfined: bool
) -> None:
    monkeypatch.setattr(closed, "REQUIRED", ("limits", "what no machine has"))
    cases.new(tmp_path / "case")
    (tmp_path / "letter.txt").write_text("SAMPLE")
    cases.add(
        tmp_path / "case", photo(tmp_path / "a.jpg"), tmp_path / "letter.txt", unconfined=unconfined
    )
    found = states(tmp_path / "case")
    assert found["letter.txt"]["media_type"] == "text/plain"
    assert {"metadata_unread", "read_unconfined"}.isdisjoint(found["letter.txt"])
    state = found["a.jpg"]
    if unconfined:
        assert state["exif"] == {"Image Make": "SAMPLE maker"}
        assert state["read_unconfined"] == "yes"
    else:
        assert state["metadata_unread"] == "unconfined"
        assert "exif" not in state


def test_files_that_need_no_reader_start_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("contrechamp.cell.reading.WarmProcess", None)
    cases.new(tmp_path / "case")
    (tmp_path / "other").write_bytes(bytes(range(256)) * 10)
    (tmp_path / "empty").write_bytes(b"")
    added = cases.add(
        tmp_path / "case", cases.files(tmp_path / "f", 20), tmp_path / "other", tmp_path / "empty"
    )
    assert len(added) == 22
    assert not any(one.unread for one in added)


@pytest.mark.slow
def test_many_files_leave_nothing_open(tmp_path: Path) -> None:
    cases.new(tmp_path / "case")
    folder = tmp_path / "photos"
    folder.mkdir()
    out = io.BytesIO()
    Image.new("RGB", (8, 6)).save(out, "JPEG")
    for number in range(2_000):
        (folder / f"{number}.jpg").write_bytes(out.getvalue() + str(number).encode())
    with cases.opened(tmp_path / "case", write=True) as case:
        most = 0
        for _added in cases.adding.add(case, [folder], now=lambda: cases.NOW, random=os.urandom):
            most = max(most, len(os.listdir("/dev/fd")))
    assert most < 60
