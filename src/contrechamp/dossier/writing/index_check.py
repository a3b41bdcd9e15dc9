"""Checking that the tables that list, find and cite records match the records."""

from collections.abc import Iterator

from contrechamp.base.errors import ContrechampError
from contrechamp.base.i18n import _
from contrechamp.dossier.reading import search
from contrechamp.dossier.reading.lookup import SUBJECT, parsed
from contrechamp.dossier.records.kinds import kind_of
from contrechamp.dossier.writing.index import references
from contrechamp.vault import subjects
from contrechamp.vault.case import Case
from contrechamp.vault.discrepancies import Discrepancy


def problems(case: Case) -> list[Discrepancy]:
    """Return what is wrong with the records and the tables derived from them.

    `contrechamp.vault.verifying.verify` compares the records with the log; this compares the
    tables with the records.
    """
    return list(_problems(case))


def _problems(case: Case) -> Iterator[Discrepancy]:
    listed = {
        str(record): (int(row), str(kind), str(title))
        for row, record, kind, title in case.database.execute(
            "SELECT row, id, kind, title FROM dossier"
        )
    }
    texts = {
        int(row): str(text) for row, text in case.database.execute("SELECT rowid, text FROM search")
    }
    cited: dict[str, set[tuple[str, str]]] = {}
    for citing, field, target in case.database.execute("SELECT * FROM citations"):
        cited.setdefault(str(citing), set()).add((str(field), str(target)))
    for state in subjects.below(case, SUBJECT):
        subject, record_id = state.subject, state.subject.removeprefix(SUBJECT)
        mine = cited.pop(record_id, set())
        if b'"erased_at"' in state.content and record_id not in listed and not mine:
            continue
        row, kind, title = listed.pop(record_id, (-1, "", ""))
        try:
            found, record = parsed(state)
        except (ContrechampError, KeyError, TypeError, ValueError):
            yield Discrepancy("index", subject, _("this is not a record of a known kind"))
            continue
        text = texts.pop(row, None)
        if (
            (found, record.title()) != (kind, title)
            or text != search.text_of(record)
            or mine != set(references(record))
            or kind != kind_of(record)
        ):
            yield Discrepancy("index", subject, _("its row in the index does not match it"))
    for record_id in sorted(listed.keys() | cited.keys()):
        yield Discrepancy(
            "index", SUBJECT + record_id, _("it is in the index, but there is no such record")
        )
    if texts:
        yield Discrepancy("index", "search", _("the index holds words that belong to no record"))
