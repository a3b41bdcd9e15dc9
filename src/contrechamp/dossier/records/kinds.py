"""The kinds of records by name."""

from types import MappingProxyType

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.dossier.records import (
    actors,
    conflicts,
    contracts,
    fieldwork,
    findings,
    letters,
    measurements,
    people,
    publications,
    systems,
    testimony,
)
from contrechamp.dossier.records.field_types import Record

#: In the order in which an investigation comes to them.
KINDS: MappingProxyType[str, type[Record]] = MappingProxyType(
    {
        "source": people.Source,
        "consent": people.Consent,
        "testimony": testimony.Testimony,
        "exhibit": testimony.Exhibit,
        "observation": fieldwork.Observation,
        "camera": fieldwork.Camera,
        "barrier": fieldwork.Barrier,
        "place": fieldwork.Place,
        "area": fieldwork.Area,
        "deployment": systems.Deployment,
        "actor": actors.Actor,
        "relation": actors.Relation,
        "product": actors.Product,
        "tender": contracts.Tender,
        "contract": contracts.Contract,
        "licence": contracts.Licence,
        "letter": letters.Letter,
        "measurement": measurements.Measurement,
        "right": findings.Right,
        "finding": findings.Finding,
        "recommendation": findings.Recommendation,
        "assessment": findings.Assessment,
        "publication": publications.Publication,
        "challenge": testimony.Challenge,
        "review": publications.Review,
        "release": publications.Release,
        "conflict": conflicts.Conflict,
    }
)
_NAMES = {cls: name for name, cls in KINDS.items()}


def kind_of(record: Record) -> str:
    """Return the name of a record's kind."""
    return _NAMES[type(record)]


def class_of(kind: str, *, where: str = "") -> type[Record]:
    """Return the class of a kind.

    Raises:
        InputError: if there is no such kind.
    """
    if kind not in KINDS:
        raise InputError(
            _("there is no such kind of record; there are: {kinds}").format(kinds=", ".join(KINDS)),
            where=where,
        )
    return KINDS[kind]
