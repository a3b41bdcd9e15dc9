"""What is open at the workbench: a case, what opens it, and when that is forgotten."""

import math
import sys
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Final, TypeVar

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.dossier.opening import opened_and_known
from contrechamp.dossier.reading.short_names import ShortNames, words_of
from contrechamp.vault.access.slots import Secret, WrongKeyError
from contrechamp.vault.case import Case
from contrechamp.vault.held_case import HeldCase
from contrechamp.vault.lock import BusyError
from contrechamp.web.kept_case import KeptCase, file_of, version_of

#: How long somebody else may write to the case before that is told, in seconds.
_PATIENCE_S: Final = 5.0
#: So many wrong passphrases are free; each further one is waited for twice as long, to a limit.
_FREE_TRIES: Final = 3
_MOST_WAIT_S: Final = 60.0
#: The clock that goes on while the machine sleeps may be ahead of the other by so much, in seconds.
_NO_SLEEP_S: Final = 5.0
#: Titles whose words are remembered.
_MOST_TITLES: Final = 250_000

_Found = TypeVar("_Found")


class LockedError(Exception):
    """Raised where a case is asked for, and none is open."""


@dataclass(frozen=True)
class Clocks:
    """Where time comes from.

    Args:
        now: for the log.
        awake_s: seconds that go on while the machine is awake.
        always_s: seconds that go on while it sleeps too.
    """

    now: Callable[[], datetime]
    awake_s: Callable[[], float] = time.monotonic
    always_s: Callable[[], float] = lambda: time.clock_gettime(
        getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    )


@dataclass
class Session:
    """The one person who works here, and the case that they have open.

    Args:
        clocks: the time.
        seen: where this machine notes what it saw of each case.
        idle_s: after so many seconds without a sign of life what opens the case is forgotten.
        is_busy: returns whether work is under way, which is a sign of life.
    """

    clocks: Clocks
    seen: Path
    idle_s: float
    is_busy: Callable[[], bool] = lambda: False
    held: HeldCase | None = None
    #: Lines for the next page, such as warnings of a case that is not the one that was known.
    said: list[str] = field(default_factory=list)
    #: Why it was locked; "" if somebody asked for it.
    why: str = ""
    _wrong: int = 0
    _wrong_at: float = 0.0
    _used_at: float = 0.0
    _awake: tuple[float, float] | None = None
    #: What each thread that answers pages keeps open; a connection is used by one thread alone.
    _kept: dict[int, KeptCase] = field(default_factory=dict)
    _answering: set[int] = field(default_factory=set)
    #: The words of titles as names have them, which take long to work out of other scripts.
    words_of: Callable[[str], str] = words_of

    @property
    def is_open(self) -> bool:
        """Whether a case is open."""
        return self.held is not None and self.held.secret is not None

    def unlock(self, folder: Path, secret: Secret) -> None:
        """Open a case, and keep what opens it.

        Raises:
            InputError: if it does not open with that, or was tried too often.
        """
        self._check_tries()
        held = HeldCase(folder)
        held.keep(secret)
        self.forget()
        self.held = held
        try:
            with self.opening():
                pass
        except BaseException as error:
            self.forget()
            if isinstance(error, WrongKeyError):
                self._wrong += 1
                self._wrong_at = self.clocks.awake_s()
            raise
        self._wrong, self.why = 0, ""
        self.used()

    def forget(self) -> None:
        """Forget what opens the case."""
        if self.held is not None:
            self.held.forget()
        self.held = None
        self.said.clear()
        self.words_of = lru_cache(maxsize=_MOST_TITLES)(words_of)
        kept = self._kept.pop(threading.get_ident(), None)
        if kept is not None:
            kept.stack.close()

    def used(self) -> None:
        """Note a sign of life."""
        self._used_at = self.clocks.awake_s()
        if self._awake is None:
            self._awake = (self.clocks.awake_s(), self.clocks.always_s())

    def must_lock(self) -> bool:
        """Return whether nobody was here for too long, or the machine slept; `why` says so."""
        before = self._awake
        here = self._awake = (self.clocks.awake_s(), self.clocks.always_s())
        if not self.is_open:
            return False
        if before and (here[1] - before[1]) - (here[0] - before[0]) > _NO_SLEEP_S:
            self.why = _("Locked, for the machine slept.")
            return True
        if here[0] - self._used_at > self.idle_s and not self.is_busy():
            self.why = _("Locked, for nobody was here.")
            return True
        return False

    @contextmanager
    def opening(self, write: bool = False) -> Iterator[Case]:
        """Open the case for the length of a ``with`` block, in any thread.

        Raises:
            LockedError: if none is open.
            InputError: if it cannot be opened, or somebody else writes to it for long.
        """
        held = self.held
        if held is None or held.secret is None:
            raise LockedError
        if held.is_changed():
            self.forget()
            self.why = _("The ways into the case were changed: what opens it is asked again.")
            raise LockedError
        if write or threading.get_ident() not in self._answering:
            with ExitStack() as stack:
                yield self._opened(held, stack, write=write)
            return
        kept = self._kept_open(held)
        try:
            yield kept.case
        except BaseException:
            # What watches over an open case says what went wrong; after that it is opened anew.
            self._kept.pop(threading.get_ident(), None)
            if not kept.stack.__exit__(*sys.exc_info()):
                raise

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Keep the case open in this thread from one page to the next, if nobody writes to it.

        To open a case, its whole log is computed anew: of 100,000 entries that takes seconds.
        """
        me = threading.get_ident()
        self._answering.add(me)
        try:
            yield
        finally:
            self._answering.discard(me)

    def names(self, case: Case) -> ShortNames:
        """Return the names of the records of a case that is open here."""
        kept = self._kept.get(threading.get_ident())
        if kept is not None and kept.case is case:
            return kept.names
        return ShortNames(case, self.words_of)

    def once(self, case: Case, what: Hashable, work: Callable[[], _Found]) -> _Found:
        """Return what takes long to find out of a case; once, while nobody writes to it.

        Args:
            case: open here.
            what: is found out.
            work: finds it out.
        """
        kept = self._kept.get(threading.get_ident())
        if kept is None or kept.case is not case:
            return work()
        if what not in kept.found:
            kept.found[what] = work()
        found: _Found = kept.found[what]
        return found

    def _kept_open(self, held: HeldCase) -> KeptCase:
        me = threading.get_ident()
        kept = self._kept.get(me)
        if kept is not None and kept.is_current(held):
            for line in kept.said:
                self._say(line)
            return kept
        if kept is not None:
            del self._kept[me]
            kept.stack.close()
        with ExitStack() as stack:
            file, before = file_of(held), set(self.said)
            case = self._opened(held, stack, write=False)
            said = tuple(line for line in self.said if line not in before)
            names = ShortNames(case, self.words_of)
            kept = KeptCase(held, case, stack.pop_all(), file, version_of(case), names, said)
        self._kept[me] = kept
        return kept

    def _opened(self, held: HeldCase, stack: ExitStack, *, write: bool) -> Case:
        """Open the case; `stack` closes it. Somebody else who writes is waited for, for a while."""
        patience_s = time.monotonic() + _PATIENCE_S
        while True:
            if held.secret is None:
                raise LockedError
            opened = opened_and_known(held.folder, held.secret, self.seen, self._say, write=write)
            try:
                return stack.enter_context(opened)
            except BusyError:
                if time.monotonic() > patience_s:
                    raise
                time.sleep(0.05)

    def _say(self, line: str) -> None:
        if line not in self.said:
            self.said.append(line)

    def _check_tries(self) -> None:
        over = self._wrong - _FREE_TRIES
        if over < 0:
            return
        wait_s = min(2.0 ** (over + 1), _MOST_WAIT_S)
        left_s = wait_s - (self.clocks.awake_s() - self._wrong_at)
        if left_s > 0:
            raise InputError(
                _("that was wrong several times: try again in {seconds} seconds").format(
                    seconds=math.ceil(left_s)
                )
            )
