"""The user's browser, asked to open a page of ours: with a profile in memory, if it takes one."""

import os
import shutil
import subprocess
import threading
import webbrowser
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, suppress
from enum import Enum
from pathlib import Path
from typing import Final

from contrechamp.base.errors import ContrechampError

#: Browsers of the terminal, which would take it from the command that serves the page.
_OF_TERMINALS: Final = frozenset({"lynx", "links", "elinks", "w3m", "www-browser", "browsh"})
#: Browsers that take a profile, and how they are told: they keep nothing of it once it is gone.
_CHROMIUM: Final = ("--no-first-run", "--no-default-browser-check", "--disable-sync", "--incognito")
_FIREFOX: Final = ("--new-instance", "--private-window")
_WITH_PROFILE: Final = {
    "chromium": ("--user-data-dir={folder}", *_CHROMIUM),
    "google-chrome": ("--user-data-dir={folder}", *_CHROMIUM),
    "firefox-esr": ("--profile", "{folder}", *_FIREFOX),
    "firefox": ("--profile", "{folder}", *_FIREFOX),
}
#: A browser in a box of its own, which cannot reach a profile of ours: how its starter begins.
_BOXED: Final = b"snap"
_MOST_STARTER: Final = 1 << 16
#: A browser that cannot show the page has ended by then, in seconds.
_ENDS_AT_ONCE_S: Final = 0.5

#: Yields a folder in memory, and a descriptor that keeps it; see `base.memory_files`.
InMemory = Callable[[], AbstractContextManager[tuple[Path, int]]]


class Shown(Enum):
    """How a page was shown: not at all, where somebody was before, or where nobody will look."""

    NOWHERE = "nowhere"
    IN_THEIR_BROWSER = "in their browser"
    WITH_A_FRESH_PROFILE = "with a fresh profile"


def show(address: str, in_memory: InMemory | None = None) -> Shown:
    """Ask for a page in the user's browser.

    The browser is waited for in a thread of its own, since it asks for the page before it is done.

    Args:
        address: of the page.
        in_memory: makes the folder of a fresh profile, which the browser keeps as long as it runs;
            None to show the page in the profile that the user has.
    """
    if in_memory is not None and _show_apart(address, in_memory):
        return Shown.WITH_A_FRESH_PROFILE
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return Shown.NOWHERE
    if getattr(browser, "basename", "") in _OF_TERMINALS:
        return Shown.NOWHERE
    threading.Thread(target=browser.open, args=(address,), daemon=True).start()
    return Shown.IN_THEIR_BROWSER


def _show_apart(address: str, in_memory: InMemory) -> bool:
    """Show a page with a profile of its own; False where no browser takes one.

    The folder stays when this process becomes the next one, as it does when a case is locked: the
    browser has the descriptor that says that it is in use.
    """
    found = _that_takes_a_profile()
    if found is None or os.geteuid() == 0:  # browsers do not run for root
        return False
    program, words = found
    with ExitStack() as kept:
        try:
            folder, lock = kept.enter_context(in_memory())
        except ContrechampError:
            return False
        told = [one.format(folder=folder) for one in words]
        try:
            process = subprocess.Popen(  # noqa: S603 - found on the path, as a browser always is
                [program, *told, address],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(lock,),
                start_new_session=True,
            )
        except OSError:
            return False
        with suppress(subprocess.TimeoutExpired):  # it runs, as it should
            if process.wait(_ENDS_AT_ONCE_S):
                return False
        staying = kept.pop_all()

    def until_it_ends() -> None:
        with staying:
            process.wait()

    threading.Thread(target=until_it_ends, daemon=True).start()
    return True


def _that_takes_a_profile() -> tuple[str, tuple[str, ...]] | None:
    """Return the program of a browser and its words; the one that the user named goes first."""
    named = [one.rpartition("/")[2] for one in os.environ.get("BROWSER", "").split(":")]
    for name in (*named, *_WITH_PROFILE):
        program = shutil.which(name) if name in _WITH_PROFILE else None
        if program is not None and not _is_boxed(Path(program)):
            return program, _WITH_PROFILE[name]
    return None


def _is_boxed(program: Path) -> bool:
    real = program.resolve()
    if "snap" in real.parts:
        return True
    try:
        with real.open("rb") as file:
            beginning = file.read(_MOST_STARTER)
    except OSError:
        return True
    return beginning.startswith(b"#!") and _BOXED in beginning
