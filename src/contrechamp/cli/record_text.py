"""Records as they are printed on a terminal."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from contrechamp.base.i18n import _, ngettext
from contrechamp.cli.case_access import shown

if TYPE_CHECKING:
    from contrechamp.dossier.permission.standing import Flag
    from contrechamp.dossier.records.field_types import Record

#: Of the lines below a field.
INDENT = "  "


def ref_argument(name: str = "ref", metavar: str = "RECORD", **more: Any) -> click.Argument:
    """``RECORD``: a reference, or its beginning."""
    return click.Argument([name], metavar=metavar, **more)


def flag_texts() -> dict[str, str]:
    """Return what the flags of a record say, in the user's language."""
    return {
        "no-evidence": _("rests on no evidence that stands"),
        "contested": _("contested"),
        "refuted": _("refuted: a challenge to it was upheld"),
        "withdrawn": _("withdrawn"),
        "no-consent": _("held without consent"),
        "consent-withdrawn": _("consent withdrawn"),
        "erased": _("names something that was erased"),
        "conflict": _("two copies of the case said different things"),
        "evidence-contested": _("rests on something contested"),
        "evidence-refuted": _("rests on something refuted"),
        "evidence-withdrawn": _("rests on something withdrawn"),
        "evidence-erased": _("rests on something erased"),
        "evidence-lacking": _("rests on something that has no evidence itself"),
        "evidence-without-consent": _("rests on something held without consent"),
    }


def flag_line(flag: "Flag") -> str:
    """Return a flag as one line."""
    line = f"! {flag_texts()[flag.code]}"
    if flag.at:
        line += f" ({flag.at})"
    return f"{line}  {flag.because}" if flag.because else line


def field_lines(
    value: Any, indent: str = "", *, named: Callable[[str], str] = str
) -> Iterator[str]:
    """Yield the fields of a record, given as JSON, each on lines of its own.

    Args:
        value: fields and what they hold.
        indent: before each line.
        named: what is printed for a text: of a reference, with what it points to.
    """
    for name, one in value.items():
        yield from _lines(name, one, indent, named)


def _lines(name: str, value: Any, indent: str, named: Callable[[str], str]) -> Iterator[str]:
    if isinstance(value, dict):
        yield f"{indent}{name}:"
        yield from field_lines(value, indent + INDENT, named=named)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for number, one in enumerate(value, start=1):
            yield f"{indent}{name}[{number}]:"
            yield from field_lines(one, indent + INDENT, named=named)
    elif isinstance(value, list):
        texts = [named(str(one)) for one in value]
        if texts != [str(one) for one in value]:  # each with a title: one a line
            yield f"{indent}{name}:"
            yield from (f"{indent}{INDENT}{shown(text)}" for text in texts)
        else:
            yield f"{indent}{name}: {', '.join(shown(text) for text in texts)}"
    elif isinstance(value, str) and "\n" in value:
        yield f"{indent}{name}:"
        yield from (f"{indent}{INDENT}{shown(line)}" for line in value.split("\n"))
    else:
        text = str(value).lower() if isinstance(value, bool) else named(str(value))
        yield f"{indent}{name}: {shown(text)}"


def state_lines(record: "Record", day: date) -> Iterator[str]:
    """Yield what follows from a record on a day, though it does not stand in it."""
    from contrechamp.dossier.records.findings import Assessment, Recommendation, follow_up_on
    from contrechamp.dossier.records.letters import Letter, state_on
    from contrechamp.dossier.shipped.assessments import gaps, in_language, templates

    if isinstance(record, Letter):
        state = state_on(record, day)
        text = letter_texts()[state.state]
        if state.due is not None and state.state in {"waiting", "no-reply"}:
            text += " " + _("(asked for by {day})").format(day=state.due)
        if state.late:
            text += " " + _("(after the day that was asked for)")
        yield text
    elif isinstance(record, Recommendation):
        newest = follow_up_on(record, day)
        yield newest.status if newest else _("no follow-up yet")
    elif isinstance(record, Assessment):
        known = templates().get(record.template)
        if known is not None:
            left = len(gaps(record))
            many = len(known.questions)
            yield f"{in_language(known.name)}: " + ngettext(
                "{left} of {many} question is open", "{left} of {many} questions are open", many
            ).format(left=left, many=many)


def letter_texts() -> dict[str, str]:
    """Return what is said of the state of a letter, in the user's language."""
    return {
        "draft": _("not sent"),
        "waiting": _("waiting for an answer"),
        "no-reply": _("no reply by the day that it was due"),
        "partly-answered": _("answered in part"),
        "answered": _("answered"),
    }
