"""Import of records as JSON Lines, as `contrechamp show --json` prints them."""

from collections.abc import Iterator

from contrechamp.dossier.formats.read.drafts import Draft, ImportContext, Read, Reader, attempt
from contrechamp.dossier.formats.read.source_file import SourceFile
from contrechamp.dossier.formats.write.json_lines import read_line


def fits(source: SourceFile) -> bool:
    """Return whether a file looks like records, one a line."""
    first = source.first_line
    return first.startswith(b"{") and b'"kind"' in first and b'"fields"' in first


def read(source: SourceFile, context: ImportContext) -> Iterator[Read]:
    """Yield the record of each line."""
    for where, line in source.lines():
        yield attempt(_draft, context, line, where)


def _draft(context: ImportContext, line: str, where: str) -> Draft:
    put = read_line(context.case, line, where=where)
    return Draft(put.record, put.id, where, own=True)


FORMAT = Reader(fits, read, kept=False)
