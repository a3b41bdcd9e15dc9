"""What an unknown is called: a field of a camera by its specification, anything else by wording."""

from contrechamp.base.i18n import _
from contrechamp.scene.camera_fields import BY_NAME
from contrechamp.wording import cameras


def unknown_label(unknown: str) -> str:
    """Return what a parameter of a camera (or building) is called."""
    field = BY_NAME.get(unknown)
    return cameras.unknown_label(unknown) if field is None else _(field.label)
