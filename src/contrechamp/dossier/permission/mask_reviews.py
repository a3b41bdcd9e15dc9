"""Reviews of masked copies: what one must say, and whether those that there are suffice.

One person looks at everything. Of what is doubtful, and of a random sample of the rest, a second
one looks as well. The sample is drawn from a seed in the oldest review of the copy: nobody who
reviews it again draws another. A review is of digests: it says nothing of any other copy or
sidecar.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias

from contrechamp.base.i18n import _
from contrechamp.dossier.permission.verdicts import reviews_of
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.lookup import Stored
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records.publications import LookedAt, Review, WatchedSpan
from contrechamp.vault import masked_copies
from contrechamp.vault.access import members
from contrechamp.vault.case import Case

Why: TypeAlias = Literal[
    "mask-not-reviewed", "mask-not-agreed", "mask-one-reader", "mask-sidecar-gone", "one-member"
]
#: One of so many places that are not doubtful gets a second reader.
ONE_OF: Final = 10
#: A span may miss so much of the beginning, of the end, and between two of them, in seconds.
GAP_S: Final = Decimal("0.5")
#: The look that is the whole copy.
WHOLE: Final = 0


@dataclass(frozen=True)
class Copy:
    """What the record of a masked copy says for its review.

    Args:
        ref: to the copy.
        sha256: of the copy.
        sidecar_sha256: of its sidecar.
        urgencies: of its looks, in their order: 1 first, 3 last.
        seconds: how long it plays; None if it does not.
    """

    ref: str
    sha256: str
    sidecar_sha256: str
    urgencies: tuple[int, ...]
    seconds: Decimal | None = None

    @property
    def looks(self) -> range:
        """The numbers of all places, the whole copy among them."""
        return range(len(self.urgencies) + 1)

    @property
    def doubtful(self) -> set[int]:
        """The numbers of the places that are to be looked at first."""
        return {number for number, urgency in enumerate(self.urgencies, 1) if urgency == 1}


def copy_of(case: Case, ref: str) -> Copy | None:
    """Return a masked copy; None if the item is none, or was erased."""
    state = lookup.item_state(case, lookup.id_of(ref)) or {}
    about = state.get(masked_copies.MASKED)
    if not isinstance(about, dict) or not masked_copies.original(state):
        return None
    seconds = str(about.get("seconds", ""))
    urgencies = str(about.get("looks", ""))
    return Copy(
        ref,
        str(state["sha256"]),
        str(about.get("sidecar_sha256", "")),
        tuple(int(one) for one in urgencies if one in "123"),
        Decimal(seconds) if _is_number(seconds) else None,
    )


def problems(case: Case, review: Review) -> Iterator[tuple[str, str]]:
    """Yield what a review of an item must not be: the field, and why."""
    copy = copy_of(case, review.about)
    looked = review.looked
    if copy is None:
        yield "about", _("this item is no masked copy: only of those is said what they show")
        return
    if looked is None:
        yield "looked", _("say what was looked at: contrechamp mask --review")
        return
    if review.state != lookup.digest_of(case, review.about):
        yield "state", _("there is no such version, or it was erased")
    if (looked.copy, looked.sidecar) != (copy.sha256, copy.sidecar_sha256):
        yield "looked", _("these are not the digests of the copy and of its sidecar")
    numbers = [one.look for one in looked.looks]
    if len(set(numbers)) != len(numbers):
        yield "looked.looks", _("a place is answered twice")
    for place, one in enumerate(looked.looks, start=1):
        where = f"looked.looks[{place}]"
        if one.look not in copy.looks:
            yield where, _("there is no such place in the copy")
        if (one.answer == "uncovered") != bool(one.why.strip()):
            yield f"{where}.why", _("say why it is uncovered on purpose, and of nothing else")
    for place, span in enumerate(looked.spans, start=1):
        if not 0 <= span.from_s <= span.to_s:
            yield f"looked.spans[{place}]", _("it ends before it begins")
    hidden = looked.hidden
    if hidden is not None and not 0 <= hidden.marked <= hidden.shown:
        yield "looked.hidden", _("no more covers can be found than were hidden")


def watched_whole(copy: Copy, spans: Sequence[WatchedSpan]) -> bool:
    """Return whether spans reach from the beginning of a copy to its end."""
    if copy.seconds is None:
        return True
    reached = Decimal(0)
    for span in sorted(spans, key=lambda one: one.from_s):
        if span.from_s > reached + GAP_S:
            break
        reached = max(reached, span.to_s)
    return reached + GAP_S >= copy.seconds


def unanswered(copy: Copy, looked: LookedAt) -> list[int]:
    """Return the places of a copy that a review does not answer."""
    answered = {one.look for one in looked.looks}
    return [one for one in copy.looks if one not in answered]


def sampled(seed: str, copy: Copy) -> set[int]:
    """Return the places that a seed draws for a second reader, apart from doubtful ones."""
    return {
        look
        for look in copy.looks
        if int.from_bytes(hashlib.sha256(f"{seed} {look}".encode()).digest()[:8], "big")
        < (1 << 64) // ONE_OF
    }


@dataclass(frozen=True)
class Standing:
    """How the review of a masked copy stands.

    Args:
        why: what is lacking; none if nothing is.
        second: the places that a second reader has still to look at.
        seed: of the oldest review; "" if there is none.
        readers: ids of those who looked at everything and agree.
    """

    why: tuple[Why, ...]
    second: tuple[int, ...] = ()
    seed: str = ""
    readers: tuple[str, ...] = ()


def standing(view: View, ref: str) -> Standing:
    """Return how the review of a masked copy stands."""
    copy = copy_of(view.case, ref)
    state = lookup.item_state(view.case, lookup.id_of(ref))
    if copy is None or not view.has_item(lookup.id_of(masked_copies.sidecar(state))):
        return Standing(("mask-sidecar-gone",))
    given = [(stored.member, review) for stored, review in _given(view, copy)]
    newest = dict(given)
    if any(review.verdict != "agreed" for review in newest.values()):
        return Standing(("mask-not-agreed",))
    looked = {member: review.looked for member, review in newest.items() if review.looked}
    whole = [
        member
        for member, one in looked.items()
        if not unanswered(copy, one) and watched_whole(copy, one.spans)
    ]
    if not whole:
        return Standing(("mask-not-reviewed",), seed=_seed(given))
    seed = _seed(given)
    lacking = min(
        (_unread(copy, seed, first, looked) for first in whole), key=lambda left: len(left)
    )
    if not lacking:
        return Standing((), (), seed, tuple(whole))
    others = [one for one, _name, left in members.members(view.case) if not left]
    why: Why = "mask-one-reader" if len(others) > 1 else "one-member"
    return Standing((why,), tuple(sorted(lacking)), seed, tuple(whole))


def for_second(copy: Copy, first: LookedAt, seed: str) -> set[int]:
    """Return the places that need a second reader after the first one."""
    purposely = {one.look for one in first.looks if one.answer == "uncovered"}
    return copy.doubtful | purposely | sampled(seed, copy)


def _unread(copy: Copy, seed: str, first: str, looked: Mapping[str, LookedAt]) -> set[int]:
    others = {one.look for member, read in looked.items() if member != first for one in read.looks}
    return for_second(copy, looked[first], seed) - others


def _seed(given: Sequence[tuple[str, Review]]) -> str:
    return next((review.looked.seed for _member, review in given if review.looked), "")


def given(view: View, ref: str) -> list[str]:
    """Return references to the reviews that are of just this copy and sidecar, the oldest first."""
    copy = copy_of(view.case, ref)
    return [] if copy is None else [stored.ref for stored, _review in _given(view, copy)]


def _given(view: View, copy: Copy) -> Iterator[tuple[Stored, Review]]:
    """Yield the reviews of just this copy and sidecar, the oldest first."""
    for one in reviews_of(view, copy.ref):
        record: Any = one.review.record
        if (
            one.current
            and isinstance(record, Review)
            and record.looked is not None
            and (record.looked.copy, record.looked.sidecar) == (copy.sha256, copy.sidecar_sha256)
        ):
            yield one.review, record


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal()
