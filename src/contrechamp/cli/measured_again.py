"""``contrechamp measure --again``: the measurements in a bundle, run anew and compared."""

import hashlib
import json
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from contrechamp import __version__
from contrechamp.base.errors import CheckFailedError, InputError, UsageError
from contrechamp.base.files import new_folder, read_bounded
from contrechamp.base.i18n import _, ngettext, speaking
from contrechamp.base.shown_text import shown
from contrechamp.cli.bars import progress_for
from contrechamp.publish.answers import answer_in
from contrechamp.publish.bundle.measurements import FOLDER, INPUTS, MAX_BYTES, Ran, ran
from contrechamp.scene.map_cell import map_cell

#: Parameters that do not stand in the command of a report, or are ours here.
_NOT_OF_A_JOB = frozenset({"as_json", "unconfined", "language", "verbose"})


def measure_again(bundle: Path, out: Path, *, unconfined: bool, as_json: bool) -> None:
    """Run the measurements of a bundle anew, each into a folder of its own, and compare figures.

    Args:
        bundle: of a publication.
        out: for the new figures.
        unconfined: see `map_cell`.
        as_json: print for machines.

    Raises:
        CheckFailedError: if figures are others, or an input is missing, with all of it.
        InputError: if the bundle has no measurement, or one cannot be run.
    """
    folders = sorted((bundle / FOLDER).glob("[0-9]*"), key=lambda one: one.name.zfill(9))
    if not folders:
        raise InputError(
            _("the bundle has no measurement that may leave its case"), where=bundle.name
        )
    told = [_told(one) for one in folders]
    if any(not one["missing"] for one in told):  # an empty folder would look like a result
        with new_folder(out) as partial:
            for folder, one in zip(folders, told, strict=True):
                if not one["missing"]:
                    one["same"] = _same(folder, partial / folder.name, unconfined=unconfined)
    wrong = [one for one in told if not one["same"]]
    if as_json:
        click.echo(json.dumps({"measurements": told}))
    else:
        for one in told:
            click.echo(shown(_line(one)))
    if wrong:
        raise CheckFailedError(
            ngettext(
                "{count} measurement could not be shown to be the same",
                "{count} measurements could not be shown to be the same",
                len(wrong),
            ).format(count=len(wrong))
        )


def _line(one: dict[str, Any]) -> str:
    if one["missing"]:
        return _("measurement {name}: not in the bundle: {files}").format(
            name=one["name"], files=", ".join(one["missing"])
        )
    if one["same"]:
        return _("measurement {name}: the same bytes").format(name=one["name"])
    return _(
        "measurement {name}: other figures; it was made with {then}, and this is {now}"
    ).format(name=one["name"], then=one["software"], now=f"contrechamp {__version__}")


def _told(folder: Path) -> dict[str, Any]:
    """Return what a measurement is, and which of its inputs are not in the bundle."""
    _figures, told = _ran(folder)
    missing = [
        f"{name} (SHA-256 {digest})"
        for name, digest in told.inputs
        if not _is_here(folder, name, digest)
    ]
    return {"name": folder.name, "software": told.software, "same": False, "missing": missing}


def _ran(folder: Path) -> tuple[bytes, Ran]:
    answer = answer_in([path.name for path in folder.iterdir()])
    figures, told = b"", None
    if answer is not None:
        where = f"{folder.name}/{answer.file}"
        figures = read_bounded(folder / answer.file, MAX_BYTES, where=where)
        told = ran(figures)
    if told is None or told.answer != answer:
        raise InputError(_("it has no file with the figures of a measurement"), where=folder.name)
    return figures, told


def _same(folder: Path, out: Path, *, unconfined: bool) -> bool:
    """Run a measurement anew, and return whether its figures are the same bytes."""
    figures, told = _ran(folder)
    file = told.answer.file
    if told.answer.goes_on:
        # What was run before cannot be run again: it is taken from what the bundle tells of it.
        out.mkdir()
        (out / file).write_bytes(figures)
    with speaking(told.language):
        module: Any = import_module(f"contrechamp.cli.{told.answer.command}_cmd")
        where = f"{folder.name}/{file}"
        options = {**_options(module.command(), folder / INPUTS, told, where), "out": out}
        with map_cell(unconfined=unconfined) as cell:
            module.answered(
                options, again=told.command, cell=cell, progress=progress_for(as_json=True)
            )
    return (out / file).read_bytes() == figures


def _is_here(folder: Path, name: str, digest: str) -> bool:
    if "/" in name or name in {"", ".", ".."}:
        return False
    path = folder / INPUTS / name
    if not path.is_file():
        return False
    content = read_bounded(path, MAX_BYTES, where=name)
    return hashlib.sha256(content).hexdigest() == digest


def _options(command: click.Command, inputs: Path, told: Ran, where: str) -> dict[str, Any]:
    """Return the options that a command of a report stands for; it reads nothing but the inputs.

    Raises:
        InputError: if the command is another, or names a file that is no input.
    """
    name = told.answer.command
    if told.command[:2] != ("contrechamp", name):
        raise InputError(_("its command is not one that measures"), where=where)
    try:
        context = command.make_context(name, _bare(told.command[2:]))
    except (click.ClickException, UsageError) as error:
        raise InputError(_("its command is not one that measures"), where=where) from error
    if any(context.params.get(other) is not None for other in ("track", "again")):
        raise InputError(_("its command is not one that measures"), where=where)
    names = {name for name, _digest in told.inputs}

    def here(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(map(here, value))
        if isinstance(value, Path):
            if str(value) not in names:
                raise InputError(_("its command names a file that is no input"), where=where)
            return inputs / value
        return value

    return {
        name: here(value)
        for name, value in context.params.items()
        if name not in _NOT_OF_A_JOB | {"out"}
    }


def _bare(words: tuple[str, ...]) -> list[str]:
    """Return the words of a command without the language, which every command takes elsewhere."""
    found = list(words)
    if "--lang" in found:
        place = found.index("--lang")
        del found[place : place + 2]
    return found
