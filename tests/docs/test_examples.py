"""Every block marked shell or python in the documentation runs, page by page, in order."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from examples import DOCS, RUN, SHOWN, Block, blocks, pages, shows

from made_once import Typed, in_python, in_shell

#: Its steps go on from one another, in one shell: test_checking_by_hand runs them.
IN_ONE_SHELL = {"check-a-report"}
PAGES = [page for page in pages() if blocks(page) and page.stem not in IN_ONE_SHELL]
KNOWN = {*RUN, *SHOWN, "", "toml", "text", "json"}


def run(block: Block, folder: Path, typed: Sequence[Typed]) -> subprocess.CompletedProcess[str]:
    """Run a block as a reader would who has contrechamp on the path.

    What takes long, and other tests look at as well, was run already: it is copied here.
    """
    if block.language == "python":
        return in_python(block.code, folder)
    for one in typed:
        if block.code == one.code:
            shutil.copytree(one.folder, folder, dirs_exist_ok=True)
            return subprocess.CompletedProcess(block.code, 0, one.out, "")
    return in_shell(block.code, folder)


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_examples_of_a_page_run_and_print_what_it_shows(
    page: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    folder = shutil.copytree(DOCS / "examples", tmp_path / "examples")
    typed = []
    if page.stem == "tutorial":
        typed.append(request.getfixturevalue("demo"))
    if page.stem == "sample-case":
        typed.append(request.getfixturevalue("sample_case")("en"))
    assert all(one.code in {block.code for block in blocks(page)} for one in typed)
    for block in blocks(page):
        done = run(block, folder, typed)
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
