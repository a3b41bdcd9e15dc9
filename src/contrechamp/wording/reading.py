"""Why the metadata of a file is not in its record."""

from contrechamp.base.i18n import _


def unread_label(reason: str) -> str:
    """Return why metadata was not read, see `cell.failures.Reason`; a new word keeps its name."""
    told = {
        "unconfined": _(
            "metadata not read: this machine cannot confine the process that reads it; "
            "--unconfined reads it all the same"
        ),
        "crashed": _(
            "metadata not read: the file crashed its reader: it is damaged, or made to do harm"
        ),
        "memory": _("metadata not read: its reader needed more memory than it may have"),
        "time": _("metadata not read: its reader took too long"),
        "endless": _("metadata not read: its reader sent data without end"),
        "nonsense": _(
            "metadata not read: its reader sent nonsense: the file is damaged, or made to do harm"
        ),
        "failed": _("metadata not read: its reader failed"),
    }
    return told.get(reason, reason)


def unconfined_label() -> str:
    """Return what is said of a file that was read although nothing confined its reader."""
    return _("its metadata was read by a process that this machine could not confine")
