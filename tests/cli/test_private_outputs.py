"""Whatever a command writes is for the user alone, also where the umask would let others read."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli.commands import (
    BARRIERS,
    EXAMPLES,
    HOUSES,
    SURVEY,
    TOWN,
    WALK,
    CaseRun,
    Run,
    commands,
    read_from,
)
from cli.commands import PASSPHRASE as SECRET
from contrechamp.base.files import new_file, new_folder
from contrechamp.redact import masking
from redact.copies import picture

#: What makes the output of each command.
WRITES = {
    "tiles": ["tiles", TOWN, "-o", "{out}", "--draws", "20", "--workers", "1"],
    "access": ["access", TOWN, BARRIERS, "-o", "{out}", "--draws", "20"],
    "change": [
        *("change", "--map", "2025", SURVEY, "--map", "2026", TOWN, "-o", "{out}"),
        *("--draws", "20"),
    ],
    "completeness": ["completeness", TOWN, WALK, SURVEY, "-o", "{out}", "--draws", "100"],
    "disparity": [
        *("disparity", TOWN, SURVEY, "--areas", EXAMPLES / "sample-districts.geojson"),
        *("--people", EXAMPLES / "sample-people.csv", "--plan", EXAMPLES / "sample-plan.toml"),
        *("-o", "{out}", "--draws", "20"),
    ],
    "disclose": ["disclose", "{case}", "{evidence}", "{bundle}", "-o", "{out}", "--plain"],
    "export": ["export", "{case}", "{item}", "-o", "{out}", "--plain"],
    "export-records": ["export-records", "{case}", "--as", "csv", "-o", "{out}"],
    "graph": ["graph", "{case}", "-o", "{out}"],
    "mask": ["mask", "{photo}", "-o", "{out}"],
    "measure": ["measure", TOWN, SURVEY, "-o", "{out}", "--draws", "20"],
    "new": ["new", "{out}", "--name", "Sample Member"],
    "publish": ["publish", "{case}", "{publication}", "-o", "{out}", "--draft"],
    "sight": ["sight", "--cameras", SURVEY, "--buildings", HOUSES, "-o", "{out}.geojson"],
    "timeline": ["timeline", "{case}", "-o", "{out}"],
    "survey-form": ["survey-form", "-o", "{out}.xlsx"],
    "verify": ["verify", "--page", "{out}.html"],
}
FINDING = """\
confidence = "corroborated"
[[claim]]
language = "en"
text = "SAMPLE: the gate compares faces."
[[evidence]]
ref = "item/{item}"
"""
#: Written by the function that writes that of another one.
ALIKE = {"demo": "measure", "sample": "measure"}


@pytest.fixture(autouse=True)
def open_to_everybody() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def others_may(folder: Path) -> dict[str, str]:
    """Return the modes of what is below a folder that others have any right to."""
    modes = {path: path.stat().st_mode & 0o777 for path in folder.rglob("*")}
    assert modes
    return {path.name: oct(mode) for path, mode in modes.items() if mode & 0o077}


def test_each_command_that_writes_is_tried() -> None:
    writing = {
        name
        for name, command in commands().items()
        if any({"--out", "--output"} & set(one.opts) for one in command.params)
    }
    assert writing <= WRITES.keys() | ALIKE.keys()


def published(case: CaseRun, put: Callable[..., str], item: str, out: Path) -> Path:
    """Publish a finding that rests on an item; return the bundle."""
    finding = put("finding", FINDING.format(item=item))
    ref = put("publication", f'name = "SAMPLE"\nlanguage = "en"\ncites = ["{finding}"]\n')
    passed = [word for gate in ("review", "exhibit") for word in ("--override", gate)]
    assert case("release", ref, *passed, "--reason", "SAMPLE alone").status == 0
    done = case("publish", ref, "-o", str(out))
    assert done.status == 0, done.err
    return out / "bundle"


@pytest.mark.parametrize("name", WRITES)
def test_nobody_else_can_read_or_change_it(
    case: CaseRun, item: str, put: Callable[..., str], tmp_path: Path, contrechamp: Run, name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    monkeypatch.setitem(masking.MASKERS, "image", "redact.small_maskers:paints")
    photo, place = tmp_path / "photo.jpg", tmp_path / "place"
    photo.write_bytes(picture(".jpg"))
    place.mkdir()
    given = {"case": case.folder, "item": item, "photo": photo, "out": place / "out"}
    if name == "publish":
        given["publication"] = put("publication", 'name = "SAMPLE"\nlanguage = "fr"\n')
    if name == "disclose":
        given["bundle"] = published(case, put, item, place / "report")
        given["evidence"] = f"item/{item}"
    words = [str(word).format(**given) for word in WRITES[name]]
    with read_from(SECRET) as option:
        asked = option if name == "new" or "{case}" in WRITES[name] else ()
        done = contrechamp(*words, *asked)
    assert done.status == 0, done.err
    assert others_may(place) == {}


def test_what_a_case_is_given_later_is_so_too(case: CaseRun, letter: Path, tmp_path: Path) -> None:
    letter.write_bytes(b"SAMPLE of another one")
    assert case("add", letter).status == 0
    assert others_may(tmp_path / "state") == {}
    assert others_may(case.folder) == {}


def test_without_any_command_too(tmp_path: Path) -> None:
    """As programs write that use contrechamp as a library."""
    with new_folder(tmp_path / "place" / "folder") as partial:
        (partial / "below").mkdir()
        (partial / "below" / "file").write_text("SAMPLE")
        (partial / "link").symlink_to("/")
    with new_file(tmp_path / "place" / "file") as other:
        assert other.stat().st_mode & 0o777 == 0o600
        other.unlink()
        other.write_text("SAMPLE")
    (tmp_path / "place").chmod(0o700)
    (tmp_path / "place" / "folder" / "link").unlink()
    assert others_may(tmp_path / "place") == {}
