"""What the page says, in the user's language; its scripts have no words of their own."""

from contrechamp.base.i18n import _


def said() -> dict[str, str]:
    """Return the texts that scripts put on the page, by name; braces are filled in by them."""
    return {
        "title": _("Review of masked copies"),
        "queue": _("Still to be looked at: {left} of {all}"),
        "whole": _("Look at the whole copy, into its corners and to its end."),
        "source": _("the original"),
        "copy": _("the masked copy"),
        "near": _("The place, enlarged"),
        "all": _("The whole"),
        "covered": _("Covered, next"),
        "nothing": _("Nothing there, next"),
        "uncovered": _("Leave uncovered, because…"),
        "why": _("Why it is left uncovered"),
        "back": _("Back"),
        "skip": _("Later"),
        "draw": _("New box"),
        "delete": _("Delete the box"),
        "delete_key": _("Delete this moment of the box"),
        "larger": _("Larger"),
        "smaller": _("Smaller"),
        "select": _("Next box"),
        "undo": _("Undo"),
        "redo": _("Redo"),
        "show": _("Show {what}"),
        "step_back": _("A frame back"),
        "step": _("A frame on"),
        "play": _("Play slowly"),
        "pause": _("Pause"),
        "key": _("The box is here now"),
        "from": _("Cover from here"),
        "to": _("Cover to here"),
        "page_back": _("Page before"),
        "page_on": _("Page after"),
        "moment": _("Second {second} of {seconds}"),
        "page": _("Page {page} of {pages}"),
        "boxes": _("Boxes of this file: {count}; selected: {selected}"),
        "none": _("none"),
        "moving": _("moving; moments: {count}"),
        "uncover": _("The hit here is no face"),
        "again": _("Make the corrected copies again: {count}"),
        "making": _("Making {name} again…"),
        "made": _("Made again, and checked. What is new in it is to be looked at."),
        "sign": _("Sign the review"),
        "keep": _("Keep the answers"),
        "unwatched": _("Not all of {name} was watched: play it to its end."),
        "signed": _("The review is signed. The page can be closed."),
        "saved": _(
            "The answers are kept beside the copies. Nobody has signed them: that needs a case."
        ),
        "failed": _("That did not work: {why}"),
        "empty": _("Every place is answered."),
        "close": _("Close"),
        "keys": _("Keys"),
        "seeded": _(
            "Covers of faces that are hidden from you: {count}. Draw a box on every uncovered "
            "face that you see; at the end it is told how many you found. No copy is changed."
        ),
        "seeds": _(
            "Of {shown} faces whose cover was hidden from you, you marked {found}. So you miss "
            "between {low} and {high} of a hundred faces like these (nine times out of ten). They "
            "are covered in the copies."
        ),
        "first": _("look here first"),
        "part": _("File within"),
        "itself": _("the file itself"),
        "cut": _("Only its beginning is shown: open the copy itself for the rest."),
        "unseen": _("There is nothing to be read or seen here: open the copy itself."),
    }


def keys() -> list[tuple[str, str]]:
    """Return the keys of the keyboard, and what each does."""
    said_here = said()
    return [
        ("Enter", _("covered, next; a place that is not covered is covered first")),
        ("N", said_here["nothing"]),
        ("U", said_here["uncovered"]),
        ("L / Backspace", _("later / back")),
        ("B", said_here["draw"]),
        ("[ ]", _("select a box")),
        (_("arrows"), _("move the box; with Shift, its size")),
        ("+ −", _("larger, smaller")),
        ("Delete", _("delete the box; of a moving one, only this moment (with Shift, all of it)")),
        ("Z / Y", _("undo / redo")),
        ("S", _("original or copy")),
        ("H", said_here["uncover"]),
        (", .", _("a frame or page back, on")),
        ("P", said_here["play"]),
        ("K", said_here["key"]),
        ("I O", _("cover from here, to here")),
    ]
