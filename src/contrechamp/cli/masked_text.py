"""What an item has to do with masked copies, on the command line."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from contrechamp.base.i18n import _
from contrechamp.base.shown_text import shown
from contrechamp.wording import masked_copies as words

if TYPE_CHECKING:
    from contrechamp.vault.case import Case


def tell_masked(case: "Case", ref: str, state: dict[str, Any]) -> None:
    """Print of what an item is a masked copy or the sidecar, and which copies it has itself."""
    from contrechamp.vault import masked_copies

    if original := masked_copies.original(state):
        click.echo(f"  = {words.copy_of(original)}")
        _tell_review(case, ref)
    if copy := state.get(masked_copies.SIDECAR_OF):
        click.echo(f"  = {words.sidecar_of(str(copy))}")
    for copy in masked_copies.copies(case, [ref]).get(ref, ()):
        click.echo(f"  = {words.has_copy(copy)}")


def _tell_review(case: "Case", ref: str) -> None:
    """Print how the review of a masked copy stands, and each that was given."""
    from contrechamp.dossier.permission import mask_reviews, reviews
    from contrechamp.dossier.reading.view import View
    from contrechamp.wording.gates import unmet_labels

    standing = mask_reviews.standing(View(case), ref)
    for why in standing.why:
        places = f" ({', '.join(map(str, standing.second))})" if standing.second else ""
        click.echo(f"  ! {unmet_labels()[why]}{places}")
    if not standing.why:
        click.echo(f"  = {words.reviewed()}")
    for given in reviews.reviews(case, ref):
        about = "" if given.current else " " + words.of_other_bytes()
        click.echo(f"  = {shown(given.review.record.title())}  {given.review.ref}{about}")


def tell_unreviewed(case: "Case", items: Sequence[str]) -> None:
    """Warn of masked copies that are about to leave, and whose review does not suffice."""
    from contrechamp.dossier.permission import mask_reviews
    from contrechamp.dossier.reading.masked import is_copy
    from contrechamp.dossier.reading.view import View
    from contrechamp.wording.gates import unmet_labels

    view = View(case)
    for item in items:
        ref = f"item/{item.removeprefix('item/')}"
        for why in mask_reviews.standing(view, ref).why if is_copy(case, ref) else ():
            line = _("warning: {item}: {why}").format(item=ref, why=unmet_labels()[why])
            click.echo(line, err=True)
