"""What a verification found, printed: of a case, of a bag, of a bundle."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from contrechamp.base.errors import CheckFailedError
from contrechamp.base.i18n import _, ngettext
from contrechamp.base.shown_text import shown
from contrechamp.wording.verifying import finding_label

if TYPE_CHECKING:
    from contrechamp.vault.discrepancies import Discrepancy


def tell_findings(
    found: Sequence["Discrepancy"], about: Mapping[str, object], *, as_json: bool
) -> None:
    """Print what is wrong, and what there is to tell besides.

    Raises:
        CheckFailedError: if anything is wrong.
    """
    from contrechamp.vault.discrepancies import CLOCK, INTERRUPTED, REMARKS

    if as_json:
        click.echo(json.dumps({**about, "findings": [asdict(finding) for finding in found]}))
    else:
        for finding in found:
            label = finding_label(finding.kind)
            click.echo(shown(f"{label}  {finding.subject}: {finding.message}"))
    wrong = [finding for finding in found if finding.kind not in REMARKS]
    if wrong:
        raise CheckFailedError(
            ngettext(
                "{count} thing is not as the log says",
                "{count} things are not as the log says",
                len(wrong),
            ).format(count=len(wrong))
        )
    if as_json:
        return
    kinds = {finding.kind for finding in found}
    if INTERRUPTED in kinds:
        click.echo(
            _(
                "A command was interrupted: nothing is lost, and the next one that writes to the "
                "case finishes it."
            )
        )
    if CLOCK in kinds:
        click.echo(
            _(
                "Times that cannot all be right are those of a machine's clock. Nothing is lost or "
                "altered; which entry came first is proved all the same."
            )
        )
