"""A reader that was taken over can answer what it likes: records come of it, or one clear error."""

import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import pytest
from fuzz import readers
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contrechamp.base.errors import InputError
from contrechamp.cell import frames
from contrechamp.dossier.formats.read import importing, mapped_tables
from contrechamp.dossier.formats.read.drafts import THIS_FILE, Draft, ImportContext
from contrechamp.dossier.formats.read.registry import FORMATS
from contrechamp.dossier.formats.read.source_file import HEAD, SourceFile
from contrechamp.dossier.records.schema import from_json, to_json
from contrechamp.vault.adding import Content

#: What begins like each sort of file.
HEADS = (
    b"PK\x03\x04",
    b'{"kind":"fields"',
    b"id,lon,lat\n",
    b"<gpx",
    b"\xff\xd8\xff",
    b"OSMHeader",
)


class TakenOver:
    """Answers whatever it is told to."""

    read_unconfined = unconfined = False

    def __init__(self, answers: list[Any]) -> None:
        self._answers = answers

    def read(
        self, function: str, content: IO[bytes], arguments: Mapping[str, Any], *, where: str = ""
    ) -> Iterator[Any]:
        yield from self._answers


LEAVES = (
    st.none() | st.booleans() | st.integers(-2, 10**20) | st.floats() | st.decimals()
    | st.text(max_size=5) | st.sampled_from(["id", "lon", "lat", "x", "2026-05-01", "osm", "a.csv"])
)  # fmt: skip
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=12,
)
#: Answers of about the form that is expected, of each function.
LIKELY = (
    st.tuples(st.integers(0, 9), st.lists(VALUES, max_size=3)).map(list)
    | st.tuples(st.integers(0, 9), VALUES).map(list)
    | st.tuples(st.integers(0, 9), VALUES, VALUES).map(list)
    | st.fixed_dictionaries({"number": VALUES, "problem": VALUES})
    | st.fixed_dictionaries({"not_used": VALUES})
    | st.fixed_dictionaries({"table": st.lists(VALUES, max_size=2), "header": st.lists(LEAVES)})
    | st.fixed_dictionaries(
        {"table": st.just(["t", ""]), "header": st.lists(st.text(max_size=3), max_size=3)}
    )
    | st.fixed_dictionaries({"number": VALUES, "name": VALUES, "size": VALUES, "head": VALUES})
    | st.fixed_dictionaries(
        {"number": st.integers(0, 2), "name": st.sampled_from(["a.csv", "b.json", "xl/x", "c.jpg"]),
         "size": st.integers(0, 99), "head": st.text(max_size=5)}
    )
    | st.fixed_dictionaries({"notice": st.lists(VALUES, max_size=2)})
    | st.fixed_dictionaries({"walk": st.dictionaries(
        st.sampled_from(["names", "metres", "day", "from", "to"]), VALUES)})
    | st.fixed_dictionaries({"point": st.dictionaries(
        st.sampled_from(["lat", "lon", "name", "comment", "description", "symbol", "type", "time",
                         "day"]), VALUES)})
    | st.fixed_dictionaries({"camera": st.dictionaries(
        st.sampled_from(["id", "source", "lon", "lat", "operator", "height_m", "zone"]), VALUES)})
    | st.fixed_dictionaries({"exif": st.dictionaries(st.text(max_size=4), VALUES)})
    | st.lists(st.text(max_size=4), max_size=3)
    | st.binary(max_size=5)
    | VALUES
)  # fmt: skip


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(answers=st.lists(LIKELY, max_size=4), head=st.sampled_from(HEADS))
def test_any_answer_is_records_or_an_error_of_ours(
    name: str, answers: list[Any], head: bytes
) -> None:
    try:
        crossed = [
            one if isinstance(one, bytes) else frames.parsed(frames.encoded(frames.written(one)))
            for one in answers
        ]
    except frames.NonsenseError:  # nothing that gets so far
        return
    content = Content("fuzz", lambda: io.BytesIO(head))
    file = SourceFile("fuzz", content, head[:HEAD], len(head), TakenOver(crossed))
    mapping = readers.given(readers.MAPPING, "m.toml")
    desk = ImportContext(readers._empty_case(), file, [file], mapping, accept=True)
    desk.kept[THIS_FILE] = file.content
    try:
        format_ = importing.format_of(file, name)
        assert (format_ is mapped_tables.FORMAT) == (name == "mapped")
        made = [one for one in format_.read(file, desk) if isinstance(one, Draft)]
        for kept in desk.kept.values():
            if kept is not file.content:
                with kept.opened() as part:
                    part.read()
    except InputError:
        return
    for draft in made:
        try:
            from_json(type(draft.record), to_json(draft.record))
        except InputError:
            continue


def test_a_file_in_an_archive_is_what_the_child_unpacked(tmp_path: Path) -> None:
    whole = readers.archive(a__csv=b"id,a\n1,b\n", photo__jpg=bytes(3_000_000))
    (table, photo) = readers.given(whole).parts()
    with photo.content.opened() as opened:
        assert opened.read() == bytes(3_000_000)
    assert [row.cells for row in table.rows()] == [{"id": "1", "a": "b"}]
