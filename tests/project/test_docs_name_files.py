"""The pages for whoever changes the code name files and folders: each of them is there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src/contrechamp"
ARCHITECTURE = ROOT / "docs/explanation/architecture.md"
PAGES = (ROOT / "CONTRIBUTING.md", ARCHITECTURE)

_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
#: With a folder, or the ending of a file of ours; not in the home of a user.
_PATH = re.compile(r"(?!~)[\w.-]*/[\w./-]*|[\w-]+\.(?:cfg|csv|md|po|py|toml|txt|yml)")
#: Of each sort there is one with any name in its place.
_ANY = re.compile(r"NAME|ROOM|LANG\b")


def named(page: Path) -> Iterator[str]:
    """Yield the paths that a page sets as code, in its diagrams too."""
    text = page.read_text()
    diagrams = re.findall(r"^```text\n(.*?)^```$", text, re.M | re.S)
    for words in (*_CODE.findall(text), *re.findall(r"[a-z_]+/[a-z_/.]*", "\n".join(diagrams))):
        if _PATH.fullmatch(words):
            yield words


def there(path: str) -> bool:
    """Return whether a path is there, from the top or from the package."""
    pattern = _ANY.sub("*", path.rstrip("/"))
    return any(any(top.glob(pattern)) for top in (ROOT, PACKAGE))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_that_a_page_names_is_there(page: Path) -> None:
    paths = set(named(page))
    assert len(paths) > 20, "the pattern above no longer finds them"
    assert sorted(path for path in paths if not there(path)) == []
    links = set(_LINK.findall(page.read_text()))
    assert sorted(link for link in links if not (page.parent / link).exists()) == []


def test_every_folder_of_the_package_is_explained() -> None:
    told = set(_CODE.findall(ARCHITECTURE.read_text()))
    folders = {file.parent.relative_to(PACKAGE) for file in PACKAGE.glob("*/**/__init__.py")}
    assert len(folders) > 20
    assert sorted({f"{folder.as_posix()}/" for folder in folders} - told) == []


def test_a_path_that_is_gone_is_told() -> None:
    assert there("cli/NAME_cmd.py")
    assert there("dossier/records/")
    assert not there("cli/NAME_command.py")
    assert not there("dossier/paper/")
    assert _PATH.fullmatch("pyproject.toml")
    assert not _PATH.fullmatch("~/.cache/contrechamp/")
    assert not _PATH.fullmatch("make lint")
