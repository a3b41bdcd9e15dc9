"""JSON among the items of a case, read in the cell as every file that is imported is."""

import io
from collections.abc import Iterable
from typing import Any

from contrechamp.base import files
from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.dossier.formats.read.source_file import HEAD, SourceFile, source_cell
from contrechamp.vault import object_keys, subjects
from contrechamp.vault.adding import Content
from contrechamp.vault.case import Case

#: Largest item that is read whole, in bytes.
MAX_ITEM = 32 << 20


def json_items(case: Case, items: Iterable[str]) -> dict[str, Any]:
    """Return what items of JSON hold, or why one cannot be read, by reference.

    Args:
        case: open.
        items: references, item/ and 16 digits.

    Returns:
        of each the value, decimals exact; an `InputError` in the place of one that is gone, too
        large or no JSON.
    """
    wanted = list(dict.fromkeys(items))
    if not wanted:
        return {}
    found: dict[str, Any] = {}
    with source_cell() as cell:
        for item in wanted:
            try:
                content = _content(case, item)
                held = Content(item, lambda content=content: io.BytesIO(content))  # type: ignore[misc]
                found[item] = SourceFile(item, held, content[:HEAD], len(content), cell).json()
            except InputError as error:
                found[item] = error
    return found


def _content(case: Case, item: str) -> bytes:
    state = subjects.newest(case, item)
    name = state.object if state is not None else None
    key = None if name is None else object_keys.by_name(case, [name]).get(name)
    if key is None:
        raise InputError(_("it was erased"), where=item)
    if key.size > MAX_ITEM:
        raise files.too_large(item, MAX_ITEM)
    return object_keys.read(case, key)
