"""Names of the kinds of services in the user's language."""

from contrechamp.base.i18n import _
from contrechamp.scene.services import SERVICES


def service_label(kind: str) -> str:
    """Return the name of a kind of service (`services.SERVICES`, or ``home``)."""
    labels = {"home": _("home"), **{one.kind: _(one.label) for one in SERVICES}}
    return labels.get(kind, kind.replace("_", " "))
