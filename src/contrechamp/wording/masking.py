"""Words of the review of a masked copy: kinds, reasons for covering, what was left out."""

from contrechamp.base.i18n import _


def kind_label(kind: str) -> str:
    """Return the name of a kind of file."""
    return {
        "image": _("image"),
        "video": _("video"),
        "sound": _("sound"),
        "pdf": _("PDF"),
        "office": _("office file"),
        "text": _("text"),
        "mail": _("mail"),
        "archive": _("archive"),
    }[kind]


def covered_by_label(by: str) -> str:
    """Return why an area was covered."""
    return {
        "face": _("found by the detector"),
        "hand": _("drawn by hand"),
        "word": _("word asked for"),
    }[by]


def style_label(style: str) -> str:
    """Return what areas were covered with."""
    return {"fill": _("one colour"), "noise": _("random noise")}[style]


def sound_label(sound: str) -> str:
    """Return what became of the sound."""
    return {
        "drop": _("left out"),
        "alter": _("voice altered"),
        "keep": _("kept as it was"),
    }[sound]


def confinement_labels() -> dict[str, str]:
    """Return the words for what the process that reads a source may have given up."""
    return {
        "limits": _("more memory and time than it was given"),
        "files": _("other files"),
        "network": _("the network"),
        "processes": _("other processes"),
    }


def pdf_removal_labels() -> dict[str, str]:
    """Return the words for what can be left out of a PDF, in the order of the review."""
    return {
        "information": _("document information and metadata"),
        "attachments": _("attached files"),
        "scripts": _("scripts and actions"),
        "forms": _("form fields (what they showed is drawn)"),
        "annotations": _("comments and other annotations"),
        "links": _("links"),
        "outlines": _("bookmarks"),
        "structure": _("structure and alternative texts"),
        "layers": _("hidden layers"),
        "hidden": _("text that nobody sees"),
        "revisions": _("earlier versions"),
        "thumbnails": _("thumbnails"),
        "private": _("private data of programs"),
        "profiles": _("colour profiles"),
        "encryption": _("restrictions"),
    }


def office_removal_labels() -> dict[str, str]:
    """Return the words for what can be left out of an office file, in the order of the review."""
    return {
        "comments": _("comments"),
        "changes": _("tracked changes"),
        "hidden": _("hidden text, rows, columns, sheets, slides or shapes"),
        "notes": _("notes"),
        "macros": _("macros"),
        "embedded": _("embedded files and objects"),
        "external": _("links to other files"),
        "links": _("links"),
        "charts": _("charts and diagrams"),
        "pictures": _("pictures that can't be masked"),
        "media": _("sound and video"),
        "formulas": _("formulas (their results stay)"),
        "pivots": _("pivot tables"),
        "controls": _("forms and controls"),
        "printers": _("settings of printers"),
        "custom": _("custom data"),
        "thumbnails": _("thumbnails"),
        "building": _("building blocks"),
        "fonts": _("embedded fonts"),
    }


def text_removal_labels() -> dict[str, str]:
    """Return the words for what can be left out of a text, in the order of the review."""
    return {
        "unseen": _("letters that nobody sees"),
        "accounts": _("numbers of accounts"),
        "comments": _("comments"),
        "hidden": _("hidden text"),
        "scripts": _("scripts and actions"),
        "unshown": _("styles and what no page shows"),
        "information": _("document information and metadata"),
        "links": _("links"),
        "titles": _("texts that show under the pointer"),
        "media": _("pictures, videos and sounds"),
    }


def near_word_label(kind: str) -> str:
    """Return in what way something is near a word of the list."""
    return {
        "part": _("a part of it alone"),
        "between": _("with another word in it"),
        "initial": _("with an initial for a part of it"),
        "letter": _("one letter is other, more or less"),
    }[kind]
