"""Letting something out: a publication as pages and PDFs, the records in formats of others.

What is written lies beside the case, in a folder of its own, and is not encrypted: it is said so
before and after. What may leave is decided below, by the gates and by consent.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import TEXT_LANGUAGES, _, language_name, ngettext
from contrechamp.base.progress import Progress
from contrechamp.base.shown_text import shown
from contrechamp.dossier.formats.write import exporting
from contrechamp.dossier.formats.write.registry import WRITERS
from contrechamp.dossier.permission import consent
from contrechamp.dossier.reading import lookup, short_names
from contrechamp.local_page.messages import Request, Response, go_to
from contrechamp.publish.report import publishing
from contrechamp.vault.access import casefile
from contrechamp.web.desk import Answers, Desk
from contrechamp.web.record_pages import asked_record

#: Folders of one name that are tried.
_MOST_FOLDERS: Final = 1000


def out(desk: Desk, request: Request) -> Response:
    """What can be let out."""
    with desk.session.opening() as case:
        names = desk.session.names(case)
        publications = [
            (one.id, names.of_row(one.id, one.kind, one.title), shown(one.title))
            for one in lookup.listed(case, "publication")
        ]
    return desk.page(
        "out",
        publications=publications,
        languages_of_texts=[(code, language_name(code, code)) for code in TEXT_LANGUAGES],
        formats=list(WRITERS),
        folder=shown(_beside(desk).resolve().name),
    )


def publish(desk: Desk, request: Request) -> Response:
    """Write a publication, or a draft of it, as work of its own."""
    ref, draft = asked_record(request), request.fields.get("draft") == "yes"
    languages = [code for code in TEXT_LANGUAGES if request.fields.get(f"in-{code}") == "yes"]
    target = _new_folder(desk, "report")

    def does(progress: Progress) -> Iterator[str]:
        with desk.session.opening(write=not draft) as case:
            done = publishing.publish(
                case, ref, target, languages=languages, draft=draft,
                now=desk.session.clocks.now(), reason="", progress=progress,
            )  # fmt: skip
        yield from map(shown, done.lacking)
        name = shown(target.name)
        if draft:
            yield _("{folder} is a draft, not to be handed on; it is not encrypted.").format(
                folder=name
            )
        else:
            yield _("{folder} is written; it is not encrypted.").format(folder=name)
        if done.statement is not None:
            yield _("Its root is {root}: tell it on another way than the one it goes.").format(
                root=done.statement.root
            )

    desk.work.begin(_("Publishing"), "out", does)
    return go_to("work")


def export(desk: Desk, request: Request) -> Response:
    """Write the records that anybody may have, as work of its own."""
    format_ = request.fields.get("format", "")
    target = _new_folder(desk, "records")

    def does(_progress: Progress) -> Iterator[str]:
        with desk.session.opening() as case:
            left = exporting.write(case, target, format_, day=desk.session.clocks.now().date())
            called = short_names.lines_of(case, [f"record/{one}" for one in left.kept_back])
        kept_back = len(left.kept_back)
        if kept_back:
            yield ngettext(
                "{count} record stays in the case, for consent does not cover that it leaves so:",
                "{count} records stay in the case, for consent does not cover that they leave so:",
                kept_back,
            ).format(count=kept_back)
        for record, refused in left.kept_back.items():
            why = "; ".join(dict.fromkeys(consent.refusal_lines(refused)))
            yield f"{shown(called[f'record/{record}'])}: {shown(why)}"
        for why, many in sorted(left.left_out.items()):
            yield _("left out: {count}: {reason}").format(count=many, reason=why)
        yield _("{folder} is written; it is not encrypted.").format(folder=shown(target.name))

    desk.work.begin(_("Exporting records"), "out", does)
    return go_to("work")


def _beside(desk: Desk) -> Path:
    """Return the folder of cases; that of the case itself is nobody's to write to."""
    place = desk.place
    return place.resolve().parent if (place / casefile.NAME).is_file() else place


def _new_folder(desk: Desk, what: str) -> Path:
    """Return a folder that is not there yet, named after the case and the day.

    Raises:
        InputError: if there are very many.
    """
    held = desk.session.held
    case = held.folder.resolve().name if held is not None else ""
    first = f"{case}-{what}-{desk.session.clocks.now().date().isoformat()}"
    for number in range(1, _MOST_FOLDERS):
        folder = _beside(desk) / (first if number == 1 else f"{first}-{number}")
        if not (folder.exists() or folder.is_symlink()):
            return folder
    raise InputError(_("there are too many folders of this day already"))


PAGES: Final[dict[tuple[str, str], Answers]] = {
    ("GET", "out"): out,
    ("POST", "publish"): publish,
    ("POST", "export"): export,
}
