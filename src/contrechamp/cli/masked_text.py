"""What an item has to do with masked copies, on the command line."""

from typing import TYPE_CHECKING, Any

import click

from contrechamp.wording import masked_copies as words

if TYPE_CHECKING:
    from contrechamp.vault.case import Case


def tell_masked(case: "Case", ref: str, state: dict[str, Any]) -> None:
    """Print of what an item is a masked copy or the sidecar, and which copies it has itself."""
    from contrechamp.vault import masked_copies

    if original := masked_copies.original(state):
        click.echo(f"  = {words.copy_of(original)}")
    if copy := state.get(masked_copies.SIDECAR_OF):
        click.echo(f"  = {words.sidecar_of(str(copy))}")
    for copy in masked_copies.copies(case, [ref]).get(ref, ()):
        click.echo(f"  = {words.has_copy(copy)}")
