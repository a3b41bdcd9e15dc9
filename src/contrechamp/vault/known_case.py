"""Whether a case is the one that this machine saw there, and who its members are, told once."""

from collections.abc import Callable
from pathlib import Path

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.base.shown_text import shown
from contrechamp.vault import case, seen
from contrechamp.vault.access.roster import roster
from contrechamp.vault.case import Case


def note_own(place: Path, folder: Path) -> None:
    """Note that a case was made here, in the place of whatever was there before.

    Args:
        place: folder of the case.
        folder: where this machine notes what it has seen.
    """
    with case.held(place) as held:
        file, _content, _copy = case.read_casefile(held)
    seen.note_place(place, file.log_origin, folder)


class KnownCase:
    """A case as this machine knows it, by its place and by its log.

    Whoever knows a member's public key can make a case that opens with it, and put it in the place
    of the member's own: so it is told from the other before anything is written to it.

    Args:
        place: folder of the case.
        folder: where this machine notes what it has seen.
        say: tells the user a line, such as a warning.
        accept: whatever was seen there, this case counts from now on.
    """

    def __init__(
        self, place: Path, folder: Path, say: Callable[[str], None], *, accept: bool = False
    ) -> None:
        self._place, self._folder, self._say, self._accept = place, folder, say, accept
        self._goes_on = True

    def check_place(self, *, write: bool) -> None:
        """Compare the case with the one that was last at its place, before it is opened.

        Raises:
            InputError: if it is another, and is to be written to.
        """
        with case.held(self._place) as held:
            file, _content, _copy = case.read_casefile(held)
        if self._accept or self._is_at_its_place(file.log_origin):
            return
        if write:
            raise InputError(self._other(), where=self._place.name)
        self._say(
            _("warning: {folder}: {message}").format(
                folder=shown(self._place.name), message=self._other()
            )
        )

    def check(self, found: Case, *, write: bool, tell: bool) -> None:
        """Compare an open case with what was seen of its log; name its members at first sight.

        Args:
            found: the case.
            write: it is to be written to.
            tell: name its members, and note it, if this machine sees it for the first time.

        Raises:
            InputError: if it is to be written to and is another, an older copy or a rewritten one.
        """
        if self._accept:
            return
        mine = self._is_at_its_place(found.file.log_origin)
        if write and not mine:
            raise InputError(self._other(), where=self._place.name)
        if mine and not seen.goes_on_at(found, self._place, self._folder):
            if write:
                raise InputError(
                    _(
                        "is not what this machine has seen: it is an older copy, or was rewritten. "
                        "Nothing was written. contrechamp verify says more. If you put it back "
                        "yourself, contrechamp members --accept has it count from now on"
                    ),
                    where=self._place.name,
                )
            self._warn_of_an_older_copy()
        self._goes_on = seen.goes_on(found, self._folder)
        if not tell or seen.last(found, self._folder) is not None:
            return
        if seen.at_place(self._place, self._folder) is None:  # else it was made here
            self._tell_members(found)
        if mine:
            self.note(found, changed=True)

    def note(self, found: Case, *, changed: bool) -> None:
        """Note the case at its place, and its newest checkpoint where it was changed or accepted.

        What is there of another case stays noted, unless this one was accepted; and so does what
        was seen elsewhere of this one, where it does not go on from that: else an older copy that
        was added to would look like the right one.
        """
        if self._accept or changed or seen.at_place(self._place, self._folder) is None:
            seen.note_place(self._place, found.file.log_origin, self._folder, found)
        if self._accept or (changed and self._goes_on):
            seen.note(found, self._folder)
        elif changed:
            self._warn_of_an_older_copy()

    def _warn_of_an_older_copy(self) -> None:
        self._say(
            _(
                "warning: {folder} is not the one that this machine has seen: it is an older "
                "copy, or was rewritten; contrechamp verify says more"
            ).format(folder=shown(self._place.name))
        )

    def _is_at_its_place(self, log_origin: str) -> bool:
        there = seen.at_place(self._place, self._folder)
        return there is None or there == seen.random_name(log_origin)

    def _other(self) -> str:
        return _(
            "is not the case that this machine last saw at this place, but another. Somebody may "
            "have put it there, who then reads what you add. Nothing was written. If you put it "
            "there yourself, compare the keys that contrechamp members shows with its members; "
            "contrechamp members --accept has it count from now on"
        )

    def _tell_members(self, found: Case) -> None:
        """Print who the members are: whoever made the case made it for them to read."""
        lines = [
            _(
                "{folder}: this machine sees the case for the first time. Compare the keys of its "
                "members with them over another channel, before you add to it:"
            ).format(folder=shown(self._place.name))
        ]
        lines += [
            f"  {shown(one.name)}  {one.key or one.signs}" for one in roster(found) if not one.left
        ]
        for line in lines:
            self._say(line)
