"""Before a case is open: the cases that are here, a new one, the sample, the way in."""

import secrets
from pathlib import Path
from typing import Final

from contrechamp.base.errors import ContrechampError, InputError
from contrechamp.base.files import new_folder
from contrechamp.base.i18n import _
from contrechamp.dossier.index_tables import TABLES
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.sample import sample_folder
from contrechamp.local_page.messages import Request, Response, go_to
from contrechamp.vault.access import casefile, passphrases
from contrechamp.vault.access.identity_files import identities_in
from contrechamp.vault.access.recovery_keys import parse_recovery_key
from contrechamp.vault.access.slots import Secret
from contrechamp.vault.known_case import note_own
from contrechamp.vault.new_case import make_case
from contrechamp.web.desk import KEY, Answers, Desk
from contrechamp.web.uploads import Uploads
from contrechamp.wording.records import counted_records

#: Most cases that are listed, and letters of a name and of a passphrase.
_MOST_CASES: Final = 500
_MOST_NAME: Final = 100
_MOST_SECRET: Final = 4096
#: Largest key file.
MOST_KEY_FILE: Final = 1 << 16
#: The folder of the sample, beside the cases.
SAMPLE: Final = "sample"


def start(desk: Desk, request: Request) -> Response:
    """The overview of the case that is open; else the cases that are here."""
    if not desk.session.is_open:
        return _start(desk)
    with desk.session.opening() as case:
        counted = lookup.count(case)
        items = len(lookup.items_there(case))
    records = [counted_records(kind, many) for kind, many in counted.items()]
    return desk.page("overview", items=items, records=records, recovery=_shown_once(desk))


def new(desk: Desk, request: Request) -> Response:
    """Make a case, and open it."""
    fields = request.fields
    given, mine = fields.get("name", "").strip(), fields.get("member", "").strip()
    try:
        folder = _new_folder(desk, given)
        passphrase = fields.get("passphrase", "")
        if passphrase != fields.get("again", ""):
            raise InputError(_("the two are not the same; nothing was changed"))
        passphrases.check_new_passphrase(passphrase)
        if len(mine) > _MOST_NAME or not mine.isprintable():
            raise InputError(_("a name is one line of at most a hundred letters"))
        recovery = make_case(
            folder, passphrase, tables=TABLES, name=mine or _("first member"),
            now=desk.session.clocks.now(),
        )  # fmt: skip
    except ContrechampError as error:
        return _start(desk, wrong=str(error), name=given, member=mine)
    note_own(folder, desk.session.seen)
    desk.close()
    desk.session.unlock(folder, passphrase)
    desk.recovery = recovery
    return go_to()


def sample(desk: Desk, request: Request) -> Response:
    """Make the sample case beside the others, and open it."""
    out = desk.place / SAMPLE
    case = out / sample_folder.CASE
    if not (case / casefile.NAME).is_file():
        with new_folder(out) as folder:
            sample_folder.make(folder, now=desk.session.clocks.now, random=secrets.token_bytes)
        note_own(case, desk.session.seen)
    desk.close()
    desk.session.unlock(case, sample_folder.PASSPHRASE)
    return go_to()


def unlock_form(desk: Desk, request: Request) -> Response:
    """Ask for what opens a case."""
    if desk.session.is_open:
        return go_to()
    return _unlock_page(desk, request.fields.get("case", ""))


def unlock(desk: Desk, request: Request) -> Response:
    """Open a case."""
    name, given = request.fields.get("case", ""), request.fields.get("secret", "")
    folder = found(desk.place).get(name)
    if folder is None:
        return _unlock_page(desk, name)
    try:
        if not given or len(given) > _MOST_SECRET:
            raise InputError(_("the passphrase is empty, or too long"))
        secret: Secret = given
        if request.fields.get("recovery"):
            secret = parse_recovery_key(given)
        desk.close()
        desk.session.unlock(folder, secret)
    except ContrechampError as error:
        return _unlock_page(desk, name, wrong=str(error))
    return go_to()


def unlock_with_key(desk: Desk, request: Request) -> Response:
    """Open a case with a key file, in a thread beside the pages, since a file comes in."""
    uploads = Uploads(request.kind, request.content)
    try:
        for one in uploads.files():
            desk.check_key(uploads.fields.get(KEY, ""))
            content = one.content.read(MOST_KEY_FILE)
            keys = identities_in(content, one.name, lambda: uploads.fields.get("secret", ""))
            folder = found(desk.place).get(uploads.fields.get("case", ""))
            if folder is None:
                return go_to("unlock")
            desk.close()
            desk.session.unlock(folder, keys)
            return go_to()
        raise InputError(_("choose the key file first"))
    except ContrechampError as error:
        return _unlock_page(desk, uploads.fields.get("case", ""), wrong=str(error))


def guide(desk: Desk, request: Request) -> Response:
    """What the workbench is for, step by step."""
    return desk.page("guide")


def found(place: Path) -> dict[str, Path]:
    """Return the cases in a folder and in those within it, by the names that they are shown with.

    A folder that is a case itself is the only one.
    """
    if (place / casefile.NAME).is_file():
        return {place.resolve().name: place}
    cases_there: dict[str, Path] = {}
    for folder in _folders(place):
        for one in (folder, *_folders(folder)):
            if (one / casefile.NAME).is_file() and len(cases_there) < _MOST_CASES:
                cases_there[str(one.relative_to(place))] = one
    return cases_there


def _folders(place: Path) -> list[Path]:
    try:
        return sorted(
            one
            for one in place.iterdir()
            if one.is_dir() and not one.is_symlink() and not one.name.startswith(".")
        )
    except OSError:
        return []


def _start(desk: Desk, *, wrong: str = "", name: str = "", member: str = "") -> Response:
    return desk.page(
        "start",
        status=422 if wrong else 200,
        cases=list(found(desk.place)),
        can_make=not (desk.place / casefile.NAME).is_file(),
        least=passphrases.MIN_CHARACTERS,
        why=desk.session.why,
        wrong=wrong,
        name=name,
        member=member,
    )


def _unlock_page(desk: Desk, name: str, wrong: str = "") -> Response:
    there = list(found(desk.place))
    if not there:
        return _start(desk)
    chosen = name if name in there else there[0] if len(there) == 1 else ""
    if not chosen:
        return _start(desk)
    return desk.page(
        "unlock", status=422 if wrong else 200, name=chosen, wrong=wrong,
        why=desk.session.why,
    )  # fmt: skip


def _new_folder(desk: Desk, name: str) -> Path:
    """Return the folder of a new case.

    Raises:
        InputError: if it cannot be called that.
    """
    if not name or len(name) > _MOST_NAME or name.startswith(".") or not name.isprintable():
        raise InputError(_("a case has a name, of at most a hundred letters and without a point at "
                           "its beginning"))  # fmt: skip
    if "/" in name or "\\" in name:
        raise InputError(_("the name of a case has no strokes: it is that of a folder"))
    if (desk.place / name).exists() or (desk.place / name).is_symlink():
        raise InputError(_("there is something of that name here already"))
    if (desk.place / casefile.NAME).is_file():
        raise InputError(_("a case cannot lie within another"))
    return desk.place / name


def _shown_once(desk: Desk) -> str:
    recovery, desk.recovery = desk.recovery, ""
    return recovery


PAGES: Final[dict[tuple[str, str], Answers]] = {
    ("GET", ""): start,
    ("GET", "guide"): guide,
    ("GET", "unlock"): unlock_form,
    ("POST", "unlock"): unlock,
    ("POST", "unlock/key"): unlock_with_key,
    ("POST", "new"): new,
    ("POST", "sample"): sample,
}
