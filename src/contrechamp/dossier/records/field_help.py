"""The help of each field in the user's language; the English is beside the field (`Doc`)."""

from collections.abc import Iterator
from typing import Any

from contrechamp.base.i18n import pgettext
from contrechamp.dossier.records.kinds import KINDS
from contrechamp.dossier.records.schema import Member, members


def field_text(member: Member) -> str:
    """Return the help of a field in the active language."""
    return pgettext(member.context, member.help)


def extract(*_babel: Any, **_options: Any) -> Iterator[tuple[int, str, tuple[str, str], list[str]]]:
    """Yield every help text with its context in the form that Babel expects (``make messages``)."""
    texts = dict.fromkeys((m.context, m.help) for cls in every_class() for m in members(cls))
    for context, says in texts:
        yield 1, "pgettext", (context, says), []


def every_class() -> list[type]:
    """Return the classes of all records and of their parts, each once."""
    found: dict[type, None] = {}
    waiting: list[type] = list(KINDS.values())
    while waiting:
        cls = waiting.pop(0)
        if cls not in found:
            found[cls] = None
            inner = [member.shape.inner or member.shape for member in members(cls)]
            waiting += [shape.cls for shape in inner if shape.cls is not None]
    return list(found)
