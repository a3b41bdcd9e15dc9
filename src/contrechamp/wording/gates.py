"""The gates of a release, what they find missing, and how it is mended, in words."""

from contrechamp.base.i18n import _
from contrechamp.wording.consent import refusal_labels
from contrechamp.wording.letters import letter_labels
from contrechamp.wording.standing import flag_labels


def gate_labels() -> dict[str, str]:
    """Return what each gate asks for, by its code."""
    return {
        "evidence": _("what it states rests on evidence that stands"),
        "contested": _("nothing of it is contested, refuted or withdrawn"),
        "conflict": _("two copies of the case say the same"),
        "consent": _("consent covers every use of what people said or gave"),
        "reply": _("those whom it speaks of were asked, and have answered"),
        "review": _("a second person agrees to this version"),
        "exhibit": _("an exhibit says what each file shows"),
        "mask": _("nobody can be made out in its files, or reviewed masked copies are shown"),
        "metadata": _("its files say nothing beside what they show"),
    }


def remedies() -> dict[str, str]:
    """Return how what a gate asks for is mended, by its code."""
    return {
        "evidence": _("contrechamp link adds evidence"),
        "contested": _("decide the challenge, or change what rests on it"),
        "conflict": _("contrechamp decide, once it is known who is right"),
        "consent": _("write the consent down, or use it in another way"),
        "reply": _("send the letter, wait for its answer, or write the answer down"),
        "review": _("contrechamp review, by another member"),
        "exhibit": _("contrechamp edit CASE exhibit"),
        "mask": _("contrechamp mask CASE item/..., and contrechamp mask --review CASE"),
        "metadata": _("mask a copy, which leaves metadata behind, and release that one"),
    }


def unmet_labels() -> dict[str, str]:
    """Return the words for what is not met, by its code."""
    return {
        **refusal_labels(),
        **flag_labels(),
        **letter_labels(),
        "not-reviewed": _("no second person has agreed to this version"),
        "not-agreed": _("a second person asks for changes, or does not agree"),
        "one-member": _(
            "this case has one member, and nobody reviews their own work: share it with a second "
            "person, or pass this gate with the reason"
        ),
        "no-exhibit": _("no exhibit describes this file: nobody has said what it shows"),
        "people-shown": _("people can be made out in it"),
        "people-unknown": _("nobody has said whether people can be made out in it"),
        "mask-not-reviewed": _("nobody has looked at all of this masked copy"),
        "mask-not-agreed": _("whoever looked at this masked copy asks for changes"),
        "mask-one-reader": _(
            "a second person has still to look at what is doubtful in this masked copy, and at "
            "what was drawn by lot"
        ),
        "mask-sidecar-gone": _("the sidecar of this masked copy was erased: mask it again"),
        "position": _("the file says where it was made"),
        "device": _("the file says with which device, or by whom, it was made"),
        "other-metadata": _("the file says more of itself, such as when it was made"),
        "metadata-unread": _("its metadata could not be read: nobody knows what it says"),
    }


def ended_labels() -> dict[str, str]:
    """Return why a release holds no longer, or not yet, apart from what is not met."""
    return {
        "revoked": _("revoked"),
        "gone": _("what was released was erased"),
        "revoked-elsewhere": _("another release of this version was revoked"),
        "earlier-version": _("it is of an earlier version"),
        "not-yet": _("it holds from a later day on"),
        "copy-out": _("a copy is known to be out"),
    }


def state_line(ended: str, unmet: int, on: str) -> str:
    """Return how a release stands, on one line.

    Args:
        ended: why it holds no longer, by its code; "" if it was not ended.
        unmet: how many things it does not meet.
        on: the day on which it was given.
    """
    if ended:
        return _("released on {day}, and that does not hold: {why}").format(
            day=on, why=ended_labels()[ended]
        )
    if unmet:
        return _("released on {day}, and that no longer holds:").format(day=on)
    return _("released on {day}").format(day=on)


def copy_out(name: str, at: str, to: str, ref: str, *, team: bool) -> str:
    """Return a line on a copy that is known to be out."""
    if ref:
        return _("it came out in {ref}  {name}, {at}  {to}").format(
            ref=ref, name=name, at=at, to=to
        ).rstrip()  # fmt: skip
    whom = _("those who work on the case") if team else to
    return _("a copy was exported at {at} as {name}, readable to: {to}").format(
        at=at, name=name, to=whom or _("everybody (in the clear)")
    )


def no_copy_known() -> str:
    """Return what is said where no copy is known to be out."""
    return _("No copy of it is known to be out; what anybody passed on, the case does not know.")
