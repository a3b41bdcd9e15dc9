"""What a child of the cell does with a map or table: all that reads into one is called from here.

Whatever `input_files` knows and `input_rows` reads comes through here: a new format needs nothing
of its own to be read in the cell.
"""

from collections.abc import Iterator
from typing import IO, Any

from contrechamp.base.errors import InputError
from contrechamp.scene.census import read_census
from contrechamp.scene.crossing import sent, sent_census, sent_walk
from contrechamp.scene.input_files import opened_content
from contrechamp.scene.input_rows import read_areas, read_input
from contrechamp.scene.model_table import read_models
from contrechamp.scene.picture_answers import read_answers, sent_answers
from contrechamp.scene.timed_walk import read_timed_walk


def tables(
    content: IO[bytes],
    *,
    file_name: str,
    name: str,
    areas: bool,
    skip_bad_rows: bool,
    max_unpacked_bytes: int,
) -> Iterator[Any]:
    """Yield the format of a file, then its tables as `crossing.received` takes them.

    Args:
        content: of the file, as it is on disk.
        file_name: what its format is told by.
        name: for errors, notices and sources.
        areas: it holds polygons to give figures for.
        skip_bad_rows: leave out rows that cannot be read instead of stopping.
        max_unpacked_bytes: refuse a file that holds more.

    Yields:
        ``{"format": name}`` and the tables; or ``{"refused": message, "where": place}``: messages
        on rows have several lines.
    """
    try:
        opened = opened_content(content, file_name, name, max_unpacked_bytes)
        read = read_areas if areas else read_input
        found = read(opened, skip_bad_rows=skip_bad_rows)
    except InputError as error:
        yield _refused(error)
        return
    yield {"format": opened.format}
    del opened  # its content is no longer needed
    yield from sent(found)


def models(
    content: IO[bytes], *, file_name: str, name: str, skip_bad_rows: bool, max_unpacked_bytes: int
) -> Iterator[Any]:
    """Yield the format of a table of models, its models, then notices.

    Args:
        content: of the file, as it is on disk.
        file_name: what its format is told by.
        name: for errors, notices and sources.
        skip_bad_rows: leave out rows that cannot be read instead of stopping.
        max_unpacked_bytes: refuse a file that holds more.

    Yields:
        ``{"format": name}``, ``{"model": [make, model, kind, place], "spans": {column: [low,
        high]}}`` and ``{"notice": [kind, place, message]}``; or as `tables` what is refused.
    """
    try:
        opened = opened_content(content, file_name, name, max_unpacked_bytes)
        found, notices = read_models(opened, skip_bad_rows=skip_bad_rows)
    except InputError as error:
        yield _refused(error)
        return
    yield {"format": opened.format}
    for model in found:
        named = [model.name.make, model.name.model, model.kind, model.where]
        yield {"model": named, "spans": {name: list(span) for name, span in model.spans.items()}}
    for notice in notices:
        yield {"notice": [notice.kind, notice.where, notice.message]}


def census(
    content: IO[bytes],
    *,
    file_name: str,
    name: str,
    numbers: list[str],
    group: str,
    skip_bad_rows: bool,
    max_unpacked_bytes: int,
) -> Iterator[Any]:
    """Yield the format of a table of people, then its rows as `crossing.received_census` has them.

    Args:
        content: of the file, as it is on disk.
        file_name: what its format is told by.
        name: for errors, notices and sources.
        numbers: names of the columns that are wanted.
        group: name of a column of texts that is wanted; "" for none.
        skip_bad_rows: leave out rows that cannot be read instead of stopping.
        max_unpacked_bytes: refuse a file that holds more.
    """
    try:
        opened = opened_content(content, file_name, name, max_unpacked_bytes)
        found, notices = read_census(opened, numbers, group, skip_bad_rows=skip_bad_rows)
    except InputError as error:
        yield _refused(error)
        return
    yield {"format": opened.format}
    del opened
    yield from sent_census(found, notices)


def timed_walk(
    content: IO[bytes], *, file_name: str, name: str, max_unpacked_bytes: int
) -> Iterator[Any]:
    """Yield the format of a recorded walk, then it with its times as `crossing.received_walk` does.

    Args:
        content: of the file, as it is on disk.
        file_name: what its format is told by.
        name: for errors.
        max_unpacked_bytes: refuse a file that holds more.
    """
    try:
        opened = opened_content(content, file_name, name, max_unpacked_bytes)
        found = read_timed_walk(opened)
    except InputError as error:
        yield _refused(error)
        return
    yield {"format": opened.format}
    yield from sent_walk(found)


def picture_answers(
    content: IO[bytes], *, file_name: str, name: str, skip_bad_rows: bool, max_unpacked_bytes: int
) -> Iterator[Any]:
    """Yield the format of a table of answers on pictures, its answers, then notices.

    Args:
        content: of the file, as it is on disk.
        file_name: what its format is told by.
        name: for errors, notices and sources.
        skip_bad_rows: leave out rows that cannot be read instead of stopping.
        max_unpacked_bytes: refuse a file that holds more.

    Yields:
        ``{"format": name}``, what `picture_answers.sent_answers` yields, and notices as `models`
        does; or as `tables` what is refused.
    """
    try:
        opened = opened_content(content, file_name, name, max_unpacked_bytes)
        found, notices = read_answers(opened, skip_bad_rows=skip_bad_rows)
    except InputError as error:
        yield _refused(error)
        return
    yield {"format": opened.format}
    yield from sent_answers(found)
    for notice in notices:
        yield {"notice": [notice.kind, notice.where, notice.message]}


def _refused(error: InputError) -> dict[str, str]:
    message = str(error).removeprefix(f"{error.where}: ") if error.where else str(error)
    return {"refused": message, "where": error.where}
