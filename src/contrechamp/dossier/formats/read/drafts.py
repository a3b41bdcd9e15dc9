"""What a reader of a format is given and what it yields: records to write, errors, notices."""

import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ParamSpec, TypeAlias

from contrechamp.base.errors import InputError
from contrechamp.dossier.formats.read.source_file import SourceFile
from contrechamp.dossier.reading import lookup, short_names
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records.field_types import ITEM, Record
from contrechamp.vault.adding import Content, digests_of
from contrechamp.vault.case import Case

_Args = ParamSpec("_Args")

#: Stands for the imported file until it is an item of the case.
THIS_FILE = "item/" + "0" * 16


@dataclass(frozen=True)
class Draft:
    """A record read from a file, not yet in the case.

    Args:
        record: may cite other drafts, `THIS_FILE`, and what `ImportContext.keep` returned.
        id: of the record, old or new.
        where: file and row or id, for errors.
        at: row or id in the file.
        own: it was exported from this case, so that it replaces the record as it stands.
        version: that it was exported from; 0 if the file does not say.
        shared: many rows name it, such as a buyer or a make; the first one to do so counts.
    """

    record: Record = field(repr=False)
    id: str
    where: str
    at: str = ""
    own: bool = False
    version: int = 0
    shared: bool = False


@dataclass(frozen=True)
class ImportNotice:
    """Something that was left out, or that a person has to decide."""

    where: str
    message: str


@dataclass(frozen=True)
class ColumnRead:
    """What was understood of a column.

    Args:
        name: of the column.
        becomes: path in the record, or key of the mapping; "" if it is not used.
        holds: what is read there, as `schema.Shape.holds` or the form of a text; "" if not used.
        written: how: the sign before decimals, the form of dates; "" if nothing has to be known.
        cells: number of its cells by what they are: text, number, day.
    """

    name: str
    becomes: str = ""
    holds: str = ""
    written: str = ""
    cells: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class TableRead:
    """What was understood of a table.

    Args:
        where: file, and sheet if it is one.
        header_row: number of the row with the names of its columns; 0 if it has none.
        rows: that were read; None if that was not counted.
        columns: in their order.
    """

    where: str
    header_row: int
    rows: int | None
    columns: Sequence[ColumnRead]


#: An error takes the place of a row or object that cannot be read.
Read: TypeAlias = Draft | InputError | ImportNotice


@dataclass
class ImportContext:
    """The import of one file, as its reader sees it.

    Args:
        case: open.
        source: the file.
        beside: all files of the import, this one included.
        mapping: the mapping file, if there is one.
        accept: write proposals, which the user has confirmed, rather than report them.
        skip_bad_rows: leave out and report what cannot be read.
        preview: what is understood of tables is to be noted in `tables`.
        kept: contents to add to the case, each by the placeholder of its item.
        asked: subjects of the case that the reader has asked about: its drafts may rest on them.
    """

    case: Case = field(repr=False)
    source: SourceFile
    beside: Sequence[SourceFile] = ()
    mapping: SourceFile | None = None
    accept: bool = False
    skip_bad_rows: bool = False
    preview: bool = False
    tables: list[TableRead] = field(default_factory=list)
    kept: dict[str, Content] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set, repr=False)

    def __post_init__(self) -> None:
        self._import_key = self.case.import_key
        self._full: Callable[[str], str] | None = None

    def is_there(self, record: str) -> bool:
        """Return whether the case has a record, by id."""
        self.asked.add(lookup.SUBJECT + record)
        return lookup.is_there(self.case, record)

    def view(self) -> View:
        """Return a view of the case, which notes what it is asked."""
        return _NotingView(self.case, self.asked)

    def full_ref(self, text: str, where: str) -> str:
        """Return the reference that a name such as actor/city stands for; others are unchanged.

        Raises:
            InputError: if no record has the name, or several.
        """
        if self._full is None:
            self._full = short_names.in_full(self.case)
        try:
            found = self._full(text)
        except InputError as error:
            raise InputError(str(error), where=where) from None
        self.asked.add(found.partition("#")[0])
        return found

    def is_of(self, case: Case) -> bool:
        """Return whether ids are still made in the same way in a case that was opened again."""
        return case.import_key == self._import_key

    def id(self, scheme: str, name: str) -> str:
        """Return the record id for a name in a scheme: stable, and different in every case."""
        return hmac.new(
            self._import_key, f"import\0{scheme}\0{name}".encode(), hashlib.sha256
        ).hexdigest()[:16]

    def ref(self, scheme: str, name: str) -> str:
        """Return the reference to the record for a name in a scheme."""
        return f"record/{self.id(scheme, name)}"

    def keep(self, content: Content) -> str:
        """Add a content to the case with the import; return the placeholder of its item."""
        ref = f"item/{self.id('content', f'{self.source.name}/{content.name}')}"
        self.kept[ref] = content
        return ref

    def digests(self, ref: str) -> bytes:
        """Return the digests of a kept content, which is read only once."""
        content = self.kept[ref]
        if not content.digests:
            self.kept[ref] = content = replace(content, digests=digests_of(content))
        return content.digests


class _NotingView(View):
    def __init__(self, case: Case, asked: set[str]) -> None:
        super().__init__(case)
        self._asked = asked

    def kind(self, record: str) -> str | None:
        self._asked.add(lookup.SUBJECT + record)
        return super().kind(record)

    def record(self, record: str) -> Record | None:
        self._asked.add(lookup.SUBJECT + record)
        return super().record(record)

    def has_item(self, item: str) -> bool:
        self._asked.add(f"{ITEM}/{item}")
        return super().has_item(item)


@dataclass(frozen=True)
class Reader:
    """A format that can be imported.

    Args:
        fits: tells whether a file looks like this format.
        read: yields what a file holds.
        kept: the file is evidence and becomes an item of the case.
    """

    fits: Callable[[SourceFile], bool]
    read: Callable[[SourceFile, ImportContext], Iterator[Read]]
    kept: bool = True


def attempt(make: Callable[_Args, Draft], *args: _Args.args, **kwargs: _Args.kwargs) -> Read:
    """Return the draft that a function makes of its arguments, or the error that it raises."""
    try:
        return make(*args, **kwargs)
    except InputError as error:
        return error


def all_or_error(made: Iterator[Draft | ImportNotice]) -> Sequence[Read]:
    """Return everything that is made of one row, or only the error that it raises."""
    try:
        return list(made)
    except InputError as error:
        return [error]


def one_line(value: object) -> str:
    """Return a value as text on one line; "" for None."""
    return " ".join(str(value or "").split())


def objects_in(value: Any) -> list[dict[str, Any]]:
    """Return the objects in a JSON list; none if the value is not a list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def without_empty(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that have a value."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], (), {})}
