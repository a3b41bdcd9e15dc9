"""Every block marked shell or python in the documentation runs, page by page, in order."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from examples import DOCS, RUN, SHOWN, Block, blocks, pages, shows

PAGES = [page for page in pages() if blocks(page)]
KNOWN = {*RUN, *SHOWN, "", "toml", "text", "json"}


def run(block: Block, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a block as a reader would who has contrechamp on the path."""
    programs = Path(sys.executable).parent
    environment = {
        **os.environ,
        "PATH": f"{programs}:{os.environ['PATH']}",
        "LC_ALL": "C.UTF-8",
        "XDG_STATE_HOME": str(folder.parent / "state"),
    }
    command = {
        "shell": ["bash", "-euo", "pipefail", "-c", block.code],
        "python": [sys.executable, "-c", block.code],
    }[block.language]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_examples_of_a_page_run_and_print_what_it_shows(page: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(DOCS / "examples", tmp_path / "examples")
    for block in blocks(page):
        done = run(block, folder)
        place = f"{page.name}:{block.line}"
        assert done.returncode == 0, f"{place}\n{done.stdout}\n{done.stderr}"
        if block.expected is not None:
            assert shows(block.expected, done.stdout), (
                f"{place} prints\n{done.stdout}\nand shows\n{block.expected}"
            )


def test_blocks_are_marked_with_a_language_that_this_test_knows() -> None:
    # A block marked "bash" or "sh" would never run.
    for page in pages():
        fences = [line for line in page.read_text().splitlines() if line.startswith("```")]
        assert {fence.strip("`").strip() for fence in fences} <= KNOWN, page.name


def test_the_how_to_and_the_tutorial_have_examples() -> None:
    assert {"own-survey"} <= {page.stem for page in PAGES}
