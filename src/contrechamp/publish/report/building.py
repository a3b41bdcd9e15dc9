"""The tree of a publication, from the records that it cites, in one language."""

from collections.abc import Sequence

from contrechamp.base import i18n
from contrechamp.base.i18n import _
from contrechamp.base.written import written_date
from contrechamp.dossier.records.field_types import Text, earliest
from contrechamp.dossier.records.publications import Publication
from contrechamp.publish.report.document import Document, Words
from contrechamp.publish.report.evidence import EvidenceList
from contrechamp.publish.report.figure_texts import resolved
from contrechamp.publish.report.parts import (
    annexes,
    assessments,
    dates,
    figures,
    findings,
    front,
    letters,
    maps,
    people,
    pictures,
    recommendations,
    systems,
)
from contrechamp.publish.report.showing import Showing
from contrechamp.publish.report.texts import name_of


def build(showing: Showing, language: str, *, overrides: Sequence[str] = ()) -> Document:
    """Return a publication in a language.

    Args:
        showing: what it may show.
        language: code of the language.
        overrides: what its release passed all the same, each with the reason.
    """
    publication, evidence = showing.publication, EvidenceList(showing)
    with i18n.speaking(language):
        sections = [
            *front.sections(showing),
            findings.section(showing, evidence),
            people.section(showing),
            pictures.section(showing),
            figures.section(showing, evidence),
            maps.section(showing, evidence),
            *systems.sections(showing, evidence),
            assessments.section(showing, evidence),
            letters.section(showing, evidence),
            recommendations.section(showing, evidence),
            dates.section(showing),
        ]
        sections += annexes.sections(showing, evidence, overrides)
        document = Document(
            language,
            _title(publication),
            tuple(_kicker(publication)),
            earliest(publication.on) if publication.on else showing.day,
            tuple(one for one in sections if one),
            evidence=evidence.refs,
        )
        return resolved(document, showing.figures)


def _title(publication: Publication) -> Words:
    own = Text(language=publication.language, text=publication.name)
    return name_of((own, *publication.titles))


def _kicker(publication: Publication) -> list[str]:
    found = [publication.by, publication.number]
    if publication.on:
        found.append(written_date(publication.on))
    if publication.sample:
        found.append(_("SAMPLE"))
    return [one for one in found if one]
