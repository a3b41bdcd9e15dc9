"""``contrechamp check``: what is understood of input files, before anything is measured."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from contrechamp.base.errors import CheckFailedError, UsageError
from contrechamp.base.i18n import _, ngettext
from contrechamp.base.shown_text import shown
from contrechamp.cli.options import (
    areas_option,
    declination_option,
    inputs_argument,
    is_verbose,
    json_option,
    unconfined_option,
)
from contrechamp.scene.map_cell import map_cell

if TYPE_CHECKING:
    from contrechamp.scene.examined import Examined, ExaminedFile
    from contrechamp.scene.understood import Understood

#: Notices of a file that are printed; the rest is counted.
SHOWN = 10


def command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "check",
        callback=_check,
        help=_(
            "Show what is understood of the files that measure would be given: each column of a "
            "table and each tag of a camera, what it is used as, what is not used or cannot be "
            "read, and the first rows as they will be used. Nothing is computed and nothing is "
            "written. The exit status is 0 if measure takes the files as they are, 1 if something "
            "is in the way."
        ),
        epilog=_("Example: contrechamp check city.osm.pbf survey.csv walk.gpx"),
        params=[
            inputs_argument(),
            areas_option(),
            click.Option(
                ["--open", "open_ground"],
                is_flag=True,
                help=_("The place has no buildings: none is expected."),
            ),
            declination_option(),
            unconfined_option(),
            json_option(),
        ],
    )


def _check(
    *,
    inputs: tuple[Path, ...],
    areas: Path | None,
    open_ground: bool,
    declination_deg: float | None,
    unconfined: bool,
    as_json: bool,
) -> None:
    gone = [path.name for path in (*inputs, *([areas] if areas else [])) if not path.exists()]
    if gone:
        raise UsageError(_("there is no such file: {names}").format(names=", ".join(gone)))
    with map_cell(unconfined=unconfined) as cell:  # gets warm during the imports
        from contrechamp.cli.bars import progress_for
        from contrechamp.scene.examined import examine

        found = examine(
            inputs,
            areas=areas,
            open_ground=open_ground,
            declination_deg=declination_deg,
            cell=cell,
            progress=progress_for(as_json=as_json),
        )
    if as_json:
        click.echo(json.dumps(_for_machines(found)))
        if found.in_the_way:
            raise click.exceptions.Exit(CheckFailedError.exit_status)
        return
    for file in found.files:
        for line in _lines(file):
            click.echo(shown(line))
        click.echo()
    if found.in_the_way:
        head = ngettext(
            "{count} thing is in the way of measure:",
            "{count} things are in the way of measure:",
            len(found.in_the_way),
        ).format(count=len(found.in_the_way))
        raise CheckFailedError("\n".join([head, *(f"- {text}" for text in found.in_the_way)]))
    click.echo(_("measure takes these files as they are."))


def _for_machines(found: "Examined") -> dict[str, object]:
    return {
        "ready": not found.in_the_way,
        "in_the_way": list(found.in_the_way),
        "files": [asdict(file) for file in found.files],
    }


def _lines(file: "ExaminedFile") -> Iterator[str]:
    from contrechamp.cli.first_rows import row_line

    if file.problem:
        yield _("{file}: cannot be used").format(file=file.name)
        yield from (f"  {line}" for line in file.problem.splitlines())
        return
    what = ", ".join([file.format, *_holds(file)]) if file.format else _("given twice")
    yield f"{file.name}: {what}"
    yield from _columns(file.understood)
    for table, rows in file.first.items():
        yield "  " + _first_rows_label(table)
        for row in rows:
            yield "    " + row_line(row, table)
    limit = len(file.notices) if is_verbose(click.get_current_context()) else SHOWN
    for notice in file.notices[:limit]:
        yield f"  {notice.where}: {notice.message}"
    left = len(file.notices) - limit
    if left > 0:
        more = ngettext(
            "and {count} more notice; -v prints it",
            "and {count} more notices; -v prints them",
            left,
        )
        yield "  " + more.format(count=left)


def _holds(file: "ExaminedFile") -> list[str]:
    there = file.holds
    counted = (
        (there.cameras, ngettext("{n} camera", "{n} cameras", there.cameras)),
        (there.buildings, ngettext("{n} building", "{n} buildings", there.buildings)),
        (there.streets, ngettext("{n} walkable way", "{n} walkable ways", there.streets)),
        (there.tracks, ngettext("{n} recorded walk", "{n} recorded walks", there.tracks)),
        (there.areas, ngettext("{n} area", "{n} areas", there.areas)),
        (there.barriers, ngettext("{n} barrier", "{n} barriers", there.barriers)),
        (there.places, ngettext("{n} public place", "{n} public places", there.places)),
    )
    return [text.format(n=n) for n, text in counted if n] or [_("nothing that is measured")]


def _columns(understood: "Sequence[Understood]") -> Iterator[str]:
    """Yield a line for each column and tag, those of one layer or sheet under its name."""
    from contrechamp.scene.understood import meaning_label

    several = len({one.where for one in understood}) > 1
    widest = min(max((len(one.name) for one in understood), default=0), 40)
    before = ""
    for one in understood:
        if several and one.where != before:
            before = one.where
            yield f"  {one.where}"
        means = [
            label if label == name else f"{label} ({name})"
            for name in one.used_as
            for label in [meaning_label(name)]
        ]
        use = "; ".join(means) or _("not used")
        yield f"    {one.name:{widest}}  {use}{_told(one)}"


def _told(one: "Understood") -> str:
    """Return how many say something there, and what of it is not used."""
    told = [ngettext("{n} filled in", "{n} filled in", one.filled).format(n=one.filled)]
    if one.unreadable:
        told.append(
            ngettext("{n} cannot be read", "{n} cannot be read", one.unreadable).format(
                n=one.unreadable
            )
        )
    if one.used_as and one.unused:
        told.append(ngettext("{n} not used", "{n} not used", one.unused).format(n=one.unused))
    if one.example and (one.unused or one.unreadable):
        told.append(_("such as {example}").format(example=one.example))
    return f"  [{', '.join(told)}]"


def _first_rows_label(table: str) -> str:
    labels = {
        "cameras": _("the first cameras, as they will be used:"),
        "buildings": _("the first buildings, as they will be used:"),
        "tracks": _("the first recorded walks, as they will be used:"),
        "areas": _("the first areas, as they will be used:"),
    }
    return labels[table]
