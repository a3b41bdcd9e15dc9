"""Pages of publications, checked by tools that we did not write."""

from pathlib import Path

import pytest

from dossier.reviewed_copies import jpeg, look, masked
from dossier.samples import desk, exhibit, finding, item, publication, released, text
from publish.accessible import markup_errors
from publish.axe import violations
from publish.browser import chromium
from publish.measured import figures_item, measurement
from publish.test_publishing import published

pytestmark = pytest.mark.slow


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A publication with a figure, a plot, a picture and dates, and a draft of it."""
    file = figures_item(tmp_path)
    photo = item(tmp_path, jpeg(200), "sample.jpg")
    with desk(tmp_path) as at:
        first = at.put(measurement(file, on="2026-03-01"))
        second = at.put(measurement(file, on="2026-04-01"))
        shown = at.put(exhibit(photo, people="some"))
        look(at, masked(at, photo, looks="", shade=90), 0)
        claim = text(f"SAMPLE: {{{{ figure:{first}#seen }}}} of street.")
        ref = at.put(publication(at.put(finding(shown, claim=claim)), first, second, shown))
        released(at, ref)
        published(at, ref, tmp_path / "out", languages=("en", "ar"))
        published(at, ref, tmp_path / "draft", languages=("en", "ar"), draft=True)
    return tmp_path


@pytest.mark.parametrize("language", ["en", "ar"])
def test_axe_core_finds_nothing_against_a_page_on_a_screen_and_a_phone(
    out: Path, tmp_path: Path, language: str
) -> None:
    with chromium(tmp_path / "profile") as page:
        for folder in ("out", "draft"):
            for width in (1280, 390):
                page.open(out / folder / f"report-{language}.html", width=width, height=844)
                assert violations(page) == []


def test_axe_core_finds_what_is_wrong_with_a_page(tmp_path: Path) -> None:
    bad = tmp_path / "bad.html"
    bad.write_text("<!doctype html><html><title>SAMPLE</title><img src='data:,'><p>SAMPLE")
    with chromium(tmp_path / "profile") as page:
        page.open(bad)
        assert {"image-alt", "html-has-lang"} <= {one.partition(":")[0] for one in violations(page)}


def test_the_nu_checker_finds_no_error_in_the_markup(out: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.html"
    bad.write_text("<!doctype html><html lang=en><title>SAMPLE</title><p><div></p>")
    assert markup_errors([bad])
    pages = sorted((out / "out").glob("*.html")) + sorted((out / "draft").glob("*.html"))
    assert len(pages) == 4
    assert markup_errors(pages) == []
