"""Publishing: the lock is asked, each language drawn, and the folder written, or nothing is.

With the report goes its bundle, for which the log states what is published.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from contrechamp import __version__
from contrechamp.base.errors import CheckFailedError, InputError, OutputError
from contrechamp.base.i18n import TEXT_LANGUAGES, _
from contrechamp.base.progress import Progress, silent
from contrechamp.dossier.formats.write.exporting import log_export
from contrechamp.dossier.permission.gates import below
from contrechamp.dossier.permission.sharing import ANYONE
from contrechamp.dossier.permission.standing import Standings
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.lookup import SUBJECT, id_of
from contrechamp.dossier.reading.short_names import ShortNames
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records.publications import Publication
from contrechamp.publish import folder
from contrechamp.publish.bundle import writing as bundle
from contrechamp.publish.bundle.statement import Statement
from contrechamp.publish.bundle.writing import Outside, Prepared
from contrechamp.publish.report import html, pdf, stating
from contrechamp.publish.report.building import build
from contrechamp.publish.report.document import Document
from contrechamp.publish.report.lock import lacking, release_of
from contrechamp.publish.report.showing import Showing
from contrechamp.publish.report.signing import Sign
from contrechamp.vault.case import Case

#: Says what the folder is, and marks it as ours.
MANIFEST = "publication.json"
SCHEMA = "contrechamp/publication-1"
#: How the names of PDFs end.
PAPER = ".pdf"


@dataclass(frozen=True)
class PublishedReport:
    """What was written.

    Args:
        folder: where.
        files: names in it, the page of the first language first.
        lacking: of a draft: what stands against publishing it.
        statement: what the log states of it; None of a draft.
    """

    folder: Path
    files: tuple[str, ...]
    lacking: tuple[str, ...]
    statement: Statement | None = None


def publish(
    case: Case,
    ref: str,
    out: Path,
    *,
    languages: Sequence[str] = (),
    draft: bool = False,
    outside: Outside | None = None,
    sign: Sign | None = None,
    now: datetime,
    reason: str = "",
    progress: Progress = silent,
) -> PublishedReport:
    """Write a publication of a case to a folder, in each language as a page and as a PDF.

    Args:
        case: open; for writing unless it is a draft, for the log says what left.
        ref: of the publication.
        out: a new or empty folder, or one that an earlier run wrote, which is replaced.
        languages: codes; by default that of the publication.
        draft: write it though something stands against it; each page says so, and there is no
            bundle.
        outside: what makes the anchors in the bundle checkable.
        sign: signs each PDF, see `signing`; by default none is signed.
        now: for consents, replies and the log.
        reason: for the log, in the user's words.
        progress: advances with every file.

    Raises:
        CheckFailedError: if something stands against it and it is no draft, with all of it.
        InputError: if there is no such publication, or no such language.
        OutputError: if the folder cannot be written, or holds what is not ours.
    """
    stored = lookup.get(case, ref)
    publication = stored.record
    if not isinstance(publication, Publication):
        raise InputError(
            _("{ref} is no publication, but a {kind}").format(ref=stored.ref, kind=stored.kind)
        )
    wanted = tuple(dict.fromkeys(languages)) or (publication.language.split("-")[0],)
    if unknown := [one for one in wanted if one not in TEXT_LANGUAGES]:
        raise InputError(
            _("no publication is made in {languages}; there are: {known}").format(
                languages=", ".join(unknown), known=", ".join(TEXT_LANGUAGES)
            )
        )
    refuse_foreign(out)
    showing = Showing(Standings(View(case), now.date()), stored.ref, publication)
    release = release_of(showing.standings, stored.ref)
    passed = release.release.overrides if release else ()
    overrides = [f"{one.gate}: {one.why}" for one in passed]
    documents = [build(showing, language, overrides=overrides) for language in wanted]
    against = tuple(lacking(showing, release, documents))
    if against and not draft:
        head = _("{ref} is not published, for this stands against it:").format(ref=stored.ref)
        tail = _("With --draft it is written all the same, and each page says that it is a draft.")
        told = "\n".join([head, *(f"  {line}" for line in against), tail])
        raise CheckFailedError(ShortNames(case).in_text(told))
    if draft:
        _refuse_other_edition(out)
        documents = [replace(one, lacking=against) for one in documents]
    names = list(_files(documents))
    stated: Statement | None = None
    with (
        folder.new_folder(out, refuse_foreign) as partial,
        progress(_("Writing"), len(names) + 1) as advance,
    ):
        prepared: Prepared | None = None
        if not draft:
            prepared, documents = stating.stated(showing, documents, partial)
            stated = prepared.statement
            _refuse_other_edition(out, stated)
        made = {}
        for name, content in _files(documents).items():
            made[name] = content()
            if sign is not None and name.endswith(PAPER):
                made[name] = sign(made[name])
            (partial / name).write_bytes(made[name])
            advance(1)
        manifest = _manifest(stored.digest, publication, wanted, made, stated)
        (partial / MANIFEST).write_bytes(manifest)
        if prepared is not None:
            state = bundle.state_in_log(case, prepared.statement, now, reason)
            shown = [
                id_of(one) for one in below(showing.view, stored.ref) if one.startswith(SUBJECT)
            ]
            log_export(case, out.name, "publication", shown, ANYONE, now, reason)
            (partial / bundle.FOLDER).mkdir(mode=0o700)
            bundle.write(
                case, partial / bundle.FOLDER, prepared, state, made, outside=outside, now=now
            )
        advance(1)
    there = (*names, MANIFEST, *([] if draft else [bundle.FOLDER]))
    return PublishedReport(out, there, against if draft else (), stated)


def _refuse_other_edition(out: Path, statement: Statement | None = None) -> None:
    """Raise if a folder holds what was published and has to stay: another edition than this.

    Args:
        out: the folder.
        statement: of this edition; None of a draft.

    Raises:
        OutputError: naming it.
    """
    try:
        root = json.loads((out / MANIFEST).read_bytes()).get("root", "")
    except (OSError, ValueError):
        return
    if root and (statement is None or root != statement.root):
        raise OutputError(
            _(
                "{out}: holds another edition, with the root {root}, which stays what was "
                "published; write this one to another folder with -o"
            ).format(out=out, root=root)
        )


def refuse_foreign(out: Path) -> None:
    """Raise unless a folder is missing, empty, or a publication that we wrote and nobody added to.

    Raises:
        OutputError: if it holds anything else.
    """
    folder.refuse_foreign(out, MANIFEST, SCHEMA)
    inside = out / bundle.FOLDER
    if inside.is_dir() and (added := bundle.added_to(inside)):
        raise OutputError(
            _(
                "{out}: holds {names}, which contrechamp did not write and would remove; "
                "move it elsewhere, or choose another folder with -o"
            ).format(out=inside, names=", ".join(added[:3]))
        )


def _files(documents: Sequence[Document]) -> dict[str, Callable[[], bytes]]:
    names = html.names(documents)
    found: dict[str, Callable[[], bytes]] = {}
    for one in documents:
        found[names[one.language]] = lambda one=one: html.page(one, names)  # type: ignore[misc]
        found[f"report-{one.language}{PAPER}"] = lambda one=one: pdf.paper(one)  # type: ignore[misc]
    return found


def _manifest(
    state: str,
    publication: Publication,
    languages: Sequence[str],
    made: Mapping[str, bytes],
    stated: Statement | None,
) -> bytes:
    listed: dict[str, Any] = {
        name: {"bytes": len(one), "sha256": hashlib.sha256(one).hexdigest()}
        for name, one in made.items()
    }
    content = {
        "schema": SCHEMA,
        "title": publication.name,
        "number": publication.number,
        "on": publication.on or "",
        "state": state,
        "draft": stated is None,
        **({"root": stated.root, "edition": stated.edition} if stated else {}),
        "languages": list(languages),
        "version": __version__,
        "files": listed | ({bundle.FOLDER: {}} if stated else {}),
    }
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()
