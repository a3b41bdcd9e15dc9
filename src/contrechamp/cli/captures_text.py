"""Captures that were read again, and what files of a case say of each other, printed."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

from contrechamp.base.errors import CheckFailedError
from contrechamp.base.i18n import _, ngettext
from contrechamp.base.progress import Progress
from contrechamp.base.shown_text import shown
from contrechamp.wording.captures import check_line, verdict_label
from contrechamp.wording.reading import unread_label

if TYPE_CHECKING:
    from contrechamp.vault.captures.belonging import Said
    from contrechamp.vault.captures.rechecking import Rechecked
    from contrechamp.vault.case import Case


def recheck(case: "Case", progress: Progress, *, unconfined: bool, as_json: bool) -> dict[str, Any]:
    """Read captures again and print what their checks find; return it as JSON has it."""
    from contrechamp.vault.captures import rechecking

    captures = list(rechecking.recheck(case, unconfined=unconfined, progress=progress))
    said = rechecking.compared(case, progress)
    if not as_json:
        for one in captures:
            _tell(one)
        tell_said(said)
    failed = sum(one.failed for one in captures) + sum(one.how == "changed" for one in said)
    return {
        "captures": [
            {"item": one.item, "name": shown(one.name), "before": one.before, "unread": one.unread}
            | {name: one.state[name] for name in ("capture", "vouches") if name in one.state}
            for one in captures
        ],
        "said": [one._asdict() for one in said],
        "failed": failed,
    }


def refuse_failed(found: dict[str, Any]) -> None:
    """Say how many checks of captures failed.

    Raises:
        CheckFailedError: if any did.
    """
    if failed := found["failed"]:
        raise CheckFailedError(
            ngettext(
                "{count} capture is not what it, or what came with it, says",
                "{count} captures are not what they, or what came with them, say",
                failed,
            ).format(count=failed)
        )


def tell_said(said: Iterable["Said"]) -> None:
    """Print what files say of others: a line for each file and each way in which it fits."""
    from contrechamp.vault.captures import belonging, findings

    by_speaker: dict[tuple[str, str], findings.Findings] = {}
    for one in said:
        found = by_speaker.setdefault((one.by, one.name), findings.Findings())
        found.add(belonging.CODES[one.how], one.of)
    for (by, name), found in by_speaker.items():
        click.echo(f"{by}  {shown(name)}")
        _tell_checks(findings.checks_of({"capture": found.state()}))


def _tell(one: "Rechecked") -> None:
    from contrechamp.vault.captures import findings

    if one.unread:
        click.echo(f"{one.item}  {shown(one.name)}: {unread_label(one.unread)}")
        return
    verdict = findings.verdict(one.state)
    told = f": {verdict_label(verdict)}" if verdict else ""
    click.echo(f"{one.item}  {shown(one.name)}{told}")
    if one.before not in ("", verdict):
        click.echo("  " + _("when it was added: {verdict}").format(
            verdict=verdict_label(one.before)))  # fmt: skip
    _tell_checks(findings.checks_of(one.state) | findings.checks_of(one.state, "vouches"))


def _tell_checks(checks: dict[str, tuple[int, Sequence[str]]] | dict[str, Any]) -> None:
    from contrechamp.vault.captures import findings

    for code, (count, places) in checks.items():
        mark = "!" if code in findings.FAILING else " "
        click.echo(f"  {mark} {shown(check_line(code, count, places))}")
