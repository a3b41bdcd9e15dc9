"""Options that several commands share."""

import math
from pathlib import Path
from typing import Any

import click

from contrechamp.base.errors import UsageError
from contrechamp.base.i18n import _, available_languages
from contrechamp.cli.language import OPTION
from contrechamp.publish.measure_job import DRAWS, LEVELS, SEED, TARGET_M
from contrechamp.scene.screen_fields import SCREENS

_VERBOSE = "contrechamp.verbose"


class FiniteRange(click.FloatRange):
    """A number between bounds; unlike click's own range it refuses ``nan`` and ``inf``."""

    name = "number"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the number.

        Raises:
            click.BadParameter: if it is not a number, or out of bounds.
        """
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            self.fail(_("{value} is not a number to work with").format(value=value), param, ctx)
        return number


def checked_found(found: tuple[float, float] | None) -> tuple[float, float] | None:
    """Return the two shares of ``--found``, if there are any.

    Raises:
        UsageError: if the first is not lower.
    """
    if found is not None and not found[0] < found[1]:
        raise UsageError(_("--found: expected the lower share first, and a higher one"))
    return found


class Screens(click.ParamType[str, Any]):
    """Kinds of what stands free and hides, with commas; ``all`` stands for each of them."""

    name = "kinds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the kinds, in the order of kinds.

        Raises:
            click.BadParameter: if there is another word among them.
        """
        named = set(filter(None, str(value).replace(" ", "").split(",")))
        if unknown := sorted(named - {*SCREENS, "all"}):
            told = _("{word} is no kind of what stands free; expected all, or some of {kinds}")
            self.fail(told.format(word=unknown[0], kinds=", ".join(SCREENS)), param, ctx)
        return ",".join(kind for kind in SCREENS if kind in named or "all" in named)


def is_verbose(context: click.Context) -> bool:
    """Return whether the running command was given ``-v``."""
    return bool(context.meta.get(_VERBOSE, False))


def language_option() -> click.Option:
    """``--lang``: read before click runs (see `contrechamp.cli.language`), checked here."""
    return click.Option(
        [OPTION],
        type=click.Choice(available_languages()),
        expose_value=False,
        help=_("Language of messages and report; by default that of the system."),
    )


def verbose_option() -> click.Option:
    """``-v``: every notice, and the traceback of an error."""

    def keep(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
        context.meta[_VERBOSE] = value

    return click.Option(
        ["-v", "--verbose"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=keep,
        help=_("Print every notice, and the traceback of an error."),
    )


def json_option() -> click.Option:
    """``--json``: one JSON object on standard output instead of text."""
    return click.Option(
        ["--json", "as_json"],
        is_flag=True,
        help=_("Print one JSON object for machines, nothing else."),
    )


def day_option(help_text: str) -> click.Option:
    """``--on``: the day as of which the case is looked at."""
    return click.Option(["--on"], type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help=help_text)


def crs_option() -> click.Option:
    """``--crs``: the metric plane."""
    return click.Option(
        ["--crs"],
        metavar="EPSG:N",
        help=_("Projection to compute in, in metres; by default the UTM zone of the area."),
    )


def inputs_argument(*, required: bool = True) -> click.Argument:
    """Return the files that are measured."""
    return click.Argument(
        ["inputs"],
        metavar="INPUT...",
        nargs=-1,
        required=required,
        type=click.Path(path_type=Path),
    )


def areas_option() -> click.Option:
    """Return ``--areas``."""
    return click.Option(
        ["--areas"],
        type=click.Path(path_type=Path),
        metavar="FILE",
        help=_("Districts or grid cells (polygons) to give figures for."),
    )


def report_option(*, required: bool = True) -> click.Option:
    """``-o``: the folder of the report."""
    return click.Option(
        ["-o", "--out"],
        type=click.Path(path_type=Path),
        required=required,
        metavar="DIR",
        help=_("Folder for the report: new, empty, or of an earlier run."),
    )


def skip_bad_rows_option() -> click.Option:
    """``--skip-bad-rows``: continue without them."""
    return click.Option(
        ["--skip-bad-rows"],
        is_flag=True,
        help=_("Leave out rows that cannot be read, and say how many."),
    )


def declination_option() -> click.Option:
    """``--declination``: how far a compass pointed from true north."""
    return click.Option(
        ["--declination", "declination_deg"],
        type=FiniteRange(-180, 180),
        metavar="DEG",
        help=_(
            "Turn directions from magnetic north by this to true north, east positive; by default "
            "by the World Magnetic Model for the day in each row."
        ),
    )


def models_option() -> click.Option:
    """``--models``: what data sheets say."""
    return click.Option(
        ["--models", "models_file"],
        type=click.Path(path_type=Path),
        metavar="FILE",
        help=_("CSV of makers' models: lens and resolution of cameras whose model is known."),
    )


def levels_option() -> click.Option:
    """``--levels``: pixel densities."""
    return click.Option(
        ["--levels", "level_set"],
        default=LEVELS,
        show_default=True,
        metavar="SET",
        help=_("Pixel densities: dori2014, iec2025, or pixels per metre such as 25,62.5,125."),
    )


def without_option() -> click.Option:
    """``--without``: what stands free and is to be taken as not there."""
    return click.Option(
        ["--without"],
        type=Screens(),
        default="",
        metavar="KINDS",
        help=_(
            "Take what stands free as if it were not there: all, or some of {kinds}, with commas."
        ).format(kinds=", ".join(SCREENS)),
    )


def target_height_option() -> click.Option:
    """``--target-height``: height of what is to be seen."""
    return click.Option(
        ["--target-height", "target_height_m"],
        type=FiniteRange(0, 1000),
        default=TARGET_M,
        show_default=True,
        metavar="M",
        help=_("Height above the ground of what is seen: 1.6 is a face, 0 the ground."),
    )


def threads_option() -> click.Option:
    """``--threads``: how many processors to use."""
    return click.Option(
        ["--threads"],
        type=click.IntRange(1, 1024),
        metavar="N",
        help=_("Use at most this many processors; the result is the same. By default all."),
    )


def unconfined_option() -> click.Option:
    """``--unconfined``: read foreign files also where nothing confines what reads them."""
    return click.Option(
        ["--unconfined"],
        is_flag=True,
        help=_(
            "Read files also where this system cannot confine what reads them (no Landlock or "
            "seccomp): a file made to do harm can then reach all that you can. It is noted."
        ),
    )


def draws_option(default: int = DRAWS) -> click.Option:
    """``--draws``: how often what is not known is drawn."""
    return click.Option(
        ["--draws"],
        type=click.IntRange(1, 1_000_000),
        default=default,
        show_default=True,
        metavar="N",
        help=_("How often to draw what is not mapped."),
    )


def seed_option() -> click.Option:
    """``--seed``: of all draws."""
    return click.Option(
        ["--seed"],
        type=click.IntRange(0, 2**63 - 1),
        default=SEED,
        show_default=True,
        metavar="N",
        help=_("Another seed draws other numbers; the same one gives the same bytes."),
    )
