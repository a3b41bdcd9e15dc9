"""Figures that a publication cites, found by the names that texts use.

A text says ``{{ figure:seen }}``, or ``{{ figure:record/0123456789abcdef#seen }}`` where two
measurements have a figure of that name. What is printed there is read from the file of the
measurement each time, so a text cannot say another number than the run did.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.dossier.formats.read.json_items import json_items
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records.measurements import Measurement, NamedFigure
from contrechamp.measure.results import Figure
from contrechamp.publish.report.layer_file import Part, layer_file
from contrechamp.publish.report.measured_file import MeasuredFile, measured_file
from contrechamp.publish.report.seen_file import Regions, seen_file

#: A reference to a figure in a text: the key, and before it the measurement that has it.
REFERENCE = re.compile(r"\{\{\s*figure:(?:(record/[0-9a-f]{16})#)?([a-z0-9][a-z0-9-]{0,39})\s*\}\}")


@dataclass(frozen=True)
class CitedFigure:
    """A figure that texts can cite.

    Args:
        number: of it in the publication.
        ref: of its measurement.
        named: what it is called.
        figure: what was measured.
    """

    number: int
    ref: str
    named: NamedFigure
    figure: Figure

    @property
    def anchor(self) -> str:
        """Where the publication tells what it rests on."""
        return f"figure-{self.number}"


class Figures:
    """The figures of the measurements that a publication shows.

    Args:
        view: the case.
        measurements: what is shown, with their references.
    """

    def __init__(self, view: View, measurements: list[tuple[str, Measurement]]) -> None:
        #: What is wrong with a measurement, a line each.
        self.problems: list[str] = []
        self.files: dict[str, MeasuredFile] = {}
        self.cited: list[CitedFigure] = []
        #: What cameras may have within view, by measurement and level, in degrees.
        self.seen: dict[str, Regions] = {}
        #: What the layers of answers tell, by measurement.
        self.layers: dict[str, tuple[Part, ...]] = {}
        wanted = [
            item for _ref, one in measurements for item in (one.file, one.seen, one.layer) if item
        ]
        values = json_items(view.case, wanted)
        for ref, one in measurements:
            try:
                self.files[ref] = file = measured_file(values[one.file], one.file)
            except InputError as error:
                self.problems.append(f"{ref}: {error}")
                continue
            try:
                if one.seen:
                    self.seen[ref] = seen_file(values[one.seen], one.seen)
            except InputError as error:
                self.problems.append(f"{ref}: {error}")
            try:
                if one.layer:
                    self.layers[ref] = layer_file(values[one.layer], one.layer)
            except InputError as error:
                self.problems.append(f"{ref}: {error}")
            for named in one.figures:
                figure = file.figure(named.measures, named.level, named.group)
                if figure is None:
                    self.problems.append(
                        _("{ref}: the file has no figure {measures} at {level} for {group}").format(
                            ref=ref, measures=named.measures, level=named.level, group=named.group
                        )
                    )
                    continue
                self.cited.append(CitedFigure(len(self.cited) + 1, ref, named, figure))

    def of(self, ref: str) -> list[CitedFigure]:
        """Return the figures of a measurement."""
        return [one for one in self.cited if one.ref == ref]

    def find(self, key: str, ref: str = "") -> CitedFigure | None:
        """Return the figure of a name; None if there is none, or more than one."""
        found = [one for one in self.cited if one.named.key == key and ref in ("", one.ref)]
        return found[0] if len(found) == 1 else None

    def at(self, evidence: str) -> CitedFigure | None:
        """Return the figure that a piece of evidence is, record/...#key; None if it is none."""
        ref, _mark, key = evidence.partition("#")
        return self.find(key, ref) if key else None

    def broken(self, text: str) -> Iterator[str]:
        """Yield what is wrong with the references that are left in a text."""
        for found in REFERENCE.finditer(text):
            many = sum(one.named.key == found[2] for one in self.cited) > 1 and not found[1]
            if many:
                yield _(
                    "{text} may be a figure of several measurements: put record/...# before its "
                    "name"
                ).format(text=found[0])
            else:
                yield _(
                    "{text} is the figure of no measurement that the publication shows: name it in "
                    "one with contrechamp edit CASE measurement, and let the publication cite that"
                ).format(text=found[0])
