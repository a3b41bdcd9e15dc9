"""Import of records as JSON Lines, as `contrechamp show --json` prints them."""

from collections.abc import Iterator

from contrechamp.dossier.formats.read.drafts import Draft, ImportContext, Read, Reader, attempt
from contrechamp.dossier.formats.read.source_file import Line, SourceFile
from contrechamp.dossier.formats.write.json_lines import read_object


def fits(source: SourceFile) -> bool:
    """Return whether a file looks like records, one a line."""
    first = source.first_line
    return first.startswith(b"{") and b'"kind"' in first and b'"fields"' in first


def read(source: SourceFile, context: ImportContext) -> Iterator[Read]:
    """Yield the record of each line."""
    for line in source.lines():
        yield attempt(_draft, context, line)


def _draft(context: ImportContext, line: Line) -> Draft:
    put = read_object(line.found(), context.is_there, where=line.where)
    return Draft(put.record, put.id, line.where, own=True)


FORMAT = Reader(fits, read, kept=False)
