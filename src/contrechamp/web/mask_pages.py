"""Masked copies: made of items, reviewed by a person over all files, worst first, and signed."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from contrechamp.base.i18n import _, ngettext
from contrechamp.base.memory_files import folder_in_memory
from contrechamp.base.progress import Progress
from contrechamp.base.shown_text import shown
from contrechamp.dossier.permission import mask_reviews, reviews
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.view import View
from contrechamp.local_page.messages import Request, Response, go_to
from contrechamp.publish.masking import answers
from contrechamp.publish.masking.case_bench import CaseBench
from contrechamp.publish.masking.case_items import Desk as MaskDesk
from contrechamp.publish.masking.case_items import mask_items
from contrechamp.redact.masking import Settings
from contrechamp.redact.request import Request as MaskRequest
from contrechamp.redact.review.page.answering import Answering
from contrechamp.redact.review.page.pictures import Pictures
from contrechamp.redact.review.page.seeding import chosen
from contrechamp.redact.run import Unmasked
from contrechamp.vault import masked_copies
from contrechamp.vault.case import Case
from contrechamp.web.desk import Answers, Desk
from contrechamp.web.item_pages import asked_item
from contrechamp.wording import masked_copies as words
from contrechamp.wording.gates import unmet_labels

_ITEM: Final = "item/"
_PREFIX: Final = "review/"


def masks(desk: Desk, request: Request) -> Response:
    """The masked copies of the case, and how the review of each stands."""
    with desk.session.opening() as case:
        waiting = answers.to_review(case)
        done = [one for one in masked_copies.newest_copies(case) if one not in set(waiting)]
        view = View(case)
        told = [_copy(case, view, ref) for ref in waiting]
        reviewed = [_copy(case, view, ref) for ref in done]
    return desk.page("masks", waiting=told, reviewed=reviewed)


def make(desk: Desk, request: Request) -> Response:
    """Make a masked copy of an item, as work of its own."""
    ref = asked_item(request)

    def does(progress: Progress) -> Iterator[str]:
        with (
            desk.session.opening(write=True) as case,
            folder_in_memory() as (memory, _lock),
        ):
            table = MaskDesk(case, memory, desk.session.clocks.now)
            for one in mask_items(table, [ref], Settings(MaskRequest()), progress=progress):
                if isinstance(one, Unmasked):
                    yield shown(one.error)
                    continue
                yield ngettext(
                    "The masked copy is in the case: {count} place to look at.",
                    "The masked copy is in the case: {count} places to look at.",
                    len(one.outcome.looks),
                ).format(count=len(one.outcome.looks))
                yield _("Before it leaves, a person looks at all of it: go to Masked copies.")

    desk.work.begin(_("Masking"), "masks", does)
    return go_to("work")


def begin(desk: Desk, request: Request) -> Response:
    """Begin the review of all copies that lack one, or of one copy."""
    only = [asked_item(request)] if request.fields.get("id") else []
    with desk.session.opening() as case:
        copies = answers.to_review(case, only)
    if not copies:
        return go_to("masks")
    desk.reviewing.close()
    memory, _lock = desk.reviewing.enter_context(folder_in_memory())
    again, _other = desk.reviewing.enter_context(folder_in_memory())
    bench = CaseBench(desk.session.opening, copies, again, now=desk.session.clocks.now)
    left = {key: bench.made(key) for key in bench.copies() if 0 in bench.asked(key)}
    pictures = desk.reviewing.enter_context(Pictures(bench, memory))
    desk.review = Answering(bench, pictures, chosen(left), back="../masks")
    return go_to(_PREFIX)


def review(desk: Desk, request: Request) -> Response:
    """Answer the page of the review; see `redact.review.page`."""
    if desk.review is None:
        return go_to("masks")
    inner = request.path.removeprefix("review").removeprefix("/")
    if (request.method, inner) == ("POST", "close"):
        desk.reviewing.close()
        desk.review = None
        return Response("{}", "application/json")
    answered = desk.review(replace(request, path=inner))
    return replace(answered, again_s=0, ends=False)


def _copy(case: Case, view: View, ref: str) -> dict[str, Any]:
    copy = mask_reviews.copy_of(case, ref)
    state = lookup.item_state(case, lookup.id_of(ref)) or {}
    original = masked_copies.original(state)
    source = lookup.item_state(case, lookup.id_of(original)) or {}
    standing = mask_reviews.standing(view, ref)
    second = ", ".join(map(str, standing.second))
    return {
        "id": ref.removeprefix(_ITEM),
        "name": shown(source.get("name", "")) or words.copy_of(original),
        "looks": len(copy.urgencies) if copy else 0,
        "doubtful": len(copy.doubtful) if copy else 0,
        "why": [unmet_labels()[why] + (f" ({second})" if second else "") for why in standing.why],
        "given": [
            shown(one.review.record.title()) + ("" if one.current else " " + words.of_other_bytes())
            for one in reviews.reviews(case, ref)
        ],
    }


PAGES: Final[dict[tuple[str, str], Answers]] = {
    ("GET", "masks"): masks,
    ("POST", "mask"): make,
    ("POST", "masks/review"): begin,
}
