"""JSON Lines of records of a case: what `contrechamp show --json` prints."""

from collections.abc import Iterator

from contrechamp.dossier.formats.read.drafts import Desk, Draft, Format, Read, attempt
from contrechamp.dossier.formats.read.source_file import Given
from contrechamp.dossier.formats.write.json_lines import read_line


def fits(given: Given) -> bool:
    """Return whether a file looks like records, one a line."""
    first = next(iter(given.head.lstrip(b"\xef\xbb\xbf\r\n\t ").splitlines()), b"")
    return first.startswith(b"{") and b'"kind"' in first and b'"fields"' in first


def read(given: Given, desk: Desk) -> Iterator[Read]:
    """Yield the record of each line."""
    for where, line in given.lines():
        yield attempt(lambda line=line, where=where: _draft(desk, line, where))  # type: ignore[misc]


def _draft(desk: Desk, line: str, where: str) -> Draft:
    put = read_line(desk.case, line, where=where)
    return Draft(put.record, put.id, where, own=True)


FORMAT = Format(fits, read, kept=False)
