"""What a command tells on a terminal: progress, and what readers noticed."""

import sys
from collections import Counter
from collections.abc import Sequence

import click
from rich.console import Console

from contrechamp.base.i18n import _, active_language, ngettext
from contrechamp.base.progress import Progress, on_terminal, silent
from contrechamp.cli.options import is_verbose
from contrechamp.measure.results import Measurement
from contrechamp.publish.numbers import Numbers
from contrechamp.publish.summary import sentences
from contrechamp.scene.tables import Notice, Scene

#: As many notices as one reads; the rest is counted, and all stand in the report.
SHOWN = 3


def progress_for(*, as_json: bool) -> Progress:
    """Return bars on standard error where that is a terminal, silence elsewhere."""
    return silent if as_json else on_terminal(Console(file=sys.stderr))


def tell_notices(notices: Sequence[Notice]) -> None:
    """Print the first notices of each kind, or all with ``-v``, on standard error."""
    limit = len(notices) if is_verbose(click.get_current_context()) else SHOWN
    told: Counter[str] = Counter()
    for notice in notices:
        told[notice.kind] += 1
        if told[notice.kind] <= limit:
            click.echo(f"{notice.where}: {notice.message}", err=True)
    left = sum(max(0, count - limit) for count in told.values())
    if left:
        click.echo(
            ngettext(
                "and {count} more notice; -v prints it",
                "and {count} more notices; -v prints them",
                left,
            ).format(count=left),
            err=True,
        )


def tell_figures(measurement: Measurement, scene: Scene) -> None:
    """Print the main figures, in the sentences of the report."""
    for sentence in sentences(measurement, scene, Numbers(active_language())):
        click.echo(sentence)


def tell_warnings(warnings: Sequence[str]) -> None:
    """Print warnings of a measurement on standard error."""
    for warning in warnings:
        click.echo(_("note: {warning}").format(warning=warning), err=True)
