"""Records on the command line: options that name them, and how they are printed."""

from typing import TYPE_CHECKING, Any

import click

from contrechamp.base.i18n import _
from contrechamp.wording.standing import flag_labels

if TYPE_CHECKING:
    from contrechamp.dossier.permission.standing import Flag


def ref_argument(name: str = "ref", metavar: str = "RECORD", **more: Any) -> click.Argument:
    """``RECORD``: a reference to a record, or its beginning."""
    return click.Argument([name], metavar=metavar, **more)


def kind_option() -> click.Option:
    """``--kind``: which records."""
    return click.Option(
        ["--kind"], default="", metavar="KIND", help=_("Only records of this kind.")
    )


def why_option() -> click.Option:
    """``--why``: the reason for a judgement, kept in the case."""
    return click.Option(
        ["--why"], default="", metavar="TEXT", help=_("Why, in your words; it stands in the case.")
    )


def flag_line(flag: "Flag") -> str:
    """Return a flag as one line."""
    line = f"! {flag_labels()[flag.code]}"
    if flag.at:
        line += f" ({flag.at})"
    return f"{line}  {flag.because}" if flag.because else line
