"""What the state of a subject has to look like, whoever wrote it: checked each time it is read.

A state that the log proves is one that a member signed, not one that contrechamp wrote.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.vault.log.custody import ERASED_AT

#: Shapes: text; a list of them; text by name.
_TEXTS, TEXT_BY_NAME = [str], {str: str}
#: What a state must have, by what its subject begins with: of the vault's own subjects. Rooms above
#: pass the shapes of theirs.
_NEEDED: Mapping[str, Mapping[str, Any]] = {
    "item": dict.fromkeys(("name", "size", "sha256", "blake3"), str),
    "member": {"name": str, "recipient": str},
    "merge": {"branch": str, "checkpoint": str},
    "export": {"name": str, "at": str, "items": _TEXTS, "to": _TEXTS},
}
#: What it may have, and has in this shape only.
_ALLOWED: Mapping[str, Mapping[str, Any]] = {
    "item": {"media_type": str, "modified_ns": str, "exif": TEXT_BY_NAME, "movie": TEXT_BY_NAME,
             "properties": TEXT_BY_NAME, "c2pa": dict, "capture": dict, "vouches": dict,
             "masked": dict, "sidecar_of": str},
    "export": {"records": _TEXTS, "for": str},
}  # fmt: skip


def checked(
    subject: str, found: Any, needed: Mapping[str, Any] = MappingProxyType({})
) -> dict[str, Any]:
    """Return a state, as JSON gives it, that has the shape that ours have.

    Args:
        subject: whose state it is.
        found: the state.
        needed: what else it must have: names, and for each str, dict or `TEXT_BY_NAME`.

    Raises:
        InputError: if it does not; the message says which part.
    """
    if not isinstance(found, dict):
        raise _refused(subject, _("it is no object"))
    if isinstance(found.get(ERASED_AT), str):
        return found
    kind = subject.partition("/")[0]
    for name, shape in (*_NEEDED.get(kind, {}).items(), *needed.items()):
        if not _fits(found.get(name), shape):
            raise _refused(subject, name)
    for name, shape in _ALLOWED.get(kind, {}).items():
        if name in found and not _fits(found[name], shape):
            raise _refused(subject, name)
    return found


def _fits(value: Any, shape: Any) -> bool:
    if isinstance(shape, list):
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    if isinstance(shape, dict):
        return isinstance(value, dict) and all(isinstance(one, str) for one in value.values())
    return isinstance(value, shape)


def _refused(subject: str, what: str) -> InputError:
    message = _(
        "its state is not what contrechamp writes ({what}): whoever wrote it left the program "
        "aside, or it was altered; contrechamp verify tells which"
    )
    return InputError(message.format(what=what), where=subject)
