"""``contrechamp survey-form``: write the form for field work with ODK and KoboToolbox."""

from pathlib import Path

import click

from contrechamp.base.files import new_file, refuse_existing
from contrechamp.base.i18n import _


def command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "survey-form",
        callback=_write,
        help=_(
            "Write an XLSForm of cameras, barriers and observations, in every language of the "
            "interface. Upload it to your own ODK Central or KoboToolbox; what comes back is taken "
            "in with contrechamp import. The form asks nothing of the telephone or of who looks."
        ),
        epilog=_("Example: contrechamp survey-form -o survey.xlsx"),
        params=[
            click.Option(
                ["-o", "--output"], metavar="FILE", required=True,
                type=click.Path(path_type=Path),
                help=_("File to make; it must not exist yet."),
            ),
        ],
    )  # fmt: skip


def _write(*, output: Path) -> None:
    from contrechamp.dossier.formats.write import survey_form

    refuse_existing(output)
    with new_file(output) as partial:
        survey_form.write(partial)
    click.echo(_("{file} is written.").format(file=output.name))
