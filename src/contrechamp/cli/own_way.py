"""``contrechamp measure --track``: one's own way, printed and kept nowhere."""

import json
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from contrechamp.base.errors import UsageError
from contrechamp.base.i18n import _
from contrechamp.measure.own_way.asked import Asked
from contrechamp.scene.map_cell import map_cell

#: Options of `measure` that say nothing of a walk: given with one, they would be unused.
_OTHERS = ("areas", "whole", "same_camera_m", "piece_m", "homes", "again", "completeness")
_USED = (
    *("inputs", "out", "level_set", "crs", "skip_bad_rows", "declination_deg", "priors_file"),
    *("models_file", "open_ground", "without"),
)


def measure_track(track: Path, options: dict[str, Any], *, unconfined: bool, as_json: bool) -> None:
    """Measure a walk, and print what came out.

    Args:
        track: the recorded walk.
        options: of `measure`.
        unconfined: see there.
        as_json: print for machines.

    Raises:
        ContrechampError: if an input, an option or the output folder cannot be used.
    """
    context = click.get_current_context()
    for parameter in context.command.params:
        name = parameter.name or ""
        given = context.get_parameter_source(name) is ParameterSource.COMMANDLINE
        if name in _OTHERS and given:
            raise UsageError(
                _("{option} says nothing of a walk: leave it out beside --track").format(
                    option=parameter.opts[0]
                )
            )
    asked = Asked(
        draws=options["draws"],
        seed=options["seed"],
        target_height_m=options["target_height_m"],
        gps_error_m=options["gps_error_m"],
        threads=options["threads"],
    )
    with map_cell(unconfined=unconfined) as cell:  # gets warm during the imports
        from contrechamp.cli.bars import progress_for
        from contrechamp.cli.telling import tell_notices
        from contrechamp.publish.own_way.measuring import OwnWayJob, measure_own_way

        done = measure_own_way(
            OwnWayJob(track=track, asked=asked, **{name: options[name] for name in _USED}),
            cell=cell,
            progress=progress_for(as_json=as_json),
        )
    if as_json:
        click.echo(json.dumps(done.for_machines))
        return
    tell_notices(done.notices)
    for sentence in done.sentences:
        click.echo(sentence)
    if done.index is None:
        click.echo(_("Nothing of this was kept. -o DIR writes what may be handed on."), err=True)
    else:
        click.echo(_("What may be handed on: {index}").format(index=done.index))
