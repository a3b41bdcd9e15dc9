"""Flags of a record, in words."""

from contrechamp.base.i18n import _


def flag_labels() -> dict[str, str]:
    """Return the words for each flag, by its code."""
    return {
        "no-evidence": _("rests on no evidence that stands"),
        "contested": _("contested"),
        "refuted": _("refuted: a challenge to it was upheld"),
        "withdrawn": _("withdrawn"),
        "no-consent": _("held without consent"),
        "consent-withdrawn": _("consent withdrawn"),
        "erased": _("names something that was erased"),
        "conflict": _("two copies of the case said different things"),
        "evidence-contested": _("rests on something contested"),
        "evidence-refuted": _("rests on something refuted"),
        "evidence-withdrawn": _("rests on something withdrawn"),
        "evidence-erased": _("rests on something erased"),
        "evidence-lacking": _("rests on something that has no evidence itself"),
        "evidence-without-consent": _("rests on something held without consent"),
        "capture-failed": _("a capture whose checks failed"),
        "another-hash": _("a file that came with it says another hash of it"),
        "evidence-capture-failed": _("rests on a capture whose checks failed"),
        "evidence-another-hash": _("rests on a file of which one beside it says another hash"),
        "release-taken-back": _("its release no longer holds"),
    }
