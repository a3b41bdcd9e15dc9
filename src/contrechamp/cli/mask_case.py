"""Masked copies of the items of a case, for ``contrechamp mask``."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from contrechamp.base.errors import InputError, UsageError
from contrechamp.base.files import read_bounded
from contrechamp.base.i18n import _, ngettext
from contrechamp.base.json_text import json_text
from contrechamp.base.memory_files import folder_in_memory
from contrechamp.base.progress import silent
from contrechamp.base.shown_text import shown
from contrechamp.cli.case_access import now, open_case
from contrechamp.cli.memory_editor import swap_in_use
from contrechamp.cli.secret_input import SecretSource

if TYPE_CHECKING:
    from contrechamp.publish.masking.case_items import MaskedItem
    from contrechamp.redact.masking import Settings
    from contrechamp.redact.run import Unmasked
    from contrechamp.vault.case import Case


@dataclass(frozen=True)
class Asked:
    """What is to be masked in a case.

    Args:
        folder: of the case.
        items: as they were typed.
        publication: mask what this one shows; "" for none.
        boxes: sidecar of boxes drawn by hand for the one item, if there is one.
        reason: why.
    """

    folder: Path
    items: tuple[str, ...]
    publication: str
    boxes: Path | None
    reason: str


def is_case(path: Path) -> bool:
    """Tell whether a path that was named for masking is the folder of a case."""
    from contrechamp.vault.access import casefile

    return path.is_dir() and (path / casefile.NAME).is_file()


def mask_in_case(
    asked: Asked, source: SecretSource, settings: "Settings", *, as_json: bool
) -> None:
    """Mask items of a case into the case, and tell it.

    Raises:
        UsageError: nothing is named, or boxes for several items are.
        InputError: there is no such item, or nothing to mask.
    """
    if bool(asked.items) == bool(asked.publication):
        raise UsageError(_("name items of the case (item/...), or --all-for PUBLICATION"))
    from contrechamp.cli.bars import progress_for
    from contrechamp.cli.progress_lines import FileByFile
    from contrechamp.publish.masking.case_items import Desk, mask_items
    from contrechamp.redact.run import Unmasked

    done: list[MaskedItem | Unmasked] = []
    if swap_in_use():
        click.echo(
            _(
                "warning: this machine swaps memory to a disk; unless that is encrypted, parts "
                "of what is masked may get there (swapoff keeps them from it)"
            ),
            err=True,
        )
    with open_case(asked.folder, source, write=True) as case, folder_in_memory() as (folder, _lock):
        items = _items(case, asked)
        boxes = _boxes(asked.boxes, items)
        desk = Desk(case, folder, now, reason=asked.reason)
        bars = progress_for(as_json=as_json)
        told = FileByFile(len(items), as_json=as_json, steps=bars is silent)
        progress = told.progress if bars is silent else bars
        for one in mask_items(desk, items, settings, boxes=boxes, progress=progress):
            done.append(one)
            if not isinstance(one, Unmasked):
                told.done(one.item, copy=one.copy)
                continue
            told.done(one.source, reason=str(one.error))
            if not as_json:
                click.echo(shown(one.error), err=True)
    _tell(done, as_json=as_json)
    unmasked = [one for one in done if isinstance(one, Unmasked)]
    if unmasked:
        raise click.exceptions.Exit(1 if any(one.check_failed for one in unmasked) else 2)


def _items(case: "Case", asked: Asked) -> list[str]:
    from contrechamp.dossier.permission import gates
    from contrechamp.dossier.reading import lookup
    from contrechamp.dossier.reading.short_names import full_ref
    from contrechamp.dossier.reading.view import View
    from contrechamp.dossier.records.publications import Publication

    if not asked.publication:
        refs = [full_ref(case, one if "/" in one else f"item/{one}") for one in asked.items]
        for ref in refs:
            if not ref.startswith("item/"):
                raise InputError(_("is a record; only items are masked"), where=ref)
        return refs
    stored = lookup.get(case, full_ref(case, asked.publication))
    if not isinstance(stored.record, Publication):
        raise InputError(_("is no publication"), where=asked.publication)
    items = gates.to_mask(View(case), stored.record)
    if not items:
        raise InputError(
            _("shows no file that is still to be masked: show and status say how its files stand"),
            where=asked.publication,
        )
    return items


def _boxes(path: Path | None, items: Sequence[str]) -> dict[str, bytes]:
    from contrechamp.redact.sidecar import MAX_BYTES, parse_sidecar

    if path is None:
        return {}
    if len(items) != 1 or not path.is_file():
        raise UsageError(_("--boxes FILE: is for one item of a case, and a file"))
    content = read_bounded(path, MAX_BYTES, where=str(path))
    parse_sidecar(content, str(path))
    return {items[0]: content}


def _tell(done: "Sequence[MaskedItem | Unmasked]", *, as_json: bool) -> None:
    from contrechamp.redact.run import Unmasked

    masked = [one for one in done if not isinstance(one, Unmasked)]
    if as_json:
        click.echo(
            json_text(
                {
                    "masked": [
                        {"item": one.item, "copy": one.copy, "sidecar": one.sidecar}
                        for one in masked
                    ],
                    "unmasked": [
                        {"item": one.source, "reason": str(one.error)}
                        for one in done
                        if isinstance(one, Unmasked)
                    ],
                }
            )
        )
        return
    for one in masked:
        urgent = sum(look.urgency == 1 for look in one.outcome.looks)
        click.echo(
            ngettext(
                "{copy}  masked copy of {item}: {count} place to look at, {urgent} of them first",
                "{copy}  masked copy of {item}: {count} places to look at, {urgent} of them first",
                len(one.outcome.looks),
            ).format(copy=one.copy, item=one.item, count=len(one.outcome.looks), urgent=urgent)
        )
    if masked:
        click.echo(_("Before any leaves, a person looks at all of it: contrechamp mask --review"))
