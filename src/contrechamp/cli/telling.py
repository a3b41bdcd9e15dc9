"""What a measurement prints on a terminal: notices, warnings, figures, how fast it was."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from contrechamp.base.i18n import _, ngettext
from contrechamp.cli.options import is_verbose

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from contrechamp.publish.measure_job import MeasureJob
    from contrechamp.scene.map_cell import MapReader
    from contrechamp.scene.tables import Notice

#: Notices of each kind that are printed; the rest is counted, and all are in the report.
SHOWN = 3


def measure_and_tell(
    job: "MeasureJob", cell: "AbstractContextManager[MapReader]", *, as_json: bool
) -> None:
    """Run the main job, for ``measure`` and ``demo``, and print what came out.

    Args:
        job: what is to be measured.
        cell: reads its inputs; it gets warm while this process imports what it needs.
        as_json: print for machines.

    Raises:
        ContrechampError: if an input, an option or the output folder cannot be used.
    """
    with cell as reads:
        from contrechamp.cli.again import command_again
        from contrechamp.cli.bars import progress_for
        from contrechamp.publish.measuring import measure_and_publish

        done = measure_and_publish(
            job,
            again=command_again(click.get_current_context()),
            cell=reads,
            progress=progress_for(as_json=as_json),
            first=None if as_json else tell_first_figure,
        )
    if as_json:
        click.echo(json.dumps(done.for_machines()))
        return
    tell_notices(done.scene.notices)
    tell_rows_left_out(done.scene.counts)
    for warning in done.measurement.warnings:
        click.echo(_("note: {warning}").format(warning=warning), err=True)
    for line in done.how_fast():
        click.echo(line, err=True)
    for sentence in done.sentences():
        click.echo(sentence)
    click.echo(_("Report: {index}").format(index=done.report.index))


def tell_answer(
    sentences: "Sequence[str]", notices: "Sequence[Notice]", counts: "Mapping[str, int]"
) -> None:
    """Print what a command that answers one question found, and before that what it could not use.

    Args:
        sentences: of the answer.
        notices: of the inputs.
        counts: of `Scene.counts`.
    """
    tell_notices(notices)
    tell_rows_left_out(counts)
    for sentence in sentences:
        click.echo(sentence)


def tell_first_figure(sentence: str) -> None:
    """Print the main figure as soon as it is known, on standard error."""
    click.echo(
        _("First figure, while the rest is drawn: {sentence}").format(sentence=sentence), err=True
    )


def tell_notices(notices: "Sequence[Notice]") -> None:
    """Print the first notices of each kind, or all with ``-v``, on standard error."""
    limit = len(notices) if is_verbose(click.get_current_context()) else SHOWN
    of_kind: Counter[str] = Counter()
    for notice in notices:
        of_kind[notice.kind] += 1
        if of_kind[notice.kind] <= limit:
            click.echo(f"{notice.where}: {notice.message}", err=True)
    left = sum(max(0, count - limit) for count in of_kind.values())
    if left:
        click.echo(
            ngettext(
                "and {count} more notice; -v prints it",
                "and {count} more notices; -v prints them",
                left,
            ).format(count=left),
            err=True,
        )


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
