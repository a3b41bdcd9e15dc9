"""The reference names all that there is: commands, priors, figures, files, columns."""

import csv
import json
import re
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path

import geopandas as gpd
import pytest
from examples import DOCS, ROOT

from contrechamp.dossier.formats.read.registry import FORMATS
from contrechamp.dossier.formats.write.registry import WRITERS
from contrechamp.measure.priors import from_toml
from contrechamp.publish.files import ALL
from contrechamp.scene.file_kinds import ENDINGS
from contrechamp.scene.tables import CAMERA_COLUMNS
from made_once import made_once

REFERENCE = DOCS / "reference"
LEVELS = ("visible", "detection", "observation", "recognition", "identification")
GENERATED = runpy.run_path(str(REFERENCE / "generate.py"))["PAGES"]

_CODE = re.compile(r"`([^`\n]+)`")
_TOML = re.compile(r"^```toml\n(.*?)^```$", re.M | re.S)


def named(page: str) -> set[str]:
    """Return what a page of the reference sets as code."""
    return set(_CODE.findall((REFERENCE / page).read_text()))


def without_level(column: str) -> str:
    for level in LEVELS:
        column = column.replace(level, "LEVEL")
    return column


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run on all samples."""
    inputs = ["sample-town.osm", "sample-survey.csv", "sample-walk.gpx"]
    options = ["--areas", "sample-districts.geojson", "--draws", "10", "--json"]

    def make(folder: Path) -> None:
        subprocess.run(
            [sys.executable, "-m", "contrechamp", "measure", *inputs, *options, "-o", folder],
            cwd=DOCS / "examples",
            check=True,
            capture_output=True,
        )

    return made_once(tmp_path_factory, "report-of-all-samples", make)


@pytest.mark.parametrize("page", GENERATED)
def test_generated_pages_are_up_to_date(page: str) -> None:
    assert (REFERENCE / page).read_text() == GENERATED[page](), "run: make figures"


@pytest.mark.slow
def test_generated_pages_are_the_same_without_docstrings() -> None:
    """What users read is data: python -OO drops docstrings, and 3.13 indents them anew."""
    generate = (
        "import json, runpy, sys; pages = runpy.run_path(sys.argv[1])['PAGES'];"
        "print(json.dumps({name: page() for name, page in pages.items()}))"
    )
    done = subprocess.run(
        [sys.executable, "-OO", "-c", generate, str(REFERENCE / "generate.py")],
        check=True,
        capture_output=True,
        text=True,
    )
    assert json.loads(done.stdout) == {p: (REFERENCE / p).read_text() for p in GENERATED}


@pytest.mark.slow
def test_every_file_of_a_report_is_described(report: Path) -> None:
    assert {file.name for file in report.iterdir()} == set(ALL)
    assert set(ALL) <= named("files.md")


@pytest.mark.slow
@pytest.mark.parametrize("layer", ["cameras", "streets", "pieces", "seen"])
def test_every_column_of_the_open_data_is_described(layer: str, report: Path) -> None:
    columns = set(gpd.read_parquet(report / f"{layer}.parquet").columns) - {"geometry"}
    told = named("files.md") | (named("camera-table.md") if layer == "cameras" else set())
    assert {without_level(column) for column in columns} <= told


def test_every_ending_that_can_be_read_is_described() -> None:
    assert set(ENDINGS) <= named("files.md")


def test_every_format_of_records_is_described() -> None:
    assert {*FORMATS, *WRITERS} <= named("import-formats.md")


def test_every_column_of_the_camera_table_is_described() -> None:
    assert {*CAMERA_COLUMNS, "lon", "lat"} <= named("camera-table.md")


@pytest.mark.slow
def test_every_figure_and_every_group_is_described(report: Path) -> None:
    figures = json.loads((report / "figures.json").read_bytes())["figures"]
    documented = named("figures.md")
    assert {figure["key"] for figure in figures} <= documented
    words = {"area": "area:ID", "service": "service:KIND", "track": "track:ID"}
    groups = {words.get(f["group"].partition(":")[0], f["group"]) for f in figures}
    assert groups <= documented
    assert {f["unit"] for f in figures} | {*figures[0], *figures[0]["estimate"]} <= documented


@pytest.mark.slow
def test_every_member_of_figures_json_is_described(report: Path) -> None:
    document = json.loads((report / "figures.json").read_bytes())
    services = {name for name in document["methods"]["trips"] if ":" in name}
    inside = [*document["inputs"], *document["levels"], *document["drivers"], *document["priors"]]
    inside += [document["methods"], document["counts"], *document["notices"]]
    members = set(document).union(*inside) - services
    assert members <= named("figures.md")


@pytest.mark.slow
def test_every_column_of_figures_csv_is_described(report: Path) -> None:
    with (report / "figures.csv").open() as lines:
        assert set(next(csv.reader(lines))) <= named("figures.md")


def test_every_kind_of_notice_and_every_count_is_described() -> None:
    code = "\n".join(file.read_text() for file in (ROOT / "src/contrechamp/scene").glob("*.py"))
    kinds = set(re.findall(r'Notice\(\s*"([a-z-]+)"', code))
    counts = set(re.findall(r'counts\["([a-z_]+)"\]', code))
    assert kinds, "the pattern above no longer finds any"
    assert counts, "the pattern above no longer finds any"
    assert kinds | counts <= named("figures.md")


def test_examples_of_priors_can_be_read() -> None:
    found = 0
    for page in (REFERENCE / "priors.md", DOCS / "how-to" / "own-survey.md"):
        for text in _TOML.findall(page.read_text()):
            assert tomllib.loads(text)
            from_toml(text, name=page.name)
            found += 1
    assert found


def test_samples_say_that_they_are_samples() -> None:
    for file in (DOCS / "examples").iterdir():
        if file.name != "survey-template.csv":  # which has no row
            assert "sample" in file.read_text().lower(), file.name


@pytest.mark.slow
def test_the_built_pages_load_nothing_from_elsewhere(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    loading = re.compile(r'<(?:script|img|iframe|link)[^>]*\b(?:src|href)="(?:https?:)?//[^"]*"')
    for page in tmp_path.rglob("*.html"):
        found = [tag for tag in loading.findall(page.read_text()) if 'rel="canonical"' not in tag]
        assert not found, page.name


def test_the_picture_of_the_readme_is_as_wide_as_a_screen_and_light() -> None:
    assert "docs/images/helsinki.png" in (ROOT / "README.md").read_text()
    picture = (DOCS / "images" / "helsinki.png").read_bytes()
    assert int.from_bytes(picture[16:20], "big") == 1280  # the header's width
    assert len(picture) < 400_000
