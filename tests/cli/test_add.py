"""``contrechamp add``: files and folders into a case; they stay as they are."""

import json
from pathlib import Path

import pytest
from PIL import Image

from cli.commands import LETTER, CaseRun, one_line
from contrechamp.cell import closed
from vault import signed_captures
from vault.signed_captures import PAGES


def test_what_is_added_stands_in_the_log_and_verifies(
    case: CaseRun, letter: Path, tmp_path: Path
) -> None:
    (tmp_path / "photos" / "north").mkdir(parents=True)
    (tmp_path / "photos" / "a.txt").write_text("SAMPLE a")
    (tmp_path / "photos" / "north" / "b.txt").write_bytes(LETTER)
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
    assert letter.read_bytes() == LETTER


def test_a_folder_that_is_added_again_is_not_doubled(case: CaseRun, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in "ab":
        (folder / f"{name}.txt").write_text(f"SAMPLE {name}")
    case("add", folder)
    (folder / "b.txt").write_text("SAMPLE b, changed")
    (folder / "c.txt").write_text("SAMPLE a")  # the content of another name
    done = case("add", folder)
    assert [line.partition("  ")[2] for line in done.out.splitlines()[:3]] == [
        f"{folder}/a.txt  is in the case already", f"{folder}/b.txt", f"{folder}/c.txt",
    ]  # fmt: skip
    assert done.out.splitlines()[3:] == [
        "2 files are in the case (1 with content that was there before)",
        "1 file was there before under the same name; nothing was written for it",
    ]
    told = case("add", folder, "--json").json()
    assert (told["added"], told["again"]) == (0, 3)
    assert len(case("log").out.splitlines()) == 6
    assert case("verify").status == 0


def test_one_file_is_told_in_the_singular(case: CaseRun, letter: Path) -> None:
    assert case("add", letter).out.endswith(
        "1 file is in the case (0 with content that was there before)\n"
    )


def test_machines_are_told_in_json(case: CaseRun, letter: Path) -> None:
    told = case("add", letter, "--json").json()
    (item,) = told.pop("items")
    assert told.pop("texts") == {"read": 1, "lacking": 0}
    assert told == {"added": 1, "duplicates": 0, "passed_over": 0, "unread": 0, "again": 0}
    assert (item["path"], item["duplicate"]) == (str(letter), False)
    assert item["item"] in case("log").out


def test_a_file_that_is_not_there_is_told_before_anything_is_taken(
    case: CaseRun, letter: Path
) -> None:
    done = case("add", letter, letter.with_name("nowhere"))
    one_line(done, "nowhere: no such file or folder")
    assert case("verify", "--json").json()["entries"] == 2


def test_what_is_not_read_is_told_and_shown(
    case: CaseRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closed, "REQUIRED", ("limits", "what no machine has"))
    exif = Image.Exif()
    exif[271] = "SAMPLE maker"
    Image.new("RGB", (8, 6)).save(tmp_path / "a.jpg", exif=exif)
    Image.new("RGB", (9, 6)).save(tmp_path / "b.jpg", exif=exif)
    done = case("add", tmp_path / "a.jpg", "--json")
    told = json.loads(done.out)
    assert (done.status, told["added"], told["unread"]) == (0, 1, 1)
    assert done.err.startswith(f"{tmp_path}/a.jpg: metadata not read: this machine cannot confine")
    shown = case("show", f"item/{told['items'][0]['item']}").out
    assert "metadata_unread: unconfined" in shown
    assert "= metadata not read: this machine cannot confine" in shown
    told = case("add", tmp_path / "b.jpg", "--unconfined", "--json").json()
    shown = case("show", f"item/{told['items'][0]['item']}").out
    assert "Image Make: SAMPLE maker" in shown
    assert "read_unconfined: yes" in shown


def test_a_capture_that_was_altered_is_taken_and_marked_everywhere(
    case: CaseRun, finding: str, tmp_path: Path
) -> None:
    """Through the cell, as every file: what it read comes back as codes, and is said in words."""
    right = signed_captures.with_lists(signed_captures.parts(), signed_captures.by_key())
    forged = {**right, PAGES: right[PAGES].replace(b"Sample", b"Forged")}
    (tmp_path / "right.wacz").write_bytes(signed_captures.zipped(right))
    (tmp_path / "forged.wacz").write_bytes(signed_captures.zipped(forged))
    done = case("add", tmp_path / "right.wacz", tmp_path / "forged.wacz")
    told = "the capture was changed after it was made"
    assert (done.status, done.err) == (0, f"! {tmp_path}/forged.wacz: {told}: {PAGES}\n")
    right_item, forged_item = (f"item/{line.split()[0]}" for line in done.out.splitlines()[:2])
    case("link", finding, "evidence", forged_item)
    shown = case("show", forged_item).out.splitlines()
    assert f"  ! {told}" in shown
    assert f"    changed since the list in the file was made: {PAGES}" in shown
    assert "  ! a capture whose checks failed" in shown
    assert any(line.startswith("    signed with a key that travels") for line in shown)
    assert "agrees with what it says of itself" in case("show", right_item).out
    assert "! rests on a capture whose checks failed" in case("show", finding).out
    status = case("status").out
    assert f"{forged_item}  item  forged.wacz: a capture whose checks failed ({PAGES})" in status
    assert f"{finding}  finding" in status
    assert right_item not in status
    bag = tmp_path / "bag"
    assert case("export", forged_item[5:], "-o", bag, "--plain", "--to", "Sample").status == 0
    assert "wacz: changed" in (bag / "items.csv").read_text()
    assert case.run("verify", bag).status == 0
