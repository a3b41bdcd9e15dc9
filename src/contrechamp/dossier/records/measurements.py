"""Measurements whose figures are cited: which file they stand in, and what each is called here.

The numbers themselves stay in the file that `contrechamp measure`, or another command that answers
with figures, wrote: nobody copies them, so they cannot drift.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from contrechamp.dossier.records.field_types import (
    Doc,
    Evidence,
    ItemRef,
    Key,
    Line,
    PartialDate,
    Record,
    Text,
    first_text,
)
from contrechamp.dossier.records.fieldwork import AreaRef


@dataclass(frozen=True, kw_only=True)
class NamedFigure:
    __doc__ = "A figure of a measurement, by the name under which texts cite it."

    key: Annotated[
        Key,
        Doc("A short name by which texts cite the figure, such as seen for {{ figure:seen }}."),
    ]
    measures: Annotated[
        Line,
        Doc(
            "What is measured, by its key in the file of the run, such as streets.seen_m or "
            "survey.cameras."
        ),
    ]
    level: Annotated[
        Line,
        Doc(
            "The level at which it is measured, by its name in the file; it does not matter for "
            "figures that are of no level."
        ),
    ] = "visible"
    group: Annotated[Line, Doc("The group that it is measured for, by its name in the file.")] = (
        "all"
    )
    what: Annotated[
        tuple[Text, ...],
        Doc("What the figure says in a few words, where a report should not use the usual ones."),
    ] = ()


@dataclass(frozen=True, kw_only=True)
class Measurement(Record):
    __doc__ = (
        "A run of contrechamp measure, completeness, access, disparity or change whose figures are "
        "cited."
    )

    #: Its figures rest on the file that they stand in.
    rests_on: ClassVar = ("file",)

    names: Annotated[
        tuple[Text, ...],
        Doc("What was measured, and where, in each language that it is written in."),
    ]
    file: Annotated[
        ItemRef,
        Doc(
            "The file with the figures of the run, as an item of the case: figures.json, "
            "completeness.json, access.json, disparity.json or change.json."
        ),
    ]
    figures: Annotated[
        tuple[NamedFigure, ...], Doc("The figures that texts cite, each with its name.")
    ] = ()
    seen: Annotated[
        ItemRef | None,
        Doc(
            "The file seen.geojson that the run wrote, as an item of the case; "
            "a publication draws a map of it by squares."
        ),
    ] = None
    layer: Annotated[
        ItemRef | None,
        Doc(
            "The file streets.geojson (of completeness or access) or areas.geojson (of disparity) "
            "that the run wrote, as an item of the case; a publication draws a map of it by "
            "squares."
        ),
    ] = None
    on: Annotated[
        PartialDate | None,
        Doc("The day that the data show; measurements of one area are compared by it."),
    ] = None
    area: Annotated[AreaRef | None, Doc("The area that was measured.")] = None
    limits: Annotated[
        tuple[Text, ...],
        Doc("What the figures leave out or cannot show, in each language."),
    ] = ()
    evidence: Annotated[
        tuple[Evidence, ...], Doc("What the measurement was made from, beyond its file.")
    ] = ()

    def title(self) -> str:
        return first_text(self.names)
