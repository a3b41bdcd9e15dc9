"""What a case lacks, and why, in words."""

from contrechamp.base.i18n import _
from contrechamp.wording.gates import ended_labels, unmet_labels


def lack_headings() -> dict[str, str]:
    """Return the heading of each kind of lack, in the order of the listing."""
    return {
        "decision": _("To be decided"),
        "erasure": _("To be erased"),
        "compartment": _("Identities"),
        "capture": _("Captures"),
        "evidence": _("Evidence"),
        "consent": _("Consent"),
        "reply": _("Right of reply"),
        "answer": _("Assessments"),
        "translation": _("Translation"),
        "review": _("Review"),
        "mask": _("Masked copies"),
        "release": _("Release"),
        "taken-back": _("Releases that no longer hold"),
    }


def lack_labels() -> dict[str, str]:
    """Return the words for each reason why something is lacking."""
    return {
        **unmet_labels(),
        **ended_labels(),
        "not-erased": _("erasure was asked for, and it is still there"),
        "no-answer": _("a question without an answer"),
        "machine-unchecked": _("translated by a machine, and compared by nobody"),
        "unchecked": _("translated, and compared by no second person"),
        "missing": _("a language of a publication is missing"),
        "not-released": _("this version is not released"),
        "several-keys": _(
            "identities are sealed to more than one key since copies were merged: whoever can read "
            "them seals them to one with contrechamp identity --renew"
        ),
        "has-left": _("whoever left the case can still open the compartment: dismiss them"),
    }


def lack_line(why: str, at: str) -> str:
    """Return a reason by its code, and where in the record it is, on one line."""
    return f"{lack_labels()[why]} ({at})" if at else lack_labels()[why]
