"""``contrechamp sample``: the worked sample case, made anew in a folder of its own."""

import hashlib
import json
import secrets
import shlex
import shutil
import sys
from pathlib import Path

import click

from contrechamp.base.errors import OutputError
from contrechamp.base.i18n import _, active_language
from contrechamp.cli.case_access import no_core_dumps, now
from contrechamp.cli.options import json_option, language_option, verbose_option

#: Printed, and beside the case in a file: what it opens is a sample, and nothing else.
PASSPHRASE = "sample passphrase, made up"  # noqa: S105
CASE = "case"
PASSPHRASE_FILE = "passphrase.txt"  # noqa: S105
RECOVERY_FILE = "recovery-key.txt"
SECOND_MEMBER = "second-member.key"
LETTERS = "letters"
README = "README.txt"
#: Says which files the command made, and what was in them.
MANIFEST = "sample.json"
#: Formats of the records that are written out for anyone, each into ``records-FORMAT``.
FORMATS = ("jsonl", "csv", "ftm")
#: The records with what consent lets go to the one recipient whom it names.
FOR_ONE = "records-for-sample-lawyer"
#: Files of a case that come and go while it is only read.
PASSING = ("case.db-wal", "case.db-shm", "case.lock")


def sample_command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "sample",
        callback=_sample,
        short_help=_("A worked case to look at and to try things on."),
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
            language_option(),
            verbose_option(),
        ],
    )


def _sample(*, out: Path, as_json: bool) -> None:
    from contrechamp.publish.folder import check_writable, written_aside

    no_core_dumps()
    check_writable(out, _refuse_changed)
    with written_aside(out, _refuse_changed) as folder:
        counts = _make(folder)
        (folder / README).write_text(_told(counts, Path(), commands=False), encoding="utf-8")
        manifest = {"made_by": "contrechamp sample", "files": _digests(folder)}
        (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    if as_json:
        click.echo(json.dumps({"case": str(out / CASE), "records": counts}))
    else:
        click.echo(_told(counts, out, commands=True), nl=False)


def _make(folder: Path) -> dict[str, int]:
    """Make the case and all that lies beside it; return how many records of each kind there are."""
    import pyrage

    from contrechamp.cli.new_cmd import make_case
    from contrechamp.dossier.formats.write import exporting
    from contrechamp.dossier.permission.sharing import Recipient
    from contrechamp.dossier.sample import sample_case
    from contrechamp.vault.access import members
    from contrechamp.vault.access.slots import AgeIdentities
    from contrechamp.vault.opening import opened

    language = active_language()
    first, second = sample_case.member_names()
    recovery = make_case(folder / CASE, PASSPHRASE, first)
    key = pyrage.x25519.Identity.generate()
    with opened(folder / CASE, PASSPHRASE, write=True) as case:
        counts = sample_case.fill(case, language, now=now, random=secrets.token_bytes)
        members.share(
            case, str(key.to_public()), name=second, reason="", now=now(),
            random=secrets.token_bytes,
        )  # fmt: skip
    with opened(folder / CASE, AgeIdentities((str(key),)), write=True) as case:
        sample_case.review_and_release(case, language, now=now)
        today = now().date()
        for format_ in FORMATS:
            exporting.write(case, folder / f"records-{format_}", format_, day=today)
        exporting.write(
            case, folder / FOR_ONE, "jsonl", day=today, now=now(),
            recipient=Recipient(name=sample_case.recipient_name()),
        )  # fmt: skip
        (folder / LETTERS).mkdir()
        for name, text in sample_case.letters(case, on=today).items():
            (folder / LETTERS / f"{name}.txt").write_text(text, encoding="utf-8")
    (folder / PASSPHRASE_FILE).write_text(PASSPHRASE + "\n")
    (folder / RECOVERY_FILE).write_text(recovery + "\n")
    (folder / SECOND_MEMBER).write_text(f"# SAMPLE / EXEMPLE\n{key}\n")
    return counts


def _told(counts: dict[str, int], out: Path, *, commands: bool) -> str:
    """Return what was made, where it lies, and what can be done with it."""
    records = ", ".join(f"{kind} {many}" for kind, many in counts.items())
    lines = [
        _("This is a SAMPLE. Its facts are from public sources, each with its reference; its "
          "people, and what they say, are invented. Nothing in it is evidence."),
        "",
        _("Case: {folder}").format(folder=out / CASE),
        _("Passphrase: {passphrase} (also in {file})").format(
            passphrase=PASSPHRASE, file=out / PASSPHRASE_FILE),
        _("Key of the second member: {file}").format(file=out / SECOND_MEMBER),
        _("Records: {records}").format(records=records),
        _("The same in other formats, without what is closed or was told: {folders}").format(
            folders=", ".join(str(out / f"records-{one}") for one in FORMATS)),
        _("For an invented lawyer, with what consent lets go to them: {folder}").format(
            folder=out / FOR_ONE),
        _("Letters, drafted and never sent: {folder}").format(folder=out / LETTERS),
    ]  # fmt: skip
    if commands:
        lines += ["", _("To try next:"), *_next(out)]
    return "\n".join(lines) + "\n"


def _next(out: Path) -> list[str]:
    """Return commands that show what there is, as they can be typed here."""
    from contrechamp.dossier.sample.sample_texts import ref

    program = _program()
    case = shlex.quote(str(out / CASE))
    secret = f"--passphrase-fd 3 3< {shlex.quote(str(out / PASSPHRASE_FILE))}"
    second = f"--identity {shlex.quote(str(out / SECOND_MEMBER))}"
    word = {"fr": "tourniquets"}.get(active_language(), "turnstiles")
    finding, source = ref("passage-by-face"), ref("heron")
    refused = ref("sample-leaflet-en")
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
    """Return what contrechamp is called here: by its name, or by where it lies."""
    if shutil.which("contrechamp"):
        return "contrechamp"
    here = Path(sys.executable).with_name("contrechamp")
    if here.is_relative_to(Path.cwd()):
        here = here.relative_to(Path.cwd())
    return shlex.quote(str(here))


def _digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file below a folder, by its name there."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in (MANIFEST, *PASSING)
    }


def _refuse_changed(target: Path, shown: Path) -> None:
    """Raise unless a folder is missing, empty, or a sample that nobody has changed since."""
    from contrechamp.publish.folder import names_in

    if not names_in(target, shown):
        return
    try:
        manifest = json.loads((target / MANIFEST).read_bytes())
        made = dict(manifest["files"]) if manifest["made_by"] == "contrechamp sample" else None
    except (OSError, ValueError, KeyError, TypeError):
        made = None
    if made is None:
        raise OutputError(
            _(
                "{out}: is not empty and was not made by contrechamp sample; choose a folder with "
                "-o that is new or empty"
            ).format(out=shown)
        )
    there = _digests(target)
    changed = sorted(
        name for name in made.keys() | there.keys() if made.get(name) != there.get(name)
    )
    if changed:
        raise OutputError(
            _(
                "{out}: was changed since it was made ({names}), and is not replaced; choose "
                "another folder with -o, or remove it yourself"
            ).format(out=shown, names=", ".join(changed[:3]))
        )
