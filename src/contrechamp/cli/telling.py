"""What a measurement tells on a terminal: notices, warnings, figures, how fast it was."""

from collections import Counter
from collections.abc import Mapping, Sequence

import click

from contrechamp.base.i18n import _, active_language, ngettext
from contrechamp.cli.options import is_verbose
from contrechamp.measure.results import Figure, Measurement
from contrechamp.publish.numbers import Numbers
from contrechamp.publish.summary import length_in_view, sentences
from contrechamp.scene.tables import Notice, Scene

#: As many notices as one reads; the rest is counted, and all stand in the report.
SHOWN = 3


def steps_of_measure() -> dict[str, str]:
    """Return the steps of a measurement, and the labels of their progress bars."""
    return {
        "reading": _("Reading"),
        "preparing": _("Preparing"),
        "draws": _("Draws"),
        "writing": _("Writing"),
    }


def tell_speed(draws: int, seconds: Mapping[str, float]) -> None:
    """Print how long the steps of a measurement took, on standard error."""
    steps = ", ".join(f"{label} {spent:.1f} s" for label, spent in seconds.items())
    click.echo(steps, err=True)
    drawing = seconds[steps_of_measure()["draws"]]
    click.echo(
        _("{draws} draws in all, {rate} a second").format(
            draws=draws, rate=f"{draws / drawing:.0f}" if drawing else "-"
        ),
        err=True,
    )


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


def tell_first_figure(scene: Scene, seen: Figure) -> None:
    """Print the main figure as soon as it is known, on standard error."""
    sentence = length_in_view(seen, len(scene.cameras), Numbers(active_language()))
    click.echo(
        _("First figure, while the rest is drawn: {sentence}").format(sentence=sentence), err=True
    )


def tell_figures(measurement: Measurement, scene: Scene) -> None:
    """Print the main figures, in the sentences of the report."""
    for sentence in sentences(measurement, scene, Numbers(active_language())):
        click.echo(sentence)


def tell_rows_left_out(counts: Mapping[str, int]) -> None:
    """Print how many rows ``--skip-bad-rows`` left out, on standard error."""
    rows = counts.get("rows_left_out", 0)
    if rows:
        click.echo(
            ngettext("{count} row was left out", "{count} rows were left out", rows).format(
                count=rows
            ),
            err=True,
        )


def tell_warnings(warnings: Sequence[str]) -> None:
    """Print warnings of a measurement on standard error."""
    for warning in warnings:
        click.echo(_("note: {warning}").format(warning=warning), err=True)
