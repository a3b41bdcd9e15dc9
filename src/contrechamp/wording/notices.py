"""Names of the kinds of notices: what a reader could not use, or had to decide."""

from contrechamp.base.i18n import _


def notice_label(kind: str) -> str:
    """Return the name of a kind of notice."""
    labels = {
        "unreadable-tag": _("tag that cannot be read"),
        "cut-by-the-edge": _("cut by the edge of the extract"),
        "repaired-polygon": _("repaired outline"),
        "empty-polygon": _("outline that encloses nothing"),
        "no-place": _("object without a place"),
        "outside-the-area": _("outside of the area"),
        "row-left-out": _("row left out"),
        "column-not-used": _("column not used"),
        "short-track": _("track of fewer than two points"),
        "given-twice": _("file given twice"),
        "camera-drawn-as-a-way": _("camera drawn as a line or an area"),
        "camera-not-in-use": _("camera that is not in use"),
        "column-read-as": _("column under another name"),
        "heights-coarse": _("height model of wide cells"),
        "heights-in-feet": _("heights in feet"),
        "heights-missing": _("ground without heights"),
        "heights-not-used": _("height model that is not used"),
        "heights-thinned": _("height model that was thinned"),
        "heights-void": _("number that stands for no height"),
        "houses-in-heights": _("houses in the height model"),
        "height-not-used": _("height that is not used"),
        "looks-into-its-wall": _("direction into the wall"),
        "magnetic-north": _("direction from magnetic north"),
        "model-contradicted": _("value that its model does not have"),
        "model-not-clear": _("model that may be several"),
        "model-not-found": _("model that is not in the table"),
        "model-used": _("model used"),
        "no-camera": _("feature that is no camera"),
        "tag-not-used": _("tag not used"),
        "unreadable-direction": _("direction that cannot be read"),
        "read-unconfined": _("file read without confinement"),
        "not-read": _("part of a file that is not read"),
        "photo-without-place": _("photo without a place"),
        "photographers-place": _("place of the photographer, not of the camera"),
        "photographers-direction": _("direction of the photographer, not of the camera"),
    }
    return labels.get(kind, kind)
