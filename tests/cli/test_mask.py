"""``contrechamp mask``: what it takes, what it says, how it ends."""

import json
import os
from pathlib import Path

import openpyxl
import pytest
from PIL import Image

from cli.commands import Run
from contrechamp.redact import masking
from redact.copies import picture
from redact.test_provenance import pem_files


@pytest.fixture(autouse=True)
def painting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    monkeypatch.setitem(masking.MASKERS, "image", "redact.small_maskers:paints")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    path.write_bytes(picture(".jpg"))
    return path


def test_it_says_where_to_look_before_anything_leaves(
    contrechamp: Run, photo: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    done = contrechamp("mask", photo, "-o", out)
    assert (done.status, done.err) == (0, "")
    assert done.out == (
        f"{out}: 1 masked copy. Before it leaves, look at all of it, first where "
        f"{out / 'review' / 'index.html'} says\n"
    )


def test_a_copy_that_was_not_searched_is_taken_for_no_searched_one(
    contrechamp: Run, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(masking.MASKERS, "image", "contrechamp.redact.pictures.masking:mask_image")
    photo.write_bytes(picture(".jpg", exif=b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0"))
    done = contrechamp("mask", photo, "-o", tmp_path / "out", "--strip-only")
    assert done.status == 0
    assert done.err == "1 copy was not searched for faces: whoever is on it can be seen\n"
    copy = tmp_path / "out/masked/unsearched-001.jpg"
    assert b"Exif" not in copy.read_bytes()
    sheet = (tmp_path / "out/review/unsearched-001.jpg.html").read_text()
    assert "No face was searched for: look over the whole picture." in sheet
    assert "not used (--strip-only)" in sheet
    assert "not searched for faces" in (tmp_path / "out/review/index.html").read_text()
    [told] = json.loads((tmp_path / "out/review/run.json").read_text())["masked"]
    assert told["searched"] is False
    assert told["outcome"]["blind_below_px"] is None
    kept = contrechamp("mask", photo, "-o", tmp_path / "kept", "--strip-only", "--keep-names")
    assert kept.status == 0
    assert [one.name for one in (tmp_path / "kept/masked").iterdir()] == ["photo-unsearched.jpg"]


def test_what_is_drawn_is_covered_also_where_nothing_is_searched(
    contrechamp: Run, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(masking.MASKERS, "image", "contrechamp.redact.pictures.masking:mask_image")
    area = {"format": "contrechamp/boxes-1", "cover": [{"box": [8, 8, 24, 24]}]}
    photo.with_name("photo.jpg.boxes.json").write_text(json.dumps(area))
    assert contrechamp("mask", photo, "-o", tmp_path / "out", "--strip-only").status == 0
    with Image.open(tmp_path / "out/masked/unsearched-001.jpg") as image:
        assert max(image.convert("RGB").getpixel((16, 16))) <= 2
        assert image.convert("RGB").getpixel((40, 40))[0] > 190


@pytest.mark.parametrize("other", [["--boxes-only"], ["--fast"], ["--threshold", "0.3"]])
def test_what_is_not_searched_for_has_no_threshold(
    contrechamp: Run, photo: Path, tmp_path: Path, other: list[str]
) -> None:
    done = contrechamp("mask", photo, "-o", tmp_path / "out", "--strip-only", *other)
    assert (done.status, (tmp_path / "out").exists()) == (2, False)
    assert "--strip-only searches for nothing" in done.err


def test_french_and_for_machines(contrechamp: Run, photo: Path, tmp_path: Path) -> None:
    done = contrechamp("mask", photo, "-o", tmp_path / "out", "--lang", "fr")
    assert "1 copie masquée. Avant qu’elle sorte, regardez-la en entier" in done.out
    assert '<html lang="fr"' in (tmp_path / "out/review/image-001.jpg.html").read_text()
    done = contrechamp("mask", photo, tmp_path / "none", "-o", tmp_path / "json", "--json")
    told = json.loads(done.out)
    assert done.status == 2
    [progress] = map(json.loads, done.err.splitlines())
    assert progress == {"file": str(photo), "number": 1, "of": 1, "copy": "image-001.jpg"}
    assert told == json.loads((tmp_path / "json/review/run.json").read_text())
    assert told["schema"] == "contrechamp/masking-1"
    assert [one["copy"] for one in told["masked"]] == ["masked/image-001.jpg"]
    assert "cannot be read (No such file" in told["unmasked"][0]["reason"]


def test_french_spaces_are_spaces(contrechamp: Run, tmp_path: Path) -> None:
    (tmp_path / "note.xml").write_text("<?xml version='1.0'?><a/>")
    done = contrechamp("mask", tmp_path / "note.xml", "-o", tmp_path / "out", "--lang", "fr")
    assert "est du XML d’un genre inconnu ici\u202f; enregistrez" in done.err


def test_exit_status_tells_refused_from_failed(
    contrechamp: Run, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "note.xml").write_text("<?xml version='1.0'?><a/>")
    done = contrechamp("mask", photo, tmp_path / "note.xml", "-o", tmp_path / "refused")
    assert done.status == 2
    assert "note.xml: is XML" in done.err
    assert "1 file has no masked copy" in done.err
    assert "1 masked copy." in done.out
    monkeypatch.setitem(masking.MASKERS, "image", "redact.small_maskers:finds_a_fault")
    done = contrechamp("mask", photo, tmp_path / "note.xml", "-o", tmp_path / "failed")
    assert done.status == 1
    assert "failed a check and was deleted: covered pixels constant: 3 pixels" in done.err
    assert done.out == ""


def test_what_is_asked_reaches_the_masker(
    contrechamp: Run, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(masking.MASKERS, "image", "redact.small_maskers:tells_its_request")
    words = tmp_path / "words.txt"
    words.write_bytes("\ufeffAda B.\r\n\r\n  Öz Sample \nAda B.\n".encode())
    done = contrechamp(
        "mask", photo, "-o", tmp_path / "out", "--json", "--style", "noise", "--threshold", "0.3",
        "--fast", "--sound", "alter", "--words-file", words, "--threads", "3",
    )  # fmt: skip
    told = json.loads(done.out)["masked"][0]["outcome"]["facts"]
    assert told == {
        "request": "None False noise True alter 0.3 ('Ada B.', 'Öz Sample') 3",
    }


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\n \n", "words.txt: holds no word"),
        (b"\xff\xfeA\0", "words.txt: the text is not in UTF-8"),
        (b"a" * (1 << 21), "words.txt: it holds more than 1 MB"),
        (None, "words.txt: cannot be read"),
    ],
)
def test_a_bad_list_of_words_is_refused_before_anything_is_made(
    contrechamp: Run, photo: Path, tmp_path: Path, content: bytes | None, says: str
) -> None:
    if content is not None:
        (tmp_path / "words.txt").write_bytes(content)
    out = tmp_path / "out"
    done = contrechamp("mask", photo, "-o", out, "--words-file", tmp_path / "words.txt")
    assert (done.status, out.exists()) == (2, False)
    assert says in done.err


def test_names_are_written_in_other_ways_too(contrechamp: Run, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name in ("Yussef Halil", "Quixotte", "Quichotte", "Other"):
        book.active.append([name])
    book.save(tmp_path / "a.xlsx")
    (tmp_path / "words").write_text("Yousef Khalil\nQuixotte = Quichotte\n")
    (tmp_path / "letters").write_text("kh = h\nou = u\n\ns = ss\n")
    asked = ["--words-file", tmp_path / "words", "--spellings-file", tmp_path / "letters"]
    done = contrechamp("mask", tmp_path / "a.xlsx", "-o", tmp_path / "out", *asked)
    assert done.status == 0
    made = openpyxl.load_workbook(tmp_path / "out/masked/office-001.xlsx").active
    assert [row[0].value for row in made] == ["█████", "█████", "█████", "Other"]
    (tmp_path / "letters").write_text("kh\n")
    done = contrechamp("mask", tmp_path / "a.xlsx", "-o", tmp_path / "out2", *asked)
    assert "letters: group 1 is none" in done.err


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--threshold", "0"], "0.01<=x<=1"),
        (["--threshold", "nan"], "not a number"),
        (["--style", "blur"], "'fill', 'noise'"),
        (["--c2pa-cert", "chain.pem"], "--c2pa-cert and --c2pa-key go together"),
        (["--boxes", "none"], "--boxes none: there is no such file or folder"),
        (["--word", "Ada"], "No such option"),
    ],
)
def test_wrong_options_are_explained(
    contrechamp: Run, photo: Path, tmp_path: Path, options: list[str], says: str
) -> None:
    done = contrechamp("mask", photo, "-o", tmp_path / "out", *options)
    assert done.status == 2
    assert says in done.err
    assert not (tmp_path / "out").exists()


def test_an_empty_folder_is_told(contrechamp: Run, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    done = contrechamp("mask", tmp_path / "in", "-o", tmp_path / "out")
    assert done.status == 2
    assert "there is no file to mask" in done.err


def test_the_passphrase_of_a_key_comes_by_a_descriptor(
    contrechamp: Run, photo: Path, tmp_path: Path
) -> None:
    chain, key = pem_files(tmp_path, passphrase=b"correct horse")
    reading, writing = os.pipe()
    os.write(writing, b"correct horse\n")
    os.close(writing)
    try:
        done = contrechamp(
            "mask", photo, "-o", tmp_path / "out", "--c2pa-cert", chain, "--c2pa-key", key,
            "--passphrase-fd", reading,
        )  # fmt: skip
    finally:
        os.close(reading)
    assert (done.status, done.err) == (0, "")
    assert b"c2pa.edited" in (tmp_path / "out/masked/image-001.jpg").read_bytes()
