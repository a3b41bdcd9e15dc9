"""``contrechamp serve``: the workbench in the browser of this machine."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import click

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _, activate
from contrechamp.base.machine import keep_memory_private, seen_folder
from contrechamp.cli.case_access import now
from contrechamp.cli.shell_cmd import IDLE_MINUTES


def command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "serve",
        callback=_serve,
        help=_(
            "Open the workbench in your browser: make a case or open one, bring in files, see what "
            "an import understands, review masked copies. FOLDER is a case, or a folder of cases. "
            "It is served to this machine alone, and to the one browser that opens its address; "
            "passphrases are typed there. Ctrl-C ends it."
        ),
        epilog=_("Example: contrechamp serve cases"),
        params=[
            click.Argument(
                ["place"], metavar="FOLDER", default=".",
                type=click.Path(path_type=Path),
            ),
            click.Option(
                ["--idle", "idle_minutes"], type=click.IntRange(1, 24 * 60), default=IDLE_MINUTES,
                show_default=True, metavar="MINUTES",
                help=_("After so long without a sign of life, the case is locked."),
            ),
            click.Option(
                ["--no-browser"], is_flag=True,
                help=_("Print the address, and start no browser."),
            ),
            click.Option(["--going-on"], type=int, hidden=True),
        ],
    )  # fmt: skip


def _serve(*, place: Path, idle_minutes: int, no_browser: bool, going_on: int | None) -> None:
    from contrechamp.base import memory_files
    from contrechamp.local_page import street
    from contrechamp.local_page.serving import serve
    from contrechamp.web.desk import Desk
    from contrechamp.web.session import Clocks, Session
    from contrechamp.web.workbench import Workbench

    if not place.is_dir():
        raise InputError(_("no such file or folder"), where=str(place))
    keep_memory_private()
    memory_files.clear_leftovers()
    desk = Desk(Session(Clocks(now), seen_folder(), 60.0 * idle_minutes), place)
    workbench = Workbench(desk)
    tell: Callable[[str], None] = _tell_quietly if no_browser else _tell
    if going_on is None:
        try:
            here = street.opened()
        except OSError as error:
            raise InputError(
                _("nothing can be served here: {error}").format(error=error)
            ) from error
    else:
        here, told = street.taken_over(going_on)
        desk.session.why = str(told["why"])
        activate(str(told["language"]))
        tell = _say_nothing
    try:
        serve(workbench, workbench.rules(), tell, here)
    finally:
        desk.close()
    if workbench.is_locked:
        _begin_anew(here.handed_on(workbench.told()), place, idle_minutes)
    memory_files.remove_own()  # the profile of the browser, if it is still open
    memory_files.clear_leftovers()


def _begin_anew(street: int, place: Path, idle_minutes: int) -> None:
    """Become the next process of the same workbench: no key or word of a case stays in memory."""
    words = ["serve", "--idle", str(idle_minutes), "--going-on", str(street), "--", str(place)]
    os.execv(sys.executable, [sys.executable, "-m", "contrechamp", *words])  # noqa: S606


def _tell(address: str) -> None:
    from contrechamp.base.memory_files import folder_in_memory
    from contrechamp.local_page.browser import Shown, show

    match show(address, folder_in_memory):
        case Shown.NOWHERE:
            _tell_quietly(address)
        case Shown.WITH_A_FRESH_PROFILE:
            click.echo(
                _(
                    "The workbench is open in a browser with a profile of its own, in memory: no "
                    "disk keeps any of it. Ctrl-C ends the workbench."
                ),
                err=True,
            )
        case Shown.IN_THEIR_BROWSER:
            click.echo(_("The workbench is open in your browser; Ctrl-C ends it."), err=True)
            click.echo(
                _(
                    "Its history notes that a page of this machine was visited, and neither a "
                    "case nor a word of it. If that matters, use --no-browser and a private window."
                ),
                err=True,
            )


def _tell_quietly(address: str) -> None:
    click.echo(_("Open this address, good for once: {address}").format(address=address))
    click.echo(_("The workbench runs until Ctrl-C."), err=True)


def _say_nothing(_address: str) -> None:
    """The browser knows the address."""
