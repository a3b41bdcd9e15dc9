"""Pictures, masked and reviewed: below the finding that rests on them, or in a section."""

from collections.abc import Iterable

from contrechamp.base.i18n import _
from contrechamp.base.written import written_date
from contrechamp.dossier.records.findings import Finding
from contrechamp.publish.report.document import Address, Inline, Photo, Section, Words
from contrechamp.publish.report.masked_pictures import ShownPicture
from contrechamp.publish.report.showing import Showing
from contrechamp.publish.report.texts import called, said


def section(showing: Showing) -> Section | None:
    """Return the pictures that no finding of the publication shows; None if there are none."""
    under = {
        picture.ref
        for _ref, finding in showing.cited(Finding)
        for picture in showing.pictures.under(finding.evidence)
    }
    rest = [one for one in showing.pictures.shown if one.ref not in under]
    if not rest:
        return None
    return Section("pictures", (Words(_("Pictures")),), tuple(photos(rest, showing)))


def photos(pictures: Iterable[ShownPicture], showing: Showing) -> list[Photo]:
    """Return pictures with who made them, when, and that faces were covered."""
    return [
        Photo(one.content, one.media_type, _alternative(one, showing), _caption(one, showing))
        for one in pictures
    ]


def _alternative(one: ShownPicture, showing: Showing) -> str:
    if showing.is_given(one.ref):
        return _("A picture, given in confidence; people in it are covered.")
    return _("{what}. People in it are covered.").format(what=one.exhibit.what.rstrip("."))


def _caption(one: ShownPicture, showing: Showing) -> tuple[Inline, ...]:
    covered = Words(_("People in it are covered."))
    exhibit = one.exhibit
    if showing.is_given(one.ref):
        return (Words(_("Given in confidence.")), covered)
    found: list[Inline] = [called(said(exhibit.publisher))] if exhibit.publisher else []
    found.append(said(exhibit.what))
    if exhibit.made_on:
        found.append(Words(f"({written_date(exhibit.made_on)})"))
    if exhibit.address:
        found.append(Address(exhibit.address))
    # Words of a record may end without a full stop, and ours would run on from them.
    return (*found, Words("–"), covered)
