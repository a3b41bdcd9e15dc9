"""A claim checked by the steps of the how-to, with programs of every Debian, and openssl."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from examples import DOCS, blocks, shows

from made_once import made_once
from publish import bundles
from vault import timestamp_authority

PAGE = DOCS / "how-to/check-a-report.md"
#: All that the page uses; requirements/bare runs it where nothing else is.
PROGRAMS = (
    "sh", "sha256sum", "openssl", "python3", "mkdir", "grep", "cut", "sort", "find", "comm", "sed",
    "tail", "base64", "tr", "cat", "basenc",
)  # fmt: skip


@pytest.fixture
def bundle(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of a SAMPLE bundle that an authority of the test has dated."""

    def make(folder: Path) -> None:
        sample = bundles.sample(folder / "desk")
        authority = timestamp_authority.new_authority(folder / "tsa")
        sample.publish(folder / "out", languages=("en", "ar"))
        bundles.anchored(sample, authority)
        outside = bundles.writing.Outside(roots=(authority / "root.pem").read_bytes())
        sample.publish(folder / "out", languages=("en", "ar"), outside=outside)

    made = made_once(tmp_path_factory, "checked-by-hand", make)
    return Path(shutil.copytree(made / "out/bundle", tmp_path / "report/bundle"))


def by_hand(bundle: Path) -> list[str]:
    """Run the steps in one shell, as somebody would copy them; return what each prints."""
    programs = bundle.parents[1] / "programs"
    programs.mkdir()
    for name in PROGRAMS:
        found = shutil.which(name, path="/usr/bin:/bin")
        assert found, name
        (programs / name).symlink_to(found)
    steps = [block.code for block in blocks(PAGE)]
    script = "echo '--8<--'\n".join(steps)
    done = subprocess.run(
        [programs / "sh", "-u", "-c", script], cwd=bundle, capture_output=True, text=True,
        env={"PATH": str(programs), "HOME": os.devnull, "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    assert "not found" not in done.stderr, done.stderr
    return done.stdout.split("--8<--\n")


@pytest.mark.slow
def test_each_step_prints_what_the_page_shows(bundle: Path) -> None:
    printed = by_hand(bundle)
    shown = [block.expected for block in blocks(PAGE)]
    assert len(printed) == len(shown)
    for expected, found in zip(shown, printed, strict=True):
        assert expected is None or shows(expected, found), f"{found}\nand shows\n{expected}"
    assert "Verification" not in printed[-1] or "Time stamp:" in printed[-1]
    page = (bundle / "data/report/report-en.html").read_text(encoding="utf-8")
    root = printed[1].split()[0]
    words = re.search(r"^(?:[a-z]{5}-){4}[a-z]{5}$", printed[7], re.MULTILINE)
    assert root in page
    assert words
    assert words[0] in page


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "old", "new", "gone"),
    [
        ("data/claims.json", b"faces are compared", b"faces are counted", "as it was published"),
        ("statement.json", b'"edition":1', b'"edition":2', "the entry is of this publication"),
        ("log/entries.txt", b'"action":"publish"', b'"action":"publish" ', "log has it"),
        ("checkpoint.txt", b"contrechamp.bundle/1", b"contrechamp.bundle/2", "Verified Success"),
        ("data/open/records.jsonl", b"SAMPLE", b"Sample", "all as signed"),
        ("log/key.pem", b"MCow", b"MCox", "the root names this key"),
        ("data/report/report-en.html", b"<main", b"<main hidden", "names data/report/report-en"),
    ],
)
def test_what_was_changed_fails_at_its_step(
    bundle: Path, path: str, old: bytes, new: bytes, gone: str
) -> None:
    before = (bundle / path).read_bytes()
    assert old in before
    (bundle / path).write_bytes(before.replace(old, new))
    printed = by_hand(bundle)
    told = "\n".join(printed)
    assert told.count(gone) < 2 if gone == "log has it" else gone not in told


@pytest.mark.slow
def test_a_file_that_was_added_is_seen(bundle: Path) -> None:
    (bundle / "data/more.txt").write_text("SAMPLE")
    (bundle / "data/link.txt").symlink_to("/dev/null")
    assert printed_names(by_hand(bundle)[3]) >= {"data/more.txt", "data/link.txt"}


def printed_names(text: str) -> set[str]:
    return set(text.split())
