"""Pictures in a publication: the reviewed masked copy, byte for byte, or none."""

import base64
from pathlib import Path

import pymupdf
import pytest

from contrechamp.dossier.reading.short_names import ShortNames
from contrechamp.dossier.records.publications import Use
from contrechamp.vault import object_keys, subjects
from dossier.reviewed_copies import jpeg, look, masked
from dossier.samples import (
    Desk,
    consent,
    desk,
    exhibit,
    finding,
    item,
    publication,
    released,
    source,
)
from publish.test_publishing import against, plain, published


@pytest.fixture
def photo(tmp_path: Path) -> str:
    return item(tmp_path, jpeg(200), "sample-secret-name.jpg")


def content(at: Desk, ref: str) -> bytes:
    state = subjects.newest(at.case, ref)
    assert state is not None
    assert state.object is not None
    return object_keys.read(at.case, object_keys.by_name(at.case, [state.object])[state.object])


def in_page(picture: bytes) -> str:
    return base64.b64encode(picture).decode()


def pictures_of(pdf: Path) -> list[bytes]:
    made = pymupdf.open(pdf)
    found = {image[0] for page in made for image in page.get_images()}
    return [made.extract_image(xref)["image"] for xref in found]


def test_a_finding_shows_the_reviewed_copy_of_its_picture_and_never_the_original(
    tmp_path: Path, photo: str
) -> None:
    with desk(tmp_path) as at:
        shown = at.put(exhibit(photo, people="some", what="SAMPLE photo of a made-up gate",
                               publisher="Sample Agency", made_on="2026-04-02"))  # fmt: skip
        copy = masked(at, photo, looks="", shade=90)
        look(at, copy, 0)
        ref = at.put(publication(at.put(finding(shown)), shown))
        released(at, ref)
        published(at, ref, tmp_path / "out", languages=("en", "he"))
        reviewed, original = content(at, copy), content(at, photo)
    for language in ("en", "he"):
        page = (tmp_path / f"out/report-{language}.html").read_text(encoding="utf-8")
        assert page.count(in_page(reviewed)) == 1
        assert in_page(original) not in page
        assert page.index('id="finding-1"') < page.index(in_page(reviewed))
        assert 'id="pictures"' not in page
        assert pictures_of(tmp_path / f"out/report-{language}.pdf") == [reviewed]
        assert original not in (tmp_path / f"out/report-{language}.pdf").read_bytes()
    told = plain(tmp_path / "out")
    assert 'alt="SAMPLE photo of a made-up gate. People in it are covered."' in told
    assert "Sample Agency" in told
    assert "2 April 2026" in told
    assert "sample-secret-name" not in told


@pytest.mark.parametrize(
    ("looked", "line"),
    [
        ("none", "the picture has no masked copy: contrechamp mask CASE item/"),
        ("not", "nobody has looked at all of this masked copy: contrechamp mask --review CASE"),
        ("changes", "whoever looked at this masked copy asks for changes"),
    ],
)
def test_what_is_not_masked_and_reviewed_is_refused_whatever_the_release_passed(
    tmp_path: Path, photo: str, looked: str, line: str
) -> None:
    with desk(tmp_path) as at:
        shown = at.put(exhibit(photo, people="none"))
        if looked != "none":
            copy = masked(at, photo, looks="", shade=90)
            if looked == "changes":
                look(at, copy, 0, verdict="changes")
        ref = at.put(publication(shown))
        released(at, ref)  # with a reason for every gate
        told = against(at, ref, tmp_path / "out")
        assert line in told
        assert ShortNames(at.case).of(shown) in told
        published(at, ref, tmp_path / "draft", draft=True)
    page = (tmp_path / "draft/report-en.html").read_text(encoding="utf-8")
    assert "<img" not in page
    assert pictures_of(tmp_path / "draft/report-en.pdf") == []


def test_a_picture_that_somebody_gave_needs_their_consent_and_says_nothing_of_them(
    tmp_path: Path, photo: str
) -> None:
    with desk(tmp_path) as at:
        heron = at.put(source())
        given = at.put(exhibit(photo, given_by=heron, what="SAMPLE zephyrine"))
        copy = masked(at, photo, looks="", shade=90)
        look(at, copy, 0)
        ref = at.put(publication(given, uses=(Use(of=given, use="image"),)))
        published(at, ref, tmp_path / "without", draft=True)
        at.put(consent(heron, "held", "image"))
        published(at, ref, tmp_path / "with", draft=True)
        reviewed = content(at, copy)
    without, told = plain(tmp_path / "without"), plain(tmp_path / "with")
    assert in_page(reviewed) not in without
    assert "1 picture is not shown: no consent covers it" in without
    assert in_page(reviewed) in told
    assert "Given in confidence" in told
    assert "zephyrine" not in without + told
