"""``contrechamp mask``: cover faces, strip what shows who and where, check, and review."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contrechamp.base.errors import InputError, UsageError
from contrechamp.base.i18n import _, ngettext
from contrechamp.base.progress import silent
from contrechamp.base.shown_text import shown
from contrechamp.cli.case_access import reason_option
from contrechamp.cli.options import (
    FiniteRange,
    is_verbose,
    json_option,
    threads_option,
    unconfined_option,
)
from contrechamp.cli.secret_input import secret_options, secret_source
from contrechamp.cli.text_input import read_text

if TYPE_CHECKING:
    from contrechamp.cli.mask_review import Given
    from contrechamp.redact.masking import Settings
    from contrechamp.redact.provenance import Credentials
    from contrechamp.redact.request import SoundRequest, Style
    from contrechamp.redact.run import Masked, Run, Unmasked

#: A longer list of words was not written for this purpose.
MAX_WORDS_BYTES = 1 << 20
#: A group of letters of a table of spellings is never longer.
MAX_LETTERS = 8


def command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "mask",
        callback=_mask,
        help=_(
            "Make masked copies of images, videos, sound, PDF and office files: faces covered, "
            "areas and words of your own taken out, metadata left behind. Every copy is checked, "
            "and comes with a review sheet that says where to look. Detectors miss faces: no copy "
            "is fit to leave before a person has looked at all of it. What cannot be masked is "
            "refused. Sources are never changed. Of a case, name the folder and items: their "
            "copies become items of it, and nothing of them gets on a disk in the clear."
        ),
        epilog=_("Example: contrechamp mask photos/ march.mp4 -o masked-march"),
        params=[
            click.Argument(
                ["inputs"],
                type=click.Path(path_type=Path),
                nargs=-1,
                required=True,
                metavar="INPUT...|CASE ITEM...",
            ),
            click.Option(
                ["-o", "--out"],
                type=click.Path(path_type=Path),
                metavar="DIR",
                help=_(
                    "Folder for copies and review, new or empty. Copies of items stay in their "
                    "case, and need none."
                ),
            ),
            click.Option(
                ["--all-for"],
                default="",
                metavar="PUBLICATION",
                help=_("Of a case: mask all files that a publication shows and that need it."),
            ),
            *_options_of_review(),
            *_options_of_covering(),
            *_options_of_contents(),
            click.Option(
                ["--keep-names"],
                is_flag=True,
                help=_(
                    "Name copies like their sources; by default their names are neutral, for a "
                    "file's name can name a person."
                ),
            ),
            *_options_of_credentials(),
            click.Option(
                ["--minutes"],
                type=FiniteRange(0.1, 10_000),
                metavar="N",
                help=_(
                    "Give a file up after so many minutes; by default after 30, or 5 without any "
                    "progress, and after days for what plays."
                ),
            ),
            unconfined_option(),
            threads_option(),
            json_option(),
        ],
    )


def _options_of_review() -> list[click.Parameter]:
    return [
        click.Option(
            ["--review"],
            is_flag=True,
            help=_(
                "Review masked copies on a page in your browser: those of a folder that -o made, "
                "or of a case, all that lack a review or those that are named. Each place is "
                "answered, boxes are corrected; in a case the answers are signed."
            ),
        ),
        click.Option(
            ["--answers"],
            type=click.Path(path_type=Path, allow_dash=True),
            metavar="FILE",
            help=_("With --review: read the answers from a file, or - for standard input."),
        ),
        click.Option(
            ["--print-form"],
            is_flag=True,
            help=_("With --review: print the form of the answers, and change nothing."),
        ),
        click.Option(
            ["--editor"],
            is_flag=True,
            help=_(
                "With --review: fill in the form in your editor (VISUAL or EDITOR); it lies in "
                "memory, never on a disk."
            ),
        ),
    ]


def _options_of_covering() -> list[click.Parameter]:
    return [
        click.Option(
            ["--boxes"],
            type=click.Path(path_type=Path),
            metavar="FILE|DIR",
            help=_(
                "Areas drawn by hand: the sidecar of the one input, or a folder of sidecars; by "
                "default photo.jpg.boxes.json beside photo.jpg."
            ),
        ),
        click.Option(
            ["--boxes-only"],
            is_flag=True,
            help=_("Cover what was drawn by hand and nothing else; search for no faces."),
        ),
        click.Option(
            ["--strip-only"],
            is_flag=True,
            help=_(
                "For pictures without people, as of a camera: leave metadata behind, cover what "
                "was drawn by hand, search for no faces. Name, sheet and message of each copy say "
                "that it was not searched."
            ),
        ),
        click.Option(
            ["--style"],
            type=click.Choice(("fill", "noise")),
            default="fill",
            show_default=True,
            help=_("Cover with one colour, or with random noise; never with the blurred face."),
        ),
        click.Option(
            ["--threshold"],
            type=FiniteRange(0.01, 1),
            metavar="X",
            help=_(
                "Cover what the detector gives this score or more; lower covers more faces and "
                "more that is no face."
            ),
        ),
        click.Option(
            ["--fast"],
            is_flag=True,
            help=_("Videos: search every third frame only."),
        ),
    ]


def _options_of_contents() -> list[click.Parameter]:
    return [
        click.Option(
            ["--sound"],
            type=click.Choice(("drop", "alter", "keep")),
            default="drop",
            show_default=True,
            help=_(
                "Leave sound out of videos, alter voices (weakly: people who know them may "
                "recognise them), or keep them. Sound files are altered or kept."
            ),
        ),
        click.Option(
            ["--words-file"],
            type=click.Path(path_type=Path, allow_dash=True),
            metavar="FILE",
            help=_(
                "Names and words to remove from documents, one per line, with its other spellings "
                "after ` = `; - reads them from standard input. They are not arguments, which "
                "others on the machine can see."
            ),
        ),
        click.Option(
            ["--spellings-file"],
            type=click.Path(path_type=Path),
            metavar="FILE",
            help=_(
                "Letters that are written for one another in names from other scripts, a group "
                "per line: kh = h = x."
            ),
        ),
    ]


def _options_of_credentials() -> list[click.Parameter]:
    return [
        click.Option(
            ["--c2pa-cert"],
            type=click.Path(path_type=Path),
            metavar="FILE",
            help=_(
                "Sign copies with Content Credentials: your chain of certificates in PEM. The "
                "copies then tell who signed them."
            ),
        ),
        click.Option(
            ["--c2pa-key"],
            type=click.Path(path_type=Path),
            metavar="FILE",
            help=_("Private key of --c2pa-cert in PEM; its passphrase is asked."),
        ),
        reason_option(),
        *secret_options(),
    ]


def _mask(
    *,
    inputs: tuple[Path, ...],
    out: Path | None,
    all_for: str,
    review: bool,
    answers: Path | None,
    print_form: bool,
    editor: bool,
    boxes: Path | None,
    boxes_only: bool,
    strip_only: bool,
    style: "Style",
    threshold: float | None,
    fast: bool,
    sound: "SoundRequest",
    words_file: Path | None,
    spellings_file: Path | None,
    keep_names: bool,
    c2pa_cert: Path | None,
    c2pa_key: Path | None,
    minutes: float | None,
    unconfined: bool,
    threads: int | None,
    as_json: bool,
    reason: str,
    **secret: Any,
) -> None:
    from contrechamp.cli.mask_case import Asked, is_case, mask_in_case
    from contrechamp.cli.mask_review import Given
    from contrechamp.redact.masking import Settings
    from contrechamp.redact.request import Request

    if strip_only and (boxes_only or threshold is not None or fast):
        raise UsageError(
            _("--strip-only searches for nothing: leave --boxes-only, --threshold and --fast out")
        )
    in_case = is_case(inputs[0])
    given = Given(answers, print_form, editor)
    if given.without_browser and not review:
        raise UsageError(_("--answers, --print-form and --editor go with --review"))
    if review:
        _review(inputs, given, secret, (words_file, spellings_file), unconfined=unconfined)
        return
    if in_case == (out is not None) or (all_for and not in_case):
        raise UsageError(
            _("copies of items stay in their case: leave -o out")
            if in_case
            else _("--all-for is for a case: name its folder first")
            if all_for
            else _("say with -o in which folder the copies are to lie")
        )
    request = Request(
        boxes_only=boxes_only,
        strip_only=strip_only,
        style=style,
        fast=fast,
        sound=sound,
        cover_at=threshold,
        words=_words(words_file),
        spellings=_spellings(spellings_file),
        threads=threads or 0,
    )
    settings = Settings(
        request,
        keep_names,
        _credentials(c2pa_cert, c2pa_key, None if in_case else secret["passphrase_fd"]),
        is_verbose(click.get_current_context()),
        unconfined,
        minutes,
    )
    if in_case:
        asked = Asked(inputs[0], tuple(map(str, inputs[1:])), all_for, boxes, reason)
        mask_in_case(asked, secret_source(**secret), settings, as_json=as_json)
    else:
        assert out is not None  # noqa: S101  for the type
        _mask_files(inputs, out, boxes, settings, as_json=as_json)


def _review(
    inputs: tuple[Path, ...],
    given: "Given",
    secret: dict[str, Any],
    words: tuple[Path | None, Path | None],
    *,
    unconfined: bool,
) -> None:
    from contrechamp.cli.mask_case import is_case
    from contrechamp.cli.mask_review import review_folder, review_in_case

    if is_case(inputs[0]):
        items = list(map(str, inputs[1:]))
        source = secret_source(**secret)
        review_in_case(inputs[0], items, source, given, unconfined=unconfined)
        return
    if len(inputs) > 1 or given.without_browser:
        raise UsageError(
            _("--review takes one folder of copies; answers in files are for those of a case")
        )
    said = (_words(words[0]), _spellings(words[1]))
    review_folder(inputs[0], said, unconfined=unconfined)


def _mask_files(
    inputs: tuple[Path, ...],
    out: Path,
    boxes: Path | None,
    settings: "Settings",
    *,
    as_json: bool,
) -> None:
    from contrechamp.cli.bars import progress_for
    from contrechamp.cli.progress_lines import FileByFile
    from contrechamp.redact.masking import mask_files
    from contrechamp.redact.run import Run, Unmasked
    from contrechamp.redact.sources import gather

    sources = gather(inputs, boxes)
    run = Run(out, left_out=sources.left_out)
    for error in sources.refused:
        run.unmasked.append(Unmasked(error.where, error))
        _tell(run.unmasked[-1], as_json=as_json)
    if not sources.files and not sources.refused:
        raise InputError(_("there is no file to mask"), where=", ".join(map(str, inputs)))
    bars = progress_for(as_json=as_json)
    told = FileByFile(len(sources.files), as_json=as_json, steps=bars is silent)

    def on_done(one: "Masked | Unmasked") -> None:
        copy = getattr(one, "copy", None)
        told.done(one.source, copy=copy.name if copy else "", reason=_reason(one))
        _tell(one, as_json=as_json)

    progress = told.progress if bars is silent else bars
    mask_files(sources.files, out, settings, progress=progress, run=run, on_done=on_done)
    _tell_run(run, as_json=as_json)
    if run.exit_status:
        raise click.exceptions.Exit(run.exit_status)


def _words(words_file: Path | None) -> tuple[str, ...]:
    """Return the words to remove, from a file with one per line."""
    if words_file is None:
        return ()
    words = tuple(
        dict.fromkeys(
            word
            for line in read_text(words_file, MAX_WORDS_BYTES).splitlines()
            for word in _alike(line, " = ")
        )
    )
    if not words:
        raise InputError(_("holds no word"), where=words_file.name)
    return words


def _spellings(spellings_file: Path | None) -> tuple[tuple[str, ...], ...]:
    """Return groups of letters that are written for one another, from a file with one per line."""
    if spellings_file is None:
        return ()
    lines = read_text(spellings_file, MAX_WORDS_BYTES).splitlines()
    groups = [_alike(line, "=") for line in lines if line.strip()]
    for number, group in enumerate(groups, start=1):
        if len(group) < 2 or any(len(letters) > MAX_LETTERS for letters in group):
            raise InputError(
                _("group {number} is none: expected letters, = and letters, as in kh = h").format(
                    number=number
                ),
                where=spellings_file.name,
            )
    return tuple(groups)


def _alike(line: str, between: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in line.split(between) if part.strip())


def _credentials(
    certificate: Path | None, key: Path | None, passphrase_fd: int | None
) -> "Credentials | None":
    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        raise UsageError(_("--c2pa-cert and --c2pa-key go together"))
    from contrechamp.cli.secret_input import key_passphrase
    from contrechamp.redact.provenance import is_encrypted, read_credentials

    passphrase = key_passphrase(key, passphrase_fd) if is_encrypted(key) else None
    return read_credentials(certificate, key, passphrase)


def _reason(one: "Masked | Unmasked") -> str:
    return str(getattr(one, "error", ""))


def _tell(one: "Masked | Unmasked", *, as_json: bool) -> None:
    """Print at once why a file got no copy."""
    error = getattr(one, "error", None)
    if error is not None and not as_json:
        click.echo(shown(error), err=True)


def _tell_run(run: "Run", *, as_json: bool) -> None:
    from contrechamp.redact.review.sheets import INDEX, run_json

    if as_json:
        click.echo(json.dumps(run_json(run)))
        return
    for notice in run.left_out:
        click.echo(shown(notice), err=True)
    if run.masked:
        click.echo(
            ngettext(
                "{out}: {count} masked copy. Before it leaves, look at all of it, first where "
                "{index} says",
                "{out}: {count} masked copies. Before any leaves, look at all of it, first where "
                "{index} says",
                len(run.masked),
            ).format(out=run.out, count=len(run.masked), index=run.out / "review" / INDEX)
        )
    if unsearched := sum(not masked.outcome.searched for masked in run.masked):
        click.echo(
            ngettext(
                "{count} copy was not searched for faces: whoever is on it can be seen",
                "{count} copies were not searched for faces: whoever is on them can be seen",
                unsearched,
            ).format(count=unsearched),
            err=True,
        )
    if run.unmasked:
        click.echo(
            ngettext(
                "{count} file has no masked copy",
                "{count} files have no masked copy",
                len(run.unmasked),
            ).format(count=len(run.unmasked)),
            err=True,
        )
