"""Maps of a publication: by squares alone, and no position in any file, however it is read."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pymupdf
import pytest

from contrechamp.dossier.records.field_types import Evidence, Position
from contrechamp.dossier.records.fieldwork import Area, Barrier, Place
from contrechamp.dossier.records.systems import Deployment, SeenAt
from dossier.samples import camera, desk, item, publication, released, text
from publish.test_publishing import plain, published

#: A made-up gate, a made-up home that nothing on a map is about, and made-up cameras.
GATE, HOME = ("35.110534", "31.524682"), ("35.112871", "31.526193")
CAMERAS = [(f"35.1{n:02}417", f"31.5{n:02}836") for n in (11, 12, 13, 14, 21, 22, 88)]
#: A made-up area around the gate.
EDGE = {
    "type": "Polygon",
    "coordinates": [[[35.1, 31.5], [35.13, 31.5], [35.13, 31.54], [35.1, 31.54], [35.1, 31.5]]],
}
LANGUAGES = ("en", "fr", "ar", "he")


def at(where: tuple[str, str]) -> Position:
    return Position(lon=Decimal(where[0]), lat=Decimal(where[1]))


def written(number: str) -> Iterator[str]:
    """Yield how a number is written with one to six decimals, rounded and cut off."""
    for digits in range(1, 7):
        yield f"{float(number):.{digits}f}"
        yield number[: number.index(".") + 1 + digits]


def streams(pdf: Path) -> str:
    """Return what stands in the streams of a PDF, unpacked."""
    made = pymupdf.open(pdf)
    found = [made.xref_stream(xref) or b"" for xref in range(1, made.xref_length())]
    return "\n".join(part.decode("latin-1") for part in found)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    paper = item(tmp_path, b"SAMPLE list, made up.", "sample-list.txt")
    edge = item(tmp_path, json.dumps(EDGE).encode(), "sample-edge.geojson")
    with desk(tmp_path) as here:
        evidence = (Evidence(ref=paper),)
        gate = here.put(Barrier(names=text("Sample Gate"), kind="gate", position=at(GATE),
                                evidence=evidence, sample=True))  # fmt: skip
        here.put(Place(names=text("Sample Home"), position=at(HOME), sample=True))
        quarter = here.put(Place(names=text("Sample Quarter"), sample=True))
        seen = tuple(
            SeenAt(where=ref, confidence=sure, evidence=evidence)  # type: ignore[arg-type]
            for ref, sure in ((gate, "corroborated"), (quarter, "alleged"))
        )
        system = here.put(Deployment(names=text("Sample System"), seen_at=seen, sample=True))
        hung = [here.put(camera(position=at(one), evidence=evidence)) for one in CAMERAS]
        square = here.put(Area(names=text("Sample Area"), boundary=edge, sample=True))
        ref = here.put(publication(system, *hung, square, cell_m=500, k=3))
        released(here, ref)
        published(here, ref, tmp_path / "out", languages=LANGUAGES)
    return tmp_path / "out"


@pytest.mark.slow
def test_no_position_is_in_any_output(out: Path) -> None:
    """In the text of page and paper at one to six decimals, in any other byte at three to six.

    Drawings are in whole units from a corner of their own, so that the page has no other decimals;
    what places letters on paper has thousands, among which any two digits are found by chance.
    """
    # The open data of the bundle have outlines of areas, of any decimals.
    shown = plain(out, "report-*")
    for where in (GATE, HOME, *CAMERAS):
        for number in where:
            for digits in written(number):
                assert digits not in shown
                assert digits.replace(".", ",") not in shown
    packed = "\n".join(streams(one) for one in out.rglob("*.pdf"))
    raw = "\n".join(one.read_bytes().decode("latin-1") for one in out.rglob("*") if one.is_file())
    for where in (GATE, HOME, *CAMERAS):
        for number in where:
            for digits in written(number):
                if len(digits.partition(".")[2]) >= 3:
                    assert digits not in packed
                    assert digits not in raw
    assert "Sample Home" not in shown


def test_drawings_of_a_page_are_in_whole_units(out: Path) -> None:
    page = (out / "report-en.html").read_text(encoding="utf-8")
    drawings = re.findall(r"<svg viewBox.*?</svg>", page)
    assert len(drawings) >= 3
    for one in drawings:
        places = re.findall(r'(?:\bx|\by|cx|cy|width|height|[^-\w]d)="([^"]*)"', one)
        shapes = re.sub(r"<pattern.*?</pattern>", "", one)
        assert places
        assert not re.search(r'(?<!-)\b(?:x|y|cx|cy|width|height|d)="[^"]*\.\d', shapes)


def test_a_map_has_a_list_with_the_same_content(out: Path) -> None:
    page = (out / "report-en.html").read_text(encoding="utf-8")
    places = page[page.index('id="maps-places"') : page.index('id="maps-cameras"')]
    for part in (
        "Sample Gate",
        "Sample System",
        "corroborated",
        "<svg",
        ">500\N{NO-BREAK SPACE}m<",
    ):
        assert part in places
    assert "Sample Quarter" in page[page.index('id="maps"') : page.index('id="maps-places"')]
    assert ">N</text>" in places
    assert "edge of an area" in places
    assert re.search(r'<path d="M-?\d+ -?\d+(?:L-?\d+ -?\d+){4}z" fill="none"', places)
    cameras = page[page.index('id="maps-cameras"') : page.index('id="systems"')]
    # Counted by hand: six within the square of 4 km around the gate, one 8 km off.
    assert "6 cameras" in cameras
    assert "fewer than 3" in cameras
    assert "7 cameras" not in cameras
    assert re.search(r'aria-label="[^"]*fewer than 3', cameras)


def test_streams_of_a_paper_are_read_by_these_tests(tmp_path: Path) -> None:
    made = pymupdf.open()
    made.new_page().insert_text((72, 72), "SAMPLE 31.524682")
    made.save(tmp_path / "one.pdf", deflate=True)
    assert "31.524682" not in (tmp_path / "one.pdf").read_bytes().decode("latin-1")
    assert b"SAMPLE 31.524682".hex() in streams(tmp_path / "one.pdf").lower() or (
        "31.524682" in streams(tmp_path / "one.pdf")
    )
