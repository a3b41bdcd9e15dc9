"""What people told us, and is shown apart from the findings that rest on it."""

from contrechamp.base.i18n import _
from contrechamp.dossier.records.findings import Finding
from contrechamp.publish.report.document import Section, Words
from contrechamp.publish.report.parts.findings import quotation
from contrechamp.publish.report.showing import Showing


def section(showing: Showing) -> Section | None:
    """Return the passages that no finding of the publication cites; None if there are none."""
    under: set[str] = set()
    for _ref, finding in showing.cited(Finding):
        under |= {one.ref for one in finding.evidence}
    quotes = [
        quote
        for testimony, found in showing.quotes.items()
        if testimony not in under
        for quote in found
        if quote.ref not in under
    ]
    if not quotes:
        return None
    return Section("people", (Words(_("What people told us")),), tuple(map(quotation, quotes)))
