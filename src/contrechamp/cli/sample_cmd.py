"""``contrechamp sample``: the worked sample case, made anew in a folder of its own."""

import json
import secrets
import shlex
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from contrechamp.base.errors import OutputError
from contrechamp.base.i18n import _
from contrechamp.base.machine import keep_memory_private
from contrechamp.cli.case_access import know_own_case, now
from contrechamp.cli.options import json_option


def command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "sample",
        callback=_sample,
        help=_(
            "Make the worked sample case: what public sources say of facial recognition in Hebron "
            "and East Jerusalem, each statement with its reference, and testimonies that are "
            "invented and say so. With its records in other formats, and letters, in a folder of "
            "its own; an earlier sample that nobody has changed is replaced."
        ),
        epilog=_("Example: contrechamp sample --out sample-out"),
        params=[
            click.Option(
                ["-o", "--out"],
                type=click.Path(path_type=Path),
                required=True,
                metavar="DIR",
                help=_("Folder for the sample: new, empty, or of an earlier run."),
            ),
            json_option(),
        ],
    )


def _sample(*, out: Path, as_json: bool) -> None:
    from contrechamp.dossier.sample import sample_folder
    from contrechamp.publish.folder import check_writable, new_folder

    keep_memory_private()
    check_writable(out, _refuse_changed)
    with new_folder(out, _refuse_changed) as folder:
        made = sample_folder.make(folder, now=now, random=secrets.token_bytes)
    case = out / sample_folder.CASE
    know_own_case(case)
    if as_json:
        click.echo(json.dumps({"case": str(case), "records": made.counts}))
        return
    told = sample_folder.summary(made.counts, out)
    for line in (*told, "", _("To try next:"), *_next(out, made.names)):
        click.echo(line)


def _next(out: Path, names: Mapping[str, str]) -> list[str]:
    """Return commands that show what the sample holds, ready to be typed here."""
    from contrechamp.dossier.sample.sample_folder import CASE, PASSPHRASE_FILE, SECOND_MEMBER

    program = _program()
    case = shlex.quote(str(out / CASE))
    secret = f"--passphrase-fd 3 3< {shlex.quote(str(out / PASSPHRASE_FILE))}"
    second = f"--identity {shlex.quote(str(out / SECOND_MEMBER))}"
    word = _("turnstiles")
    finding, source, refused = (
        shlex.quote(names[key]) for key in ("passage-by-face", "heron", "sample-leaflet-en")
    )
    reason = shlex.quote(_("to see how it works"))
    tables = shlex.quote(str(out.with_name(f"{out.name}-tables")))
    return [
        f"  {program} {line}"
        for line in (
            f"status {case} {secret}",
            f"find {case} {word} {secret}",
            f"show {case} {finding} {secret}",
            f"identity {case} {source} --reason {reason} {secret}",
            f"release {case} {refused} {second}",
            f"export-records {case} --as xlsx -o {tables} {second}",
        )
    ]


def _program() -> str:
    """Return how to call contrechamp here: by its name, or by its path."""
    if shutil.which("contrechamp"):
        return "contrechamp"
    here = Path(sys.executable).with_name("contrechamp")
    if here.is_relative_to(Path.cwd()):
        here = here.relative_to(Path.cwd())
    return shlex.quote(str(here))


def _refuse_changed(out: Path) -> None:
    """Raise unless a folder is missing, empty, or a sample that nobody has changed since."""
    from contrechamp.dossier.sample import sample_folder
    from contrechamp.publish.folder import names_in

    if not names_in(out):
        return
    changed = sample_folder.changed(out)
    if changed is None:
        raise OutputError(
            _(
                "{out}: is not empty and was not made by contrechamp sample; choose a folder with "
                "-o that is new or empty"
            ).format(out=out)
        )
    if changed:
        raise OutputError(
            _(
                "{out}: was changed since it was made ({names}), and is not replaced; choose "
                "another folder with -o, or remove it yourself"
            ).format(out=out, names=", ".join(changed[:3]))
        )
