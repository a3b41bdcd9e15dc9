"""Importing: files are looked at in memory, what is understood is shown, and only then stored."""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from contrechamp.base.errors import ContrechampError, InputError
from contrechamp.base.field_lines import field_lines
from contrechamp.base.i18n import _, ngettext
from contrechamp.base.json_text import json_text
from contrechamp.base.progress import Progress
from contrechamp.base.shown_text import shown
from contrechamp.dossier.formats.read import previewing
from contrechamp.dossier.formats.read.importing import counted, read_files, write_files
from contrechamp.dossier.formats.read.previewing import Preview
from contrechamp.dossier.formats.read.registry import FORMATS
from contrechamp.dossier.formats.read.source_file import source_cell
from contrechamp.local_page.messages import Request, Response, go_to
from contrechamp.vault import object_keys, objects, subjects
from contrechamp.web.desk import KEY, Answers, Desk
from contrechamp.web.inbox_pages import read_texts
from contrechamp.web.item_pages import asked_item
from contrechamp.web.uploads import Uploads
from contrechamp.wording.formats import format_label
from contrechamp.wording.records import counted_records
from contrechamp.wording.tables import column_label, same_before

#: Most bytes of files that are looked at before they are stored: they lie in memory meanwhile.
MOST_STAGED: Final = 1 << 30
_PIECE: Final = 1 << 20
#: Problems and notices that are shown.
_MOST_LINES: Final = 200


def start(desk: Desk, request: Request) -> Response:
    """Where files for an import are chosen, and what is understood of those that are there."""
    format_ = request.fields.get("format", "")
    if format_ not in FORMATS:
        format_ = ""
    would, wrong = None, ""
    if desk.staged:
        try:
            with desk.session.opening() as case, source_cell() as cell:
                paths, mapping = _sorted(desk)
                would = previewing.preview(
                    case, paths, cell, format_name=format_, mapping=mapping, accept=True,
                    today=desk.session.clocks.now().date(),
                )  # fmt: skip
        except ContrechampError as error:
            wrong = str(error)
    return desk.page(
        "import",
        formats=[(name, format_label(name)) for name in FORMATS],
        format=format_,
        files=[shown(name) for name in desk.staged],
        would=_told(would) if would is not None else None,
        wrong=wrong,
    )


def files(desk: Desk, request: Request) -> Response:
    """Take files into memory, in a thread beside the pages; the case knows nothing of them."""
    if not desk.session.is_open:
        return go_to("unlock")
    uploads = Uploads(request.kind, request.content)
    wrong = ""
    try:
        _forget(desk)
        for one in uploads.files():
            desk.check_key(uploads.fields.get(KEY, ""))
            with _new_file(desk, one.name).open("xb") as file:
                while piece := one.content.read(_PIECE):
                    file.write(piece)
        desk.check_key(uploads.fields.get(KEY, ""))
    except (OSError, ContrechampError) as error:
        wrong = str(error) or _("the files stopped coming; send them again")
        _forget(desk)
    if request.fields.get("how") == "script":
        return Response(
            json_text({"wrong": wrong, "lines": [], "to": "import"}), "application/json"
        )
    desk.session.said += [wrong] if wrong else []
    return go_to("import")


def of_item(desk: Desk, request: Request) -> Response:
    """Look at an item of the case as something to import."""
    ref = asked_item(request)
    with desk.session.opening() as case:
        state = subjects.newest(case, ref)
        keys = object_keys.by_name(case, [state.object]) if state and state.object else {}
        if state is None or state.object not in keys:
            raise InputError(_("the item has no content: it was erased"))
        key = keys[state.object]
        if key.size > MOST_STAGED:
            raise InputError(_("it is too large to be looked at in memory: use contrechamp import"))
        _forget(desk)
        with _new_file(desk, str(state.parsed["name"])).open("xb") as file:
            objects.read_object(case.folder, key.place, key.identity, file, lambda _bytes: None)
    return go_to("import")


def write(desk: Desk, request: Request) -> Response:
    """Write what was looked at, as work of its own."""
    if not desk.staged:
        raise InputError(_("there is nothing to import: choose files first"))
    format_ = request.fields.get("format", "")
    skip = request.fields.get("skip") == "yes"
    overwrite = request.fields.get("overwrite") == "yes"
    reason = request.fields.get("reason", "")[:500]
    paths, mapping = _sorted(desk)

    def does(progress: Progress) -> Iterator[str]:
        with source_cell() as cell, ExitStack() as staged:
            with desk.session.opening() as case:
                found = staged.enter_context(
                    read_files(
                        case, paths, cell, format_name=format_ if format_ in FORMATS else "",
                        mapping=mapping, accept=True, skip_bad_rows=skip, progress=progress,
                    )
                )  # fmt: skip
            with desk.session.opening(write=True) as case:
                outcome = write_files(
                    case, found, skip_bad_rows=skip, overwrite=overwrite, reason=reason,
                    now=desk.session.clocks.now, random=secrets.token_bytes, progress=progress,
                )  # fmt: skip
        for line in outcome.left_out:
            yield _("left out: {line}").format(line=shown(line))
        for notice in outcome.notices:
            yield f"{shown(notice.where)}: {shown(notice.message)}"
        for kind, many in counted(outcome.new).items():
            yield _("new: {records}").format(records=counted_records(kind, many))
        for kind, many in counted(outcome.changed).items():
            yield _("changed: {records}").format(records=counted_records(kind, many))
        written = len(outcome.new) + len(outcome.changed)
        yield (
            ngettext("{count} record is written", "{count} records are written", written).format(
                count=written
            )
            + same_before(outcome.unchanged)
            + "."
        )
        _forget(desk)
        if outcome.items:
            read_texts(desk)

    desk.work.begin(_("Import"), "import", does)
    return go_to("work")


def discard(desk: Desk, request: Request) -> Response:
    """Forget the files that were looked at."""
    _forget(desk)
    return go_to("import")


def _sorted(desk: Desk) -> tuple[list[Path], Path | None]:
    """Return the files that are to be imported, and the one that says what columns are.

    Raises:
        InputError: if there are several such, or nothing beside it.
    """
    every = list(desk.staged.values())
    mappings = [path for path in every if path.suffix.lower() == ".toml"]
    paths = [path for path in every if path not in mappings]
    if len(mappings) > 1 or not paths:
        raise InputError(_("choose the files of an import, and at most one .toml beside them"))
    return paths, mappings[0] if mappings else None


def _new_file(desk: Desk, name: str) -> Path:
    """Return where a file is put in memory, under its own name in a folder of its own."""
    last = name.rpartition("/")[2].encode()[-200:].decode(errors="ignore") or "unnamed"
    folder = desk.memory / "import" / secrets.token_hex(8)
    folder.mkdir(parents=True)
    desk.staged[name] = folder / last
    return folder / last


def _forget(desk: Desk) -> None:
    for path in desk.staged.values():
        shutil.rmtree(path.parent, ignore_errors=True)
    desk.staged.clear()


def _told(would: Preview) -> dict[str, Any]:
    """Return what an import would do, in words."""
    written = sum(would.counts.values())
    return {
        "files": [
            {
                "name": shown(file.name),
                "format": format_label(file.format) if file.format else "",
                "tables": [
                    {
                        "where": shown(table.where),
                        "header_row": table.header_row,
                        "rows": table.rows,
                        "columns": [
                            (shown(one.name),
                             column_label(one.becomes, one.holds, one.written, one.cells))
                            for one in table.columns
                        ],
                    }
                    for table in file.tables
                ],
            }
            for file in would.files
        ],
        "records": [
            {
                "kind": one.kind, "new": one.new, "where": shown(one.where),
                "lines": list(field_lines(one.fields)),
            }
            for one in would.records
        ],
        "counts": [counted_records(kind, count) for kind, count in would.counts.items()],
        "written": written,
        "changed": would.changed,
        "unchanged": would.unchanged,
        "problems": [shown(one) for one in would.problems[:_MOST_LINES]],
        "more_problems": max(0, len(would.problems) - _MOST_LINES),
        "following": would.following,
        "notices": [f"{shown(one.where)}: {shown(one.message)}"
                    for one in would.notices[:_MOST_LINES]],
    }  # fmt: skip


PAGES: Final[dict[tuple[str, str], Answers]] = {
    ("GET", "import"): start,
    ("POST", "import/files"): files,
    ("POST", "import/item"): of_item,
    ("POST", "import/write"): write,
    ("POST", "import/discard"): discard,
}
