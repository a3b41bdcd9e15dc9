"""How releases stand, on the command line: which hold, which do not, which copies are out."""

from typing import TYPE_CHECKING

import click

from contrechamp.base.shown_text import shown
from contrechamp.wording import gates

if TYPE_CHECKING:
    from contrechamp.dossier.permission.releasing import CopyOut
    from contrechamp.dossier.permission.standing import Standings


def tell_releases(standings: "Standings", ref: str) -> None:
    """Print how the releases of a record or item stand; or how a release itself does."""
    from contrechamp.dossier.permission import releasing
    from contrechamp.dossier.reading.short_names import ShortNames

    found = releasing.of(standings, ref)
    names = ShortNames(standings.view.case)
    for state in found:
        line = gates.state_line(state.ended, len(state.unmet), state.release.on)
        click.echo(f"  {'=' if state.holds else '!'} {line}  {state.because or state.ref}")
        for text in releasing.lines(state.unmet, names):
            click.echo(f"  {shown(text)}")
    if any(one.is_taken_back or one.ended == "revoked" for one in found):
        tell_copies(releasing.copies_out(standings, found[0].release.about))


def tell_copies(copies: "list[CopyOut]") -> None:
    """Print which copies are known to be out."""
    for one in copies:
        line = gates.copy_out(shown(one.name), one.at, shown(one.to), one.ref, team=one.team)
        click.echo(f"  > {line}")
    if not copies:
        click.echo(f"  > {gates.no_copy_known()}")
