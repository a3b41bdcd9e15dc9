"""The cells of a foreign table, read as its mapping says and as all of a column shows."""

from collections import Counter
from collections.abc import Iterator, Sequence

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _, ngettext
from contrechamp.base.written_numbers import DecimalSigns, readings
from contrechamp.dossier.formats.read.column_mapping import ColumnMapping
from contrechamp.dossier.formats.read.drafts import ColumnRead
from contrechamp.dossier.formats.read.record_tables import shape_at
from contrechamp.dossier.formats.read.source_file import TableRow
from contrechamp.dossier.formats.read.written_dates import Clock
from contrechamp.dossier.records.field_types import Record
from contrechamp.dossier.records.schema import Shape

#: Ends of the paths of numbers in degrees, whose thousands nobody parts.
_DEGREES = (".lat", ".lon")


class CellReader:
    """Reads the cells of one table as its mapping says, and as all of a column's values show.

    Args:
        mapping: of the table.
        cls: of the record in each row.
        name: of the mapping file, for errors.
    """

    def __init__(self, mapping: ColumnMapping, cls: type[Record], name: str) -> None:
        self.mapping, self.cls = mapping, cls
        self._clock = Clock(mapping.date, mapping.zone, name)
        self.signs = DecimalSigns(mapping.decimal)
        self._shapes: dict[str, Shape] = {}
        #: Number of cells of each column by what they are, and of rows, where it is counted.
        self.cells: dict[str, Counter[str]] = {}
        self.rows = 0
        #: Rows whose id is one merged cell with that of the row above, by column.
        self.merged: Counter[str] = Counter()
        #: Rows in which another column's cell is one with that of the row above.
        self.shared: Counter[str] = Counter()

    @property
    def must_look_first(self) -> bool:
        """Whether a column's values must be looked at before one of them can be read."""
        return any(
            shape.holds in {"number", "whole"} and not self.signs.given(path)
            for path in self.mapping.fields
            if (shape := self._known_shape(path)) is not None
        )

    def look(self, row: TableRow) -> None:
        """Note what the cells of a row tell of the other rows."""
        for path, column in self.mapping.fields.items():
            shape = self._known_shape(path)
            if shape is not None and shape.holds in {"number", "whole"}:
                text, plain = self._given(row, path, column)
                if text and not plain:
                    self.signs.see(path, self._readings(path, text, shape))

    def text(self, row: TableRow, path: str, column: str) -> str:
        """Return what a cell says as a field of a record has it; "" if it is empty."""
        where = f"{row.where}: {column}"
        text, plain = self._given(row, path, column)
        if not text:
            return ""
        if column in row.merged and column not in self.mapping.id:
            self.shared[column] += 1
        shape = self._shape(path, where)
        form = shape.form.name if shape.form is not None else ""
        if form == "date":
            is_day = column in row.days
            return self._clock.day(text, where, is_day=is_day, first_day=row.first_day)
        if form == "time":
            return self._clock.time(text)
        if form == "country":  # registers write codes in small letters, too
            return text.upper()
        if shape.holds in {"number", "whole"} and not plain:
            return self.signs.plain(path, text, self._readings(path, text, shape), where)
        return text

    def _given(self, row: TableRow, path: str, column: str) -> tuple[str, bool]:
        """Return the text of a cell as the mapping translates it, and whether it is a number."""
        text = row.cells.get(column, "").strip()
        translated = self.mapping.values.get(path, {}).get(text)
        return (text, column in row.numbers) if translated is None else (str(translated), False)

    def _readings(self, path: str, text: str, shape: Shape) -> dict[str, str]:
        grouped = not f".{path}".endswith(_DEGREES)
        return readings(text, whole=shape.holds == "whole", grouped=grouped)

    def _shape(self, path: str, where: str) -> Shape:
        if path not in self._shapes:
            self._shapes[path] = shape_at(self.cls, path, where)
        return self._shapes[path]

    def is_reference(self, path: str) -> bool:
        """Return whether a field holds a reference to a record or an item."""
        shape = self._known_shape(path)
        return shape is not None and shape.refers_to is not None

    def _known_shape(self, path: str) -> Shape | None:
        try:
            return self._shape(path, "")
        except InputError:  # told with the first row that has it
            return None

    def count(self, row: TableRow) -> None:
        """Count the cells of a row, for a preview."""
        self.rows += 1
        for column in row.cells:
            sort = "number" if column in row.numbers else "day" if column in row.days else "text"
            self.cells.setdefault(column, Counter())[sort] += 1

    def understood(self, names: Sequence[str]) -> list[ColumnRead]:
        """Return what was understood of columns, in their order, once all rows are read."""
        uses: dict[str, list[str]] = {}
        for column, use in self.mapping.uses():
            uses.setdefault(column, []).append(use)
        found = []
        for name in [*names, *sorted(uses.keys() - set(names))]:
            becomes = uses.get(name, [])
            shape = self._known_shape(becomes[0]) if becomes else None
            holds = "" if shape is None else shape.form.name if shape.form else shape.holds
            written = ""
            if holds in {"number", "whole"}:
                written = self.signs.sign(becomes[0])
            elif holds == "date":
                written = self.mapping.date
            found.append(
                ColumnRead(name, ", ".join(becomes), holds, written, dict(self.cells.get(name, {})))
            )
        return found

    def told(self) -> Iterator[str]:
        """Yield what the user may have to know of how the table was read."""
        if self._clock.zones:
            yield _(
                "days are those of the zone that is written with the times ({zones}); name another "
                'in the mapping with zone = "Asia/Jerusalem"'
            ).format(zones=", ".join(sorted(self._clock.zones)[:5]))
        for column, count in self.shared.items():
            yield ngettext(
                "{count} row has {column} in one merged cell with the row above, which holds for "
                "both",
                "{count} rows have {column} in one merged cell with the row above, which holds for "
                "each of them",
                count,
            ).format(count=count, column=column)
        for column, count in self.merged.items():
            yield ngettext(
                "{count} row has {column} in one merged cell with the row above: each is a record "
                "of its own",
                "{count} rows have {column} in one merged cell with the row above: each is a "
                "record of its own",
                count,
            ).format(count=count, column=column)
