"""What stands at the end: the evidence, what was kept back, what the words mean, who translated."""

from collections.abc import Iterable, Iterator

from contrechamp import __version__
from contrechamp.base.i18n import _, active_language, language_name, ngettext
from contrechamp.base.written import written_list
from contrechamp.dossier.records.contents import parts
from contrechamp.dossier.records.field_types import Text
from contrechamp.publish.report.document import Listing, Pairs, Paragraph, Section, Words
from contrechamp.publish.report.evidence import EvidenceList
from contrechamp.publish.report.showing import Showing
from contrechamp.wording.confidence import confidence_labels, confidence_meanings
from contrechamp.wording.consent import refusal_labels


def sections(showing: Showing, evidence: EvidenceList, overrides: Iterable[str]) -> list[Section]:
    """Return the annexes; the list of evidence is of all that was cited before.

    Args:
        showing: what is shown.
        evidence: what was cited.
        overrides: what the release passed all the same, each with its reason.
    """
    listing, found = evidence.listing(), []
    if listing.entries:
        found.append(Section("evidence", (Words(_("Evidence")),), (listing,)))
    found += [_kept_back(showing, tuple(overrides)), _meanings(showing)]
    return found


def _kept_back(showing: Showing, overrides: tuple[str, ...]) -> Section:
    why = refusal_labels()
    lines = [
        ngettext(
            "{count} passage of a testimony is not shown: {reason}",
            "{count} passages of testimonies are not shown: {reason}",
            count,
        ).format(count=count, reason=why[reason])
        for reason, count in showing.withheld.items()
    ]
    lines += [
        ngettext(
            "{count} picture is not shown: {reason}",
            "{count} pictures are not shown: {reason}",
            count,
        ).format(count=count, reason=why[reason])
        for reason, count in showing.pictures.withheld.items()
    ]
    lines += [_("Passed all the same: {gate}").format(gate=one) for one in overrides]
    lines.append(
        _(
            "Names of people who told us something, where and when we met, positions of homes, and "
            "names of files are in no publication."
        )
    )
    return Section(
        "withheld",
        (Words(_("What was kept back")),),
        (Listing(tuple(("", (Paragraph((Words(line),)),)) for line in lines)),),
    )


def _meanings(showing: Showing) -> Section:
    labels, meanings = confidence_labels(), confidence_meanings()
    blocks = [Pairs(tuple((label, (Words(meanings[code]),)) for code, label in labels.items()))]
    inside = []
    if thanks := list(_credits(showing)):
        inside.append(
            Section(
                "translations",
                (Words(_("Translations")),),
                (Listing(tuple(("", (Paragraph((Words(one),)),)) for one in thanks)),),
            )
        )
    made = _("Made with contrechamp {version}.").format(version=__version__)
    inside.append(Section("made", (Words(_("How this was made")),), (Paragraph((Words(made),)),)))
    return Section("meanings", (Words(_("What the words mean")),), tuple(blocks), tuple(inside))


def _credits(showing: Showing) -> Iterator[str]:
    """Yield who translated what is shown, by language; who checked it where somebody did."""
    shown = [showing.publication, *map(showing.record, showing.publication.cites)]
    passages = [one.passage for found in showing.quotes.values() for one in found]
    by_language: dict[str, dict[str, None]] = {}
    every = [part for one in (*shown, *passages) if one for part, _path in parts(one)]
    for text in every:
        if isinstance(text, Text) and text.made == "translated" and text.by:
            checked = _("{name}, checked by {other}").format(name=text.by, other=text.checked_by)
            name = checked if text.checked_by else text.by
            by_language.setdefault(text.language, {})[name] = None
    for language, names in by_language.items():
        yield _("{language}: {names}").format(
            language=language_name(language, active_language()),
            names=written_list(list(names)),
        )
