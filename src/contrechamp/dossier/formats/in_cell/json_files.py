"""JSON that is imported: whole, a value a line, or a list of objects as rows of a table."""

import contextlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import IO, Any, NoReturn

from contrechamp.base import csv_and_xlsx, files
from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _, ngettext
from contrechamp.cell import frames
from contrechamp.dossier.formats.in_cell import archives

#: Limits in bytes: of a file that is read whole (one read line by line may be larger), and of a
#: line.
MAX_WHOLE = 256 * 1024**2
MAX_LINE = 1 << 21
#: Most values in a file that is read whole; less than may cross.
MAX_VALUES = frames.MAX_VALUES - 10**6
#: Most lists and objects that lie in each other; less than may cross, in a list of answers.
DEEPEST = frames.DEEPEST - 4
#: Separates several values in one cell, as in the tables that Uwazi exports.
SEPARATOR = "|"
#: Keys that hold the list of rows: of KoboToolbox, OData of ODK Central, and two versions of Uwazi.
_LISTS = ("results", "value", "rows", "data")
_DEEPEST = 20
#: How many lists are told of that are not read.
MAX_TOLD = 100


def whole(content: IO[bytes], *, name: str, part: int | None, lenient: bool) -> Iterator[Any]:
    """Yield the value in a file of JSON; decimals stay exact.

    Args:
        content: of the file, or of the archive that it is in.
        name: for errors.
        part: its number in the archive.
        lenient: put up with a comma that is missing between two objects on lines of their own.
    """
    yield _value(content, name, part, lenient=lenient)


def _value(content: IO[bytes], name: str, part: int | None, *, lenient: bool = False) -> Any:
    with archives.opened(content, name, part) as source:
        found = _bounded(source, name)
    if frames.count_of(found) > MAX_VALUES:
        raise InputError(
            _("it holds more than {count} million values; split it").format(
                count=MAX_VALUES // 10**6
            ),
            where=name,
        )
    text = csv_and_xlsx.decoded(found, name)
    try:
        return parsed(text, name)
    except InputError:
        if not lenient:
            raise
    # Bayanat (2025) writes batches of some hundred objects, one a line, and forgets the comma
    # between two batches.
    return parsed(re.sub(r"\}[ \r]*\n[ \r]*\{", "},\n{", text), name)


def _bounded(source: IO[bytes], name: str) -> bytes:
    found = source.read(MAX_WHOLE + 1)
    if len(found) > MAX_WHOLE:
        raise files.too_large(name, MAX_WHOLE, _("split it"))
    return found


def parsed(text: str, where: str) -> Any:
    """Parse JSON; decimals stay exact.

    Raises:
        InputError: if it is not JSON, or too deep; the message repeats none of the text.
    """
    with contextlib.suppress(ValueError, RecursionError, InvalidOperation):
        found = json.loads(text, parse_float=Decimal, parse_constant=_no_constant)
        if frames.is_shallow(found, DEEPEST):
            return found
    # Raised out here, because the parser's error carries the content.
    raise InputError(files.not_json(), where=where)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def lines(
    content: IO[bytes], *, name: str, part: int | None, marks: Sequence[str], texts: bool
) -> Iterator[Any]:
    """Yield number and value of each line that is not blank, reading one at a time.

    Args:
        content: of the file, or of the archive that it is in.
        name: for errors.
        part: its number in the archive.
        marks: texts of which a line must have one; none for every line.
        texts: yield also the line itself.

    Yields:
        ``[number, value]``, ``[number, value, line]``, or of a line that is not JSON
        ``{"number": number, "problem": why}``.
    """
    with archives.opened(content, name, part) as source:
        number = 0
        while line := source.readline(MAX_LINE + 1):
            number += 1
            where = f"{name}:{number}"
            if len(line) > MAX_LINE:
                raise InputError(_("the line is longer than a record can be"), where=where)
            text = csv_and_xlsx.decoded(line, where)
            if not text.strip() or (marks and not any(mark in text for mark in marks)):
                continue
            try:
                value = parsed(text, where)
            except InputError:
                yield {"number": number, "problem": files.not_json()}
                continue
            yield [number, value, text] if texts else [number, value]


def rows(content: IO[bytes], *, name: str, part: int | None) -> Iterator[Any]:
    """Yield the objects in a list as rows.

    Yields:
        Number, cells by their paths, and the paths of those that are numbers; or number and what
        is wrong; at last ``{"not_used": what}`` for each list of objects, such as what a group of
        questions that is asked again and again has.

    Raises:
        InputError: if the file has no such list.
    """
    found = _value(content, name, part)
    if isinstance(found, dict):
        found = next((found[name] for name in _LISTS if isinstance(found.get(name), list)), None)
    if not isinstance(found, list):
        raise InputError(_("expected a list of rows"), where=name)
    lists: Counter[str] = Counter()
    for number, one in enumerate(found, start=1):
        if isinstance(one, dict):
            if not _is_uwazi_entity(one):
                lists.update(_lists_in(one))
            if _is_uwazi_entity(one):
                yield [number, dict(_of_uwazi_entity(one)), []]
            else:
                yield [number, dict(flattened(one)), list(_numbers(one))]
        else:
            yield [number, _("expected fields and their values")]
    for list_name, count in sorted(lists.items())[:MAX_TOLD]:
        told = ngettext(
            "{name} is a list: {count} entry of it is not read",
            "{name} is a list: {count} entries of it are not read",
            count,
        )
        yield {"not_used": told.format(name=list_name, count=count)}


def _lists_in(value: dict[str, Any], name: str = "", depth: int = 0) -> Iterator[str]:
    """Yield the path of each object in a list; those of the service itself begin with _."""
    for key, one in value.items():
        path = f"{name}/{key}" if name else str(key)
        if isinstance(one, dict) and depth < _DEEPEST:
            yield from _lists_in(one, path, depth + 1)
        elif isinstance(one, list) and not str(key).startswith("_"):
            yield from (path[:200] for part in one if isinstance(part, dict))


def _is_uwazi_entity(row: dict[str, Any]) -> bool:
    return "sharedId" in row and isinstance(row.get("metadata"), dict)


def flattened(value: Any, name: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Yield the path and text of each value in JSON; lists and null are left out."""
    if isinstance(value, dict) and value.get("type") == "Point" and "coordinates" in value:
        yield name, _point(value)
    elif isinstance(value, dict) and depth < _DEEPEST:
        for key, one in value.items():
            yield from flattened(one, f"{name}/{key}" if name else str(key), depth + 1)
    elif isinstance(value, bool):
        yield name, "true" if value else "false"
    elif isinstance(value, str | int | Decimal):
        yield name, str(value)


def _numbers(value: Any, name: str = "", depth: int = 0) -> Iterator[str]:
    """Yield the paths of the numbers in JSON, as `flattened` has them."""
    if isinstance(value, dict) and depth < _DEEPEST:
        for key, one in value.items():
            yield from _numbers(one, f"{name}/{key}" if name else str(key), depth + 1)
    elif isinstance(value, int | Decimal) and not isinstance(value, bool):
        yield name


def _point(value: dict[str, Any]) -> str:
    """Return a GeoJSON point the way forms write it: latitude, longitude, altitude, accuracy."""
    place = value["coordinates"]
    if not isinstance(place, list) or len(place) < 2:
        return ""
    lon, lat, *up = place
    more = value.get("properties")
    accuracy = (more.get("accuracy") if isinstance(more, dict) else None) or ""
    return f"{lat} {lon} {up[0] if up and up[0] is not None else 0} {accuracy}".strip()


def _of_uwazi_entity(entity: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the cells of a Uwazi entity, with values as in Uwazi's own CSV export."""
    for name in ("sharedId", "title", "language", "template", "creationDate", "published"):
        yield from flattened(entity.get(name), name)
    for name in ("documents", "attachments"):
        files = entity.get(name)
        named = [str(one["filename"]) for one in (files if isinstance(files, list) else [])
                 if isinstance(one, dict) and one.get("filename")]  # fmt: skip
        yield name, SEPARATOR.join(named)
    for name, values in entity["metadata"].items():
        objects = (
            [one for one in values if isinstance(one, dict)] if isinstance(values, list) else []
        )
        yield f"metadata.{name}", SEPARATOR.join(filter(None, map(_uwazi_value, objects)))
        first = objects[0].get("value") if objects else None
        if isinstance(first, dict) and {"from", "to"} & set(first):
            for end in ("from", "to"):
                yield from flattened(first.get(end), f"metadata.{name}.{end}")


def _uwazi_value(one: dict[str, Any]) -> str:
    """Return a property value as text: the label of a choice, a date in seconds since 1970."""
    value, label, parent = one.get("value"), one.get("label"), one.get("parent")
    if isinstance(value, dict):
        if "lat" in value and "lon" in value:
            return f"{value['lat']}{SEPARATOR}{value['lon']}"
        return str(value.get("url") or "")
    if isinstance(parent, dict) and parent.get("label"):
        return f"{parent['label']}::{label}"
    return str(label or ("" if value is None else value))
