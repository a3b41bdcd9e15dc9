"""The section of a report that tells what changed since the edition before."""

from collections.abc import Mapping
from typing import Any

from contrechamp.base.i18n import _, ngettext
from contrechamp.publish.bundle.claims_file import ClaimsFile
from contrechamp.publish.bundle.editions import CORRECTION
from contrechamp.publish.bundle.statement import Statement
from contrechamp.publish.report.document import (
    Block,
    Inline,
    Link,
    Listing,
    Paragraph,
    Section,
    Words,
)
from contrechamp.wording.publications import change_labels, claim_kind_labels


def section(statement: Statement, file: ClaimsFile) -> Section | None:
    """Return the corrections of an edition, in the active language; None of a first edition.

    Args:
        statement: of the edition.
        file: its claims, to which the corrections lead.
    """
    former = statement.former
    if former is None:
        return None
    told = _(
        "This is edition {number}. It takes the place of the edition whose root is {root}."
    ).format(number=statement.edition, root=former.root)
    places = {one.id: one.at for one in file.claims}
    entries = tuple(("", (_told(one, places),)) for one in former.changes)
    same = _(
        "Its claims are the same; what is another is a language, data, the key that signs or the "
        "version of the program."
    )
    blocks: tuple[Block, ...] = (
        Paragraph((Words(told),)),
        Listing(entries, of=tuple(f"change/{n}" for n in range(1, len(entries) + 1)))
        if entries
        else Paragraph((Words(same),)),
    )
    return Section(CORRECTION, (Words(_("What changed since the edition before")),), blocks)


def _told(change: Mapping[str, Any], places: Mapping[str, str]) -> Paragraph:
    if change["change"] == "kept-back":
        count = int(change["count"])
        words = ngettext(
            "{count} passage that somebody told us is no longer shown.",
            "{count} passages that people told us are no longer shown.",
            count,
        )
        return Paragraph((Words(words.format(count=count)),))
    kind = str(change["kind"])
    named = claim_kind_labels().get(kind, kind)
    inlines: list[Inline] = [
        Words(f"{change_labels()[change['change']]}:", strong=True), Words(named),
    ]  # fmt: skip
    if at := places.get(str(change["id"])):
        inlines.append(Link(at, _("see there")))
    return Paragraph(tuple(inlines))
