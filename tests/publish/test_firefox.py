"""verify.html and a page of a report in Firefox, where it is installed (Debian's firefox-esr)."""

import hashlib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from contrechamp.publish.verify_page import building
from publish import bundles
from publish.firefox import Firefox, firefox, is_installed

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not is_installed(), reason="no firefox-esr here"),
]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    return bundles.sample(folder / "desk").publish(folder / "out", languages=("en", "ar"))


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    with firefox(tmp_path_factory.mktemp("firefox") / "profile") as found:
        yield found


def zipped(bundle: Path, target: Path, **changed: bytes) -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for path in sorted(one for one in bundle.rglob("*") if one.is_file()):
            content = changed.get(path.stem, path.read_bytes())
            made.writestr(f"bundle/{path.relative_to(bundle)}", content)
    return target


def test_verify_html_checks_a_bundle(browser: Firefox, bundle: Path, tmp_path: Path) -> None:
    file = tmp_path / building.NAME
    file.write_bytes(building.page())
    browser.open(file)
    root = hashlib.sha256((bundle / "statement.json").read_bytes()).hexdigest()
    browser.choose("#zip", zipped(bundle, tmp_path / "bundle.zip"))
    browser.wait_for("document.querySelectorAll('.claims > li').length")
    browser.evaluate(
        f"((f) => {{ f.value = '{root}'; f.dispatchEvent(new Event('input')); }})"
        "(document.getElementById('root'))"
    )
    verdict = "document.getElementById('verdict').innerText"
    assert "This is the report whose root you entered" in browser.evaluate(verdict)
    claims = (bundle / "data/claims.json").read_bytes()
    forged = claims.replace(b"faces are compared", b"faces are counted")
    assert forged != claims
    browser.open(file)
    browser.choose("#zip", zipped(bundle, tmp_path / "forged.zip", claims=forged))
    browser.wait_for(verdict)
    assert "data/claims.json" in browser.evaluate("document.body.innerText")
    assert "This is the report" not in browser.evaluate(verdict)


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ar", "rtl")])
def test_a_page_of_a_report_is_shown(
    browser: Firefox, bundle: Path, language: str, direction: str
) -> None:
    browser.open(bundle / f"data/report/report-{language}.html")
    assert browser.evaluate("getComputedStyle(document.querySelector('h1')).direction") == direction
    assert browser.evaluate("document.body.innerText.length") > 1_000
    assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth")
    pictures = "[...document.images].every((one) => one.complete && one.naturalWidth > 0)"
    assert browser.evaluate(pictures)
    # Nothing was asked for but the page.
    assert browser.evaluate(
        "performance.getEntriesByType('resource').filter((one) => !one.name.startsWith('data:'))"
        ".length"
    ) == 0  # fmt: skip
