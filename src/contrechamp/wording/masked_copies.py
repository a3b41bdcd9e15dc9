"""Masked copies of items and their reviews, in words."""

from contrechamp.base.i18n import _


def copy_of(item: str) -> str:
    """Return what an item is that was made from another."""
    return _("masked copy of {item}").format(item=item)


def has_copy(copy: str) -> str:
    """Return a line on a masked copy of an item."""
    return _("its masked copy: {copy}").format(copy=copy)


def reviewed() -> str:
    """Return what is said of a copy whose review suffices."""
    return _("its review is complete")


def of_other_bytes() -> str:
    """Return what is said of a review that no longer is of the copy."""
    return _("(void: copy or sidecar are others)")


def sidecar_of(copy: str) -> str:
    """Return what the item is that says how a copy was made."""
    return _("sidecar of {copy}: how that was made, with words and boxes").format(copy=copy)
