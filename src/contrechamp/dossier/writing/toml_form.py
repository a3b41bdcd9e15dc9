"""A record as a form to fill in with any editor: TOML, with every field explained."""

import datetime
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.dossier.records.field_help import field_text
from contrechamp.dossier.records.field_types import Record
from contrechamp.dossier.records.findings import Assessment
from contrechamp.dossier.records.json_references import with_references
from contrechamp.dossier.records.kinds import KINDS, class_of, kind_of
from contrechamp.dossier.records.schema import Member, Shape, from_json, members, to_json
from contrechamp.dossier.shipped import assessments

#: A longer line has its explanation above it.
LONG = 60
#: The kinds that a reference may point to are named if they are at most this many.
FEW = 6
_PLACE = re.compile(r"at line (\d+)")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def blank(kind: str) -> str:
    """Return an empty form of a kind; all fields but the required ones are commented out.

    Raises:
        InputError: if there is no such kind.
    """
    return "\n".join([*_head(kind), *_table(class_of(kind), {}, "", {})]) + "\n"


def filled(record: Record) -> str:
    """Return the form of a record with everything in it, closed parts too."""
    kind = kind_of(record)
    asked = assessments.questions(record.template) if isinstance(record, Assessment) else {}
    return "\n".join([*_head(kind), *_table(KINDS[kind], to_json(record), "", asked)]) + "\n"


def read(kind: str, text: str, *, name: str = "", full: Callable[[str], str] = str) -> Record:
    """Return the record that a form stands for.

    Args:
        kind: of record.
        text: of the form.
        name: of the file, for errors.
        full: returns the reference that a name such as actor/city stands for.

    Raises:
        InputError: naming the line or field and what was expected; content is not repeated.
    """
    line, found = "", {}
    try:
        found = tomllib.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        place = _PLACE.search(str(error))
        line = place[1] if place else "?"
    if line:  # raised outside the handler: the parser's error quotes the content
        raise InputError(
            _('the form cannot be read at line {line}: expected name = "text"').format(line=line),
            where=name,
        )
    try:
        given = _plain(found)
    except RecursionError:  # names with hundreds of dots
        given = None
    if given is None:
        raise InputError(_("expected fields and their values"), where=name)
    where = f"{name}: {kind}" if name else kind
    cls = class_of(kind)
    return from_json(cls, with_references(cls, given, full, where), where=where)


def _plain(value: Any) -> Any:
    """Return parsed TOML as JSON: dates as text, without what was left empty."""
    if isinstance(value, Mapping):
        plain = {name: _plain(one) for name, one in value.items()}
        return {name: one for name, one in plain.items() if one not in ("", {}, [])}
    if isinstance(value, list):
        return [one for one in map(_plain, value) if one not in ("", {})]
    if isinstance(value, datetime.time):
        return f"{value:%H:%M}"
    if isinstance(value, datetime.date):
        return value.isoformat()
    return value


def _head(kind: str) -> list[str]:
    templates = assessments.templates() if kind == "assessment" else {}
    return [
        f"# {kind}",
        "# " + _("What follows a # is not read. To fill in a field, remove the # in front of it."),
        "# " + _("A reference is record/ or item/ and 16 digits, or a name such as actor/city; a "
                 "date is written 2022, 2022-05 or 2022-05-14, with ~ for about."),
        *(f"# {key}: {assessments.in_language(one.name)}" for key, one in templates.items()),
        "",
    ]  # fmt: skip


def _table(
    cls: type,
    given: Mapping[str, Any],
    path: str,
    asked: Mapping[str, str],
    *,
    off: bool = False,
    again: bool = False,
) -> Iterator[str]:
    """Yield the lines of an object, plain values first: below a table's header they would be its.

    Args:
        cls: of the object.
        given: its values, as JSON.
        path: of the object in the record.
        asked: the questions of a template by key, each to be shown above its response.
        off: the object is absent, and its lines only show what could be there.
        again: one like it precedes it, so explanations are not repeated.
    """
    for member in members(cls):
        if not _nested(member.shape):
            explanation = "" if again else f"  # {_explanation(member)}"
            yield from _line(member, given.get(member.name), explanation, off=off)
    for member in members(cls):
        if not _nested(member.shape):
            continue
        below = f"{path}.{member.name}" if path else member.name
        shape = member.shape.inner if member.shape.holds == "list" else member.shape
        assert shape is not None and shape.cls is not None  # noqa: S101, PT018
        many = member.shape.holds == "list"
        header = f"[[{below}]]" if many else f"[{below}]"
        found = given.get(member.name)
        parts = (found or []) if many else ([found] if found is not None else [])
        explained = header if again else f"{header}  # {_explanation(member)}"
        if not parts:
            unused = off or not member.shape.required
            yield ""
            yield f"# {explained}" if unused else explained
            yield from _table(shape.cls, {}, below, asked, off=unused, again=again)
        for number, part in enumerate(parts):
            yield ""
            if part.get("question") in asked:
                yield f"# {asked[part['question']]}"
            yield header if number else explained
            yield from _table(shape.cls, part, below, asked, again=again or number > 0)


def _nested(shape: Shape) -> bool:
    return shape.holds == "object" or (shape.inner is not None and shape.inner.holds == "object")


def _explanation(member: Member) -> str:
    marks = []
    if member.shape.required:
        marks.append(_("must be given"))
    inner = member.shape.inner or member.shape
    if inner.choices:
        marks.append(" | ".join(inner.choices))
    if inner.refers_to is not None and len(inner.refers_to.kinds) <= FEW:
        marks.append(", ".join(inner.refers_to.kinds))
    return field_text(member) + (f" [{'; '.join(marks)}]" if marks else "")


def _line(member: Member, value: Any, explanation: str, *, off: bool) -> Iterator[str]:
    """Yield the line of a value, explained after it, or above it if the line is long."""
    if value is None:
        empty = {"list": "[]", "flag": "false", "whole": "0", "number": "0"}
        line = f"{member.name} = " + empty.get(member.shape.holds, '""')
        mark = "# " if off or not member.shape.required else ""
        yield f"{mark}{line}{explanation}"
        return
    line = f"{member.name} = {_toml(value)}"
    if explanation and (len(line) > LONG or "\n" in line):
        yield explanation.strip()
        yield line
    else:
        yield line + explanation


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    if isinstance(value, int):
        return str(value)
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    text = _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    if "\n" in text:
        return f'"""\n{text}"""'
    return f'"{text}"'
