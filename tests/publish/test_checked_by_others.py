"""A publication, its papers and its bundle, checked by tools that we did not write.

What such tools see is little: `pdfua` knows 16 of the 106 rules of PDF/UA-1, and `outloud` leaves a
third of its checkpoints to people; veraPDF is no package. axe-core and the Nu checker look at the
pages in `test_report_is_accessible`.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

import pymupdf
import pytest

from contrechamp.publish.bundle import claims_file
from dossier.reviewed_copies import jpeg, look, masked
from dossier.samples import camera, desk, exhibit, finding, item, publication, released, text
from made_once import made_once
from publish import bundles, crate
from publish.measured import figures_item, measurement
from publish.test_publishing import published

pytestmark = pytest.mark.slow
PROGRAMS = Path(sys.executable).parent


def ran(program: str, *words: object) -> str:
    """Run a program that came with the tests; return what it says, or fail with that."""
    done = subprocess.run(
        [PROGRAMS / program, *map(str, words)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a SAMPLE bundle in two languages."""

    def make(folder: Path) -> None:
        bundles.sample(folder / "desk").publish(folder / "out", languages=("en", "ar"))

    return made_once(tmp_path_factory, "checked-by-others", make) / "out/bundle"


@pytest.fixture
def papers(tmp_path: Path) -> list[Path]:
    """Return papers with figures, a plot, a picture, a map and dates, in three languages."""
    file = figures_item(tmp_path)
    photo = item(tmp_path, jpeg(200), "sample.jpg")
    with desk(tmp_path) as at:
        run = at.put(measurement(file, on="2026-03-01"))
        shown = at.put(exhibit(photo, people="some", address="https://example.org/sample"))
        look(at, masked(at, photo, looks="", shade=90), 0)
        claim = text(f"SAMPLE: {{{{ figure:{run}#seen }}}} of street.")
        hung = at.put(camera())
        ref = at.put(publication(at.put(finding(shown, claim=claim)), run, shown, hung))
        released(at, ref)
        published(at, ref, tmp_path / "out", languages=("en", "ar", "he"))
    return sorted((tmp_path / "out").glob("*.pdf"))


def test_json_is_as_its_schemas_have_it(bundle: Path, tmp_path: Path) -> None:
    ran(
        "check-jsonschema",
        "--schemafile",
        bundle / "claims.schema.json",
        bundle / "data/claims.json",
    )
    lines = (bundle / "data/open/records.jsonl").read_text(encoding="utf-8").splitlines()
    records = [tmp_path / f"{number}.json" for number in range(len(lines))]
    for path, line in zip(records, lines, strict=True):
        path.write_text(line, encoding="utf-8")
    assert records
    ran("check-jsonschema", "--schemafile", bundle / "data/open/records.schema.json", *records)
    cited = bundle / "CITATION.cff"
    ran("check-jsonschema", "--builtin-schema", "vendor.citation-file-format", cited)
    bad = tmp_path / "CITATION.cff"
    bad.write_text(cited.read_text(encoding="utf-8").replace("title:", "titel:"), encoding="utf-8")
    with pytest.raises(AssertionError, match="titel"):
        ran("check-jsonschema", "--builtin-schema", "vendor.citation-file-format", bad)


def test_the_bag_is_one_for_the_library_of_congress(bundle: Path, tmp_path: Path) -> None:
    ran("bagit.py", "--validate", bundle)
    copy = bundles.copied(bundle, tmp_path / "copy")
    claims = copy / "data/claims.json"
    claims.write_bytes(claims.read_bytes().replace(b"faces are compared", b"faces are colored!"))
    with pytest.raises(AssertionError, match=r"claims\.json"):
        ran("bagit.py", "--validate", copy)


def test_the_crate_is_as_its_profile_has_it(bundle: Path, tmp_path: Path) -> None:
    assert crate.lacks(bundle) == []
    copy = bundles.copied(bundle, tmp_path / "copy")
    metadata = json.loads((copy / "ro-crate-metadata.json").read_bytes())
    root = next(one for one in metadata["@graph"] if one["@id"] == "./")
    del root["license"]
    (copy / "ro-crate-metadata.json").write_text(json.dumps(metadata), encoding="utf-8")
    assert ["license" in one for one in crate.lacks(copy)] == [True]


def test_papers_have_no_fault_that_a_checker_of_pdf_ua_sees(papers: list[Path]) -> None:
    assert len(papers) == 3
    for paper in papers:
        told = ran("pdfua", "check", paper)
        assert "PASS (no findings)" in told
        assert "errors=0 warnings=0" in told


def test_papers_say_out_loud_what_they_show(papers: list[Path], tmp_path: Path) -> None:
    for paper in papers:
        ran("outloud", "--quiet", "--fail-on", "error", paper)
    bare = pymupdf.open()
    bare.new_page().insert_text((72, 72), "SAMPLE without tags")
    bare.save(tmp_path / "bare.pdf")
    with pytest.raises(AssertionError, match="error"):
        ran("outloud", "--quiet", "--fail-on", "error", tmp_path / "bare.pdf")


def test_two_readers_find_the_claims_of_a_paper_in_their_order(bundle: Path) -> None:
    claims = claims_file.read((bundle / claims_file.PATH).read_bytes()).claims
    paper = bundle / "data/report/report-en.pdf"
    poppler = subprocess.run(
        ["pdftotext", paper, "-"], capture_output=True, check=True
    ).stdout.decode()
    mupdf = "\n".join(page.get_text() for page in pymupdf.open(paper))
    for read in (poppler, mupdf):
        page, at = bare(read), 0
        for claim in claims:
            said = max((bare(one) for one in claim.words["en"]), key=len, default="")
            found = page.find(said, at)
            assert found >= 0, said
            at = found + len(said)


def bare(words: str) -> str:
    """Return letters and digits alone: hyphens, spaces and numbers of pages come between."""
    return re.sub(r"[\W_]+", "", words)
