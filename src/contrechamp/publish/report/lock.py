"""What stands against publishing: gates that are not met, and texts that say too much."""

import re
from collections.abc import Iterable, Iterator
from datetime import date

from contrechamp.base.i18n import _
from contrechamp.base.search_words import normalised
from contrechamp.dossier.permission import gates, releasing
from contrechamp.dossier.permission.releasing import ReleaseState
from contrechamp.dossier.permission.standing import Standings
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.records.contents import parts
from contrechamp.dossier.records.field_types import Record, Text, Translated, earliest
from contrechamp.dossier.records.people import Source
from contrechamp.dossier.records.publications import Publication
from contrechamp.dossier.records.schema import below, members
from contrechamp.dossier.records.testimony import Passage
from contrechamp.publish.report.cited_figures import REFERENCE
from contrechamp.publish.report.document import Document, texts
from contrechamp.publish.report.showing import Showing

#: What is left in a text by somebody who meant to come back to it.
_PLACEHOLDER = re.compile(r"\{\{.*?\}\}|\bTODO\b|\bFIXME\b|\bXXX+\b|\blorem ipsum\b|\[\.\.\.\?\]")
#: Two numbers close together with four decimals or more: a position to ten metres or less.
_POSITION = re.compile(r"-?\b\d{1,3}[.,]\d{4,}°?\D{1,20}-?\b\d{1,3}[.,]\d{4,}")
#: The same in degrees, minutes and seconds.
_SECONDS = re.compile(r"\b\d{1,3}\s*°\s*\d{1,2}\s*['’′]\s*\d{1,2}(?:[.,]\d+)?\s*[\"”″]")
#: The place of a part in a list, in the path of a field.
_NUMBER = re.compile(r"\[\d+\]")
_WORD = r"\w+"
#: Shorter pseudonyms are words that stand in any text.
_SHORT = 4


def release_of(standings: Standings, ref: str) -> ReleaseState | None:
    """Return the release that holds; else the newest one of the publication; None without one."""
    found = releasing.states(standings, ref)
    return next((one for one in found if one.holds), found[-1] if found else None)


def lacking(
    showing: Showing, release: ReleaseState | None, documents: Iterable[Document]
) -> list[str]:
    """Return what stands against publishing, a line each, in the user's language; none if it may.

    Args:
        showing: what is shown, on the day on which it is published.
        release: of the publication, see `release_of`.
        documents: what would be published, in each language.
    """
    found: list[str] = []
    standings, ref = showing.standings, showing.ref
    if release is None:
        found.append(_("it is not released: contrechamp release CASE {ref}").format(ref=ref))
        found += releasing.lines(gates.ask(standings, ref))
    elif not release.holds:
        found.append(_("its release does not hold: contrechamp show CASE {ref}").format(ref=ref))
        found += releasing.lines(release.unmet)
    found += _early(showing.publication, showing.day)
    found += [*showing.figures.problems, *showing.pictures.problems]
    for document in documents:
        for line in _of_texts(showing, document):
            found.append(f"{document.language}: {line}")
    found += _stale(showing)
    return list(dict.fromkeys(found))


def _early(publication: Publication, day: date) -> Iterator[str]:
    """Say so if it would come out before its day: consent and replies are asked for that day."""
    if publication.on and earliest(publication.on) > day:
        yield _("it is to come out on {day}, which is still to come").format(day=publication.on)


def _of_texts(showing: Showing, document: Document) -> Iterator[str]:
    told = list(texts(document))
    for text in told:
        yield from showing.figures.broken(text)
    told = [REFERENCE.sub("", text) for text in told]
    for pattern, line in (
        (_PLACEHOLDER, _("something is still to be written: {text}")),
        (_POSITION, _("a position is too exact to be published: {text}")),
        (_SECONDS, _("a position is too exact to be published: {text}")),
    ):
        for text in told:
            for found in pattern.finditer(text):
                yield line.format(text=found[0])
    allowed, whole = showing.may_name(), _in_words(" ".join(told))
    for stored in lookup.every(showing.view.case, "source"):
        if stored.id in allowed or not isinstance(stored.record, Source):
            continue
        name = _in_words(stored.record.pseudonym)
        if len(name.strip()) >= _SHORT and name in whole:
            yield _("a source who did not agree to it is named by the pseudonym: {ref}").format(
                ref=stored.ref
            )


def _in_words(text: str) -> str:
    return f" {' '.join(re.findall(_WORD, normalised(text)))} "


def _stale(showing: Showing) -> Iterator[str]:
    """Yield where an original was changed after it had been translated.

    A text is as old as the first version that says it in a field of that name.
    """
    for ref in (showing.ref, *showing.publication.cites):
        if not lookup.is_there(showing.view.case, ref):
            continue
        since: dict[tuple[str, str, str], int] = {}
        versions = lookup.versions(showing.view.case, ref)
        for stored in versions:
            for field, texts_there in _texts_of(stored.record):
                for one in texts_there:
                    key = (_NUMBER.sub("", field), one.language, one.text)
                    since.setdefault(key, stored.version)
        for field, texts_there in _texts_of(versions[-1].record):
            name = _NUMBER.sub("", field)
            made = [since[name, one.language, one.text] for one in texts_there]
            originals = [
                version
                for one, version in zip(texts_there, made, strict=True)
                if one.made == "original"
            ]
            for one, version in zip(texts_there, made, strict=True):
                if one.made != "original" and any(version < other for other in originals):
                    yield _(
                        "{ref}: {field} was changed after it was translated into {language}"
                    ).format(ref=ref, field=field, language=one.language)


def _texts_of(record: Record) -> Iterator[tuple[str, list[Text]]]:
    """Yield the texts that are to say the same in several languages, by the path of their field."""
    for part, path in parts(record):
        where = path.removeprefix(": ")
        if isinstance(part, Translated) and part.translations:
            original = Text(language=part.language or "und", text=getattr(part, part.translated))
            yield below(where, part.translated), [original, *part.translations]
        elif not isinstance(part, Translated | Passage):
            for member in members(type(part)):
                value = getattr(part, member.name)
                if isinstance(value, tuple) and value and isinstance(value[0], Text):
                    yield below(where, member.name), list(value)
