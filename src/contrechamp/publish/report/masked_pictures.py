"""Pictures that a publication shows: of each its newest masked copy whose review holds, or none.

The original never leaves, whatever was passed at a release: what is shown is, byte for byte, what
the reviewers looked at.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from contrechamp.base.i18n import _
from contrechamp.dossier.permission import consent, mask_reviews
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.masked import is_copy
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records.field_types import Evidence
from contrechamp.dossier.records.people import ConsentUse
from contrechamp.dossier.records.publications import Publication
from contrechamp.dossier.records.testimony import Exhibit
from contrechamp.vault import masked_copies, object_keys, subjects
from contrechamp.wording.gates import unmet_labels

#: Files that a page and a PDF can show.
_SHOWN = frozenset({"image/jpeg", "image/png", "image/webp"})
#: Uses that a picture needs consent to, if somebody gave it.
_NEEDS: tuple[ConsentUse, ...] = ("held", "image")


@dataclass(frozen=True)
class ShownPicture:
    """A masked copy that is shown.

    Args:
        ref: of the exhibit.
        exhibit: what it says.
        content: of the copy.
        media_type: of it.
    """

    ref: str
    exhibit: Exhibit
    content: bytes
    media_type: str


class Pictures:
    """The pictures among the exhibits that a publication shows.

    Args:
        view: the case.
        publication: what it says.
        exhibits: that it shows, with their references.
        day: on which consent has to hold.
    """

    def __init__(
        self,
        view: View,
        publication: Publication,
        exhibits: Iterable[tuple[str, Exhibit]],
        day: date,
    ) -> None:
        self._view, self._day = view, day
        self._used = {(use.of, use.use) for use in consent.uses_of(view, publication)}
        #: Why one cannot be shown, and where that is mended, a line each.
        self.problems: list[str] = []
        #: How many are kept back for want of consent, by the reason.
        self.withheld: Counter[consent.Why] = Counter()
        self.shown: list[ShownPicture] = []
        for ref, exhibit in exhibits:
            self._take(ref, exhibit)

    def under(self, evidence: Iterable[Evidence]) -> list[ShownPicture]:
        """Return the pictures that a statement rests on."""
        refs = {one.ref.partition("#")[0] for one in evidence}
        return [one for one in self.shown if refs & {one.ref, one.exhibit.item}]

    def _take(self, ref: str, exhibit: Exhibit) -> None:
        view, item = self._view, exhibit.item
        state = lookup.item_state(view.case, lookup.id_of(item)) or {}
        if not str(state.get("media_type", "")).startswith("image/"):
            return
        if refused := self._refused(ref):
            self.withheld[refused] += 1
            return
        copies = [item] if is_copy(view.case, item) else []
        copies += masked_copies.copies(view.case, [item]).get(item, [])
        there = [one for one in copies if view.has_item(lookup.id_of(one))]
        if not there:
            self.problems.append(
                _(
                    "{ref}: the picture has no masked copy: contrechamp mask CASE {item}, and then "
                    "contrechamp mask --review CASE"
                ).format(ref=ref, item=item)
            )
            return
        reviewed = [one for one in there if not mask_reviews.standing(view, one).why]
        if not reviewed:
            why = mask_reviews.standing(view, there[-1]).why[0]
            self.problems.append(
                _("{ref}: {why}: contrechamp mask --review CASE").format(
                    ref=ref, why=unmet_labels()[why]
                )
            )
            return
        found = subjects.newest(view.case, reviewed[-1])
        media_type = str((found.parsed if found else {}).get("media_type", ""))
        if found is None or found.object is None or media_type not in _SHOWN:
            self.problems.append(
                _("{ref}: its masked copy is no picture that a page can show").format(ref=ref)
            )
            return
        key = object_keys.by_name(view.case, [found.object])[found.object]
        content = object_keys.read(view.case, key)
        self.shown.append(ShownPicture(ref, exhibit, content, media_type))

    def _refused(self, ref: str) -> consent.Why | None:
        """Return why a picture that somebody gave may not be shown; None if it may."""
        if not consent.sources_of(self._view, ref):
            return None
        if (ref, "image") not in self._used:
            return "unsaid"
        for use in _NEEDS:
            for refusal in consent.lacking(self._view, ref, use, self._day):
                return refusal.why
        return None
