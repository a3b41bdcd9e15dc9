"""The browser in which a page is shown: with a profile in memory, where one takes it."""

import os
import time
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from contrechamp.base.errors import UsageError
from contrechamp.local_page.browser import Shown, show

PATIENCE_S = 30
ADDRESS = "http://127.0.0.1:1/open/SAMPLE"
#: A browser that notes how it was begun, and runs until it is told to end.
RUNS = """#!/bin/sh
PATH=/usr/bin:/bin
printf '%s\\n' "$@" > {told}.part
ls -l /proc/$$/fd | grep -c '{folder}$' >> {told}.part
mv {told}.part {told}
read _line < {end}
"""
FAILS = "#!/bin/sh\nexit 1\n"
BOXED = "#!/bin/sh\nexec /snap/bin/firefox\n"


class Place:
    """A path with browsers on it, and a folder that stands for one in memory."""

    def __init__(self, folder: Path) -> None:
        self.path, self.memory = folder / "bin", folder / "memory"
        self.told, self.end = folder / "told", folder / "end"
        self.path.mkdir()
        os.mkfifo(self.end)

    def browser(self, name: str, text: str = RUNS) -> None:
        file = self.path / name
        file.write_text(text.format(told=self.told, end=self.end, folder=self.memory))
        file.chmod(0o755)

    @contextmanager
    def in_memory(self) -> Iterator[tuple[Path, int]]:
        self.memory.mkdir()
        lock = os.open(self.memory, os.O_RDONLY)
        yield self.memory, lock
        os.close(lock)
        self.memory.rmdir()

    def words(self) -> list[str]:
        self.until(self.told.exists)
        return self.told.read_text().splitlines()

    def closes(self) -> None:
        """Close the browser, and wait until its profile is gone."""
        self.end.write_text("end\n")
        self.until(lambda: not self.memory.exists())

    def until(self, holds: object) -> None:
        end = time.monotonic() + PATIENCE_S
        while not holds():  # type: ignore[operator]
            assert time.monotonic() < end
            time.sleep(0.01)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    made = Place(tmp_path)
    monkeypatch.setenv("PATH", str(made.path))
    monkeypatch.delenv("BROWSER", raising=False)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    return made


@pytest.fixture
def theirs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pages that were asked of the browser that the user has."""
    asked: list[str] = []

    class Theirs:
        basename = "sample"

        def open(self, address: str) -> bool:
            asked.append(address)
            return True

    monkeypatch.setattr(webbrowser, "get", Theirs)
    return asked


@pytest.mark.parametrize("name", ["chromium", "firefox-esr"])
def test_a_profile_in_memory_is_there_while_the_browser_runs(
    place: Place, theirs: list[str], name: str
) -> None:
    place.browser(name)
    assert show(ADDRESS, place.in_memory) is Shown.WITH_A_FRESH_PROFILE
    *words, held = place.words()
    assert words[-1] == ADDRESS
    assert str(place.memory) in " ".join(words)
    assert {"--incognito", "--private-window"} & set(words)
    assert held == "1"  # whoever clears leftovers sees that it is in use
    assert place.memory.is_dir()
    place.closes()
    assert theirs == []


def test_the_browser_that_the_user_named_goes_first(
    place: Place, theirs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    place.browser("chromium", FAILS)
    place.browser("firefox")
    monkeypatch.setenv("BROWSER", "/somewhere/firefox:chromium")
    assert show(ADDRESS, place.in_memory) is Shown.WITH_A_FRESH_PROFILE
    assert "--profile" in place.words()
    place.closes()


@pytest.mark.parametrize("text", [FAILS, BOXED])
def test_where_no_browser_takes_it_the_page_is_shown_in_theirs(
    place: Place, theirs: list[str], text: str
) -> None:
    place.browser("firefox", text)
    assert show(ADDRESS, place.in_memory) is Shown.IN_THEIR_BROWSER
    place.until(lambda: theirs == [ADDRESS])
    assert not place.memory.exists()


def test_without_a_folder_in_memory_nothing_is_said_to_be_in_it(
    place: Place, theirs: list[str]
) -> None:
    place.browser("chromium")

    @contextmanager
    def nowhere() -> Iterator[tuple[Path, int]]:
        raise UsageError("SAMPLE: there is none")
        yield

    assert show(ADDRESS, nowhere) is Shown.IN_THEIR_BROWSER
    assert not place.told.exists()


def test_root_has_no_browser_with_a_profile(
    place: Place, theirs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    place.browser("chromium")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert show(ADDRESS, place.in_memory) is Shown.IN_THEIR_BROWSER
