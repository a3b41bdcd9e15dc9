"""What a publication states, edition by edition, and the documents that tell of it.

The statement has digests of the pages, and the pages print its root: they are drawn once with
zeros in the place of the root, and their digests are taken of that.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from contrechamp.base.i18n import speaking
from contrechamp.publish.bundle import check_page, corrections, editions, pages
from contrechamp.publish.bundle import writing as bundle
from contrechamp.publish.bundle.statement import Former
from contrechamp.publish.bundle.writing import Prepared
from contrechamp.publish.report import html
from contrechamp.publish.report.document import Document, Section
from contrechamp.publish.report.showing import Showing
from contrechamp.vault.bags import exporting

_Stated = tuple[Prepared, list[Document]]


def stated(showing: Showing, documents: Sequence[Document], room: Path) -> _Stated:
    """Return what is stated, and the documents with what changed and how they are checked.

    What says what the newest edition says is that edition, written again; anything else takes its
    place.

    Args:
        showing: what it shows.
        documents: its tree in each language.
        room: a folder on the disk to which the publication is written; it is left as it was.

    Raises:
        InputError: if there is more of it than one statement has room for.
    """
    first = bundle.prepare(showing, documents, room)
    _name, public = exporting.signer(showing.view.case)
    newest = editions.newest(showing.view.case, first.statement.publication.id)
    if newest is None:
        return _drawn(first, documents, public)
    last = newest[1]
    same = _edition(showing, documents, first, last.edition, last.former, room)
    same = _drawn(*same, public)
    if same[0].statement == last:
        return same
    former = Former(last.root, tuple(editions.changes(last, first.statement)))
    return _drawn(*_edition(showing, documents, first, last.edition + 1, former, room), public)


def _edition(
    showing: Showing,
    documents: Sequence[Document],
    first: Prepared,
    number: int,
    former: Former | None,
    room: Path,
) -> _Stated:
    """Return what is stated as an edition, and its documents, which tell what changed."""
    told = list(documents)
    prepared = first
    if former is not None:
        edition = replace(first.statement, edition=number, former=former)
        file = first.bound.file
        told = [_with(one, behind=corrections.section(edition, file)) for one in _each(documents)]
        prepared = bundle.prepare(showing, told, room)
    statement = replace(prepared.statement, edition=number, former=former)
    return replace(prepared, statement=statement), told


def _drawn(prepared: Prepared, documents: Sequence[Document], public: bytes) -> _Stated:
    """Return what is stated with the digests of its pages, and documents that say its root."""
    names, found = html.names(documents), dict[str, str]()
    for one in _checkable(prepared, documents, pages.BLANK, public):
        found[one.language] = pages.digest(html.page(one, names))
    prepared = replace(prepared, statement=replace(prepared.statement, pages=found))
    return prepared, list(_checkable(prepared, documents, prepared.statement.root, public))


def _checkable(
    prepared: Prepared, documents: Sequence[Document], root: str, public: bytes
) -> Iterator[Document]:
    """Yield documents with how they are checked."""
    for one in _each(documents):
        yield _with(one, check_page.section(prepared.statement, root, public))


def _each(documents: Sequence[Document]) -> Iterator[Document]:
    """Yield documents, speaking the language of each."""
    for one in documents:
        with speaking(one.language):
            yield one


def _with(
    document: Document, before: Section | None = None, behind: Section | None = None
) -> Document:
    first, last = ([one] if one else [] for one in (before, behind))
    return replace(document, sections=(*first, *document.sections, *last))
