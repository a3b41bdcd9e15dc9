"""Names of unknowns: a camera's fields by their specification, all others by `wording`."""

from contrechamp.base.i18n import _
from contrechamp.scene.camera_fields import BY_NAME
from contrechamp.wording import cameras


def unknown_label(unknown: str) -> str:
    """Return the name of a parameter of a camera (or building)."""
    field = BY_NAME.get(unknown)
    return cameras.unknown_label(unknown) if field is None else _(field.label)
