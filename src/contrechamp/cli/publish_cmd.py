"""``contrechamp publish``: a publication as pages, PDFs and a bundle that proves what it says."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contrechamp.base.errors import UsageError
from contrechamp.base.files import read_bounded
from contrechamp.base.i18n import TEXT_LANGUAGES, _
from contrechamp.cli.bars import progress_for
from contrechamp.cli.case_access import case_argument, now, open_case, reason_option
from contrechamp.cli.language import OPTION
from contrechamp.cli.record_text import ref_argument
from contrechamp.cli.secret_input import key_passphrase, secret_options, secret_source

if TYPE_CHECKING:
    from contrechamp.publish.report.signing import Sign


def command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "publish",
        callback=_publish,
        help=_(
            "Write a publication of a case to a new folder, in each language as a page and as a "
            "PDF: findings with their evidence and what speaks against them, what people said as "
            "far as they agreed, letters and answers, recommendations. With them goes a bundle, "
            "by which a stranger can check each claim. It has to be released, and all that stands "
            "against it is told at once. Nothing is sent anywhere."
        ),
        epilog=_("Example: contrechamp publish checkpoint-north publication/north -o out"),
        params=[
            case_argument(),
            ref_argument(),
            click.Option(
                ["-o", "--output"], metavar="FOLDER", required=True,
                type=click.Path(path_type=Path),
                help=_("Folder to make; one of an earlier run is replaced."),
            ),
            click.Option(
                [OPTION, "languages"], metavar="LANGUAGES", default="",
                help=_(
                    "Languages of the publication, such as fr,ar; by default its own. There are: "
                    "{languages}. Messages are in the first that the program speaks."
                ).format(languages=", ".join(TEXT_LANGUAGES)),
            ),
            click.Option(
                ["--draft"], is_flag=True,
                help=_("Write it as it is now, with all that stands against it on its first page."),
            ),
            click.Option(
                ["--tsa-roots"],
                type=click.Path(path_type=Path),
                metavar="FILE",
                help=_(
                    "Certificates (PEM) of timestamp authorities, to go with the anchors in the "
                    "bundle."
                ),
            ),
            click.Option(
                ["--block-headers"],
                type=click.Path(path_type=Path),
                metavar="FILE",
                help=_(
                    "Headers of Bitcoin blocks, 80 bytes in hexadecimal a line, to go with the "
                    "anchors in the bundle."
                ),
            ),
            click.Option(
                ["--sign-pdf"],
                type=click.Path(path_type=Path),
                metavar="FILE",
                help=_(
                    "Key and certificate of your own (PKCS#12, .p12 or .pfx), with which each PDF "
                    "is signed (PAdES) for readers that show signatures."
                ),
            ),
            click.Option(
                ["--sign-pdf-passphrase-fd"],
                type=int,
                metavar="N",
                help=_("Open file descriptor, of which one line is read: its passphrase."),
            ),
            reason_option(),
            *secret_options(),
        ],
    )  # fmt: skip


def _publish(
    *,
    folder: Path,
    ref: str,
    output: Path,
    languages: str,
    draft: bool,
    tsa_roots: Path | None,
    block_headers: Path | None,
    sign_pdf: Path | None,
    sign_pdf_passphrase_fd: int | None,
    reason: str,
    **secret: Any,
) -> None:
    from contrechamp.dossier.reading import short_names
    from contrechamp.publish.bundle.writing import Outside
    from contrechamp.publish.report import publishing

    outside = Outside(_content(tsa_roots), _content(block_headers))
    publishing.refuse_foreign(output)
    if draft and sign_pdf is not None:
        raise UsageError(_("a draft is not signed: --draft or --sign-pdf"))
    sign = None if sign_pdf is None else _signer(sign_pdf, sign_pdf_passphrase_fd)
    wanted = [one.strip() for one in languages.split(",") if one.strip()]
    with open_case(folder, secret_source(**secret), write=not draft) as case:
        done = publishing.publish(
            case, short_names.full_ref(case, ref), output, languages=wanted, draft=draft,
            outside=outside, sign=sign, now=now(), reason=reason,
            progress=progress_for(as_json=False),
        )  # fmt: skip
        names = short_names.ShortNames(case)
        told = [names.in_text(line) for line in done.lacking]
    for line in told:
        click.echo(line, err=True)
    if draft:
        click.echo(
            _("{folder} is a draft, not to be handed on; it is not encrypted.").format(
                folder=output.name
            )
        )
    else:
        click.echo(_("{folder} is written; it is not encrypted.").format(folder=output.name))
    if done.statement is not None:
        click.echo(
            _("Its root is {root}: tell it on another way than the one it goes.").format(
                root=done.statement.root
            )
        )
    for name in done.files:
        click.echo(f"  {output / name}")


def _signer(path: Path, passphrase_fd: int | None) -> "Sign":
    from contrechamp.publish.report import signing

    content = _content(path)
    passphrase = key_passphrase(path, passphrase_fd)
    return signing.signer(content, passphrase, now(), where=path.name)


def _content(path: Path | None) -> bytes:
    return b"" if path is None else read_bounded(path, 4 << 20, where=path.name)
