"""``verify --captures``, and what ``add``, ``show`` and ``status`` say of files beside others."""

import hashlib
from pathlib import Path

import pytest

from cli.commands import CaseRun, Run, one_line
from vault import signed_captures
from vault.signed_captures import PAGES
from vault.test_capture_index import SAMPLES, index, written
from vault.warcs import warc

PICTURE = b"SAMPLE picture"


def sums(*lines: tuple[bytes, str]) -> str:
    return "".join(f"{hashlib.sha256(one).hexdigest()}  {name}\n" for one, name in lines)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A picture, and a list that says its hash."""
    found = tmp_path / "given"
    (found / "pictures").mkdir(parents=True)
    (found / "pictures" / "a.jpg").write_bytes(PICTURE)
    (found / "SHA256SUMS").write_text(sums((PICTURE, "pictures/a.jpg")))
    return found


def item_named(case: CaseRun, name: str) -> str:
    (line,) = [line for line in case("log").out.splitlines() if line.endswith(f"  {name}")]
    return line.partition("item/")[2][:16]


def test_a_hash_that_fits_is_said_of_both_files(case: CaseRun, folder: Path) -> None:
    done = case("add", folder, "--no-texts")
    line = "files of the case that have the hash that this one says: pictures/a.jpg"
    assert line in done.out
    assert line in case("show", f"item/{item_named(case, 'given/SHA256SUMS')}").out
    told = case("show", f"item/{item_named(case, 'given/pictures/a.jpg')}").out
    assert "= given/SHA256SUMS (item/" in told
    assert "says the hash that this file has" in told
    assert case("verify", "--captures").status == 0


def test_a_file_that_came_with_another_hash_is_told_everywhere(case: CaseRun, folder: Path) -> None:
    (folder / "pictures" / "a.jpg").write_bytes(b"SAMPLE, altered")
    assert "! files of the case that have another hash" in case("add", folder, "--no-texts").out
    item = f"item/{item_named(case, 'given/pictures/a.jpg')}"
    assert "says another hash of a file of this name" in case("show", item).out
    assert "a file that came with it says another hash of it" in case("status").out
    done = case("verify", "--captures")
    assert done.status == 1
    assert "1 capture is not what it, or what came with it, says" in done.err
    found = case("verify", "--captures", "--json").out
    assert '"how": "changed"' in found


def test_it_does_not_matter_in_which_order_they_came(case: CaseRun, folder: Path) -> None:
    case("add", folder / "SHA256SUMS", "--no-texts")
    item = item_named(case, "SHA256SUMS")
    assert "that are not in the case: pictures/a.jpg" in case("show", f"item/{item}").out
    done = case("add", folder / "pictures", "--no-texts")
    assert "files of the case that have the hash that this one says" in done.out


def test_names_of_another_folder_are_not_meant(case: CaseRun, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / "pictures"
    other.mkdir(parents=True)
    (other / "a.jpg").write_bytes(b"SAMPLE of another folder")
    case("add", folder, other.parent, "--no-texts")
    assert "another hash" not in case("status").out


def test_hashes_of_other_kinds_are_compared_when_asked_to(case: CaseRun, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(PICTURE)
    (tmp_path / "b.jpg").write_bytes(b"SAMPLE, altered")
    lines = [f"{hashlib.sha3_512(PICTURE).hexdigest()}  {name}\n" for name in ("a.jpg", "b.jpg")]
    (tmp_path / "sums").write_text("".join(lines))
    done = case("add", *(tmp_path / name for name in ("a.jpg", "b.jpg", "sums")), "--no-texts")
    assert "compared by verify --captures only (2): a.jpg, b.jpg" in done.out
    again = case("verify", "--captures")
    assert "that have the hash that this one says: a.jpg" in again.out
    assert "! files of the case that have another hash than this one says: b.jpg" in again.out


def test_captures_of_before_there_were_checks_are_checked(
    case: CaseRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = signed_captures.with_lists(signed_captures.parts())
    forged = signed_captures.zipped({**parts, PAGES: b'{"format": "json-pages-1.0"}\n'})
    (tmp_path / "forged.wacz").write_bytes(forged)
    with monkeypatch.context() as patch:
        patch.setattr("contrechamp.vault.adding.reading.described",
                      lambda *_given: {"media_type": "application/zip"})  # fmt: skip
        case("add", tmp_path / "forged.wacz", "--no-texts")
    assert "Captures" not in case("status").out
    done = case("verify", "--captures")
    assert done.status == 1
    assert "forged.wacz: the capture was changed after it was made" in done.out
    assert f"! changed since the list in the file was made: {PAGES}" in done.out


def test_a_file_that_names_a_field_as_we_do_says_nothing_of_others(
    case: CaseRun, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names of texts in a film are those of whoever made it."""
    with monkeypatch.context() as patch:
        told = {"media_type": "video/mp4", "movie": {"vouches": "SAMPLE"}}
        patch.setattr("contrechamp.vault.adding.reading.described", lambda *_given: told)
        (folder / "pictures" / "a.mp4").write_bytes(b"\0\0\0\x08moov")
        case("add", folder / "pictures" / "a.mp4", "--no-texts")
    assert case("status").status == 0
    assert case("add", folder, "--no-texts").status == 0


def collection(folder: Path, forge: bool) -> Path:
    """A WARC and its index in folders of their own, as pywb lays them out."""
    content = warc(SAMPLES)
    lines = index(content, "a.warc.gz")
    lines[1]["offset"] = lines[0]["offset"] if forge else lines[1]["offset"]
    found = folder / "site"
    for name, data in {"archive/a.warc.gz": content, "indexes/index.cdxj": written(lines)}.items():
        (found / name).parent.mkdir(parents=True, exist_ok=True)
        (found / name).write_bytes(data)
    return found


def test_an_index_beside_a_warc_is_held_against_it(case: CaseRun, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.warc.gz").write_bytes(warc(SAMPLES[:1]))
    done = case("add", collection(tmp_path, forge=False), other, "--no-texts")
    told = "held against these by verify --captures only (3): a.warc.gz"
    item = f"item/{item_named(case, 'site/indexes/index.cdxj')}"
    assert done.status == 0
    assert told in case("show", item).out
    again = case("verify", "--captures")
    assert again.status == 0
    assert "entries of the index lead to the records that they say (3)" in again.out


def test_an_index_beside_a_warc_that_leads_elsewhere_is_told(case: CaseRun, tmp_path: Path) -> None:
    case("add", collection(tmp_path, forge=True), "--no-texts")
    done = case("verify", "--captures")
    assert done.status == 1
    assert "its index leads to another record than it says" in done.out


def test_the_files_that_an_index_leads_to_are_told_if_they_are_not_there(
    case: CaseRun, tmp_path: Path
) -> None:
    case("add", collection(tmp_path, forge=False) / "indexes", "--no-texts")
    done = case("verify", "--captures")
    assert done.status == 0
    assert "files that this one speaks of, and that are not in the case: a.warc.gz" in done.out


def test_captures_are_of_cases(contrechamp: Run, case: CaseRun, item: str, tmp_path: Path) -> None:
    case("export", item, "-o", tmp_path / "bag", "--plain")
    one_line(contrechamp("verify", tmp_path / "bag", "--captures"), "--captures", "for cases")
