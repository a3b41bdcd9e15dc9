"""Names of the kinds of findings of ``verify``."""

from contrechamp.base.i18n import pgettext


def finding_label(kind: str) -> str:
    """Return what is wrong, in a word or two (`vault.discrepancies.Kind`)."""
    return {
        "altered": pgettext("verify", "altered"),
        "anchor": pgettext("verify", "anchor"),
        "authority": pgettext("verify", "authority"),
        "branch": pgettext("verify", "branch"),
        "case.toml": pgettext("verify", "case.toml"),
        "checkpoint": pgettext("verify", "checkpoint"),
        "claim": pgettext("verify", "claim"),
        "clock": pgettext("verify", "clock"),
        "custody": pgettext("verify", "custody"),
        "database": pgettext("verify", "database"),
        "entry": pgettext("verify", "entry"),
        "extra": pgettext("verify", "extra"),
        "fetch": pgettext("verify", "fetch"),
        "identity": pgettext("verify", "identity"),
        "index": pgettext("verify", "index"),
        "interrupted": pgettext("verify", "interrupted"),
        "link": pgettext("verify", "link"),
        "manifest": pgettext("verify", "manifest"),
        "missing": pgettext("verify", "missing"),
        "proof": pgettext("verify", "proof"),
        "reason": pgettext("verify", "reason"),
        "record": pgettext("verify", "record"),
        "replaced": pgettext("verify", "replaced"),
        "rewritten": pgettext("verify", "rewritten"),
        "rolled-back": pgettext("verify", "rolled-back"),
        "statement": pgettext("verify", "statement"),
        "stranger": pgettext("verify", "not ours"),
        "swapped": pgettext("verify", "swapped"),
        "unproven": pgettext("verify", "unproven"),
        "unsigned": pgettext("verify", "unsigned"),
        "version": pgettext("verify", "version"),
    }[kind]
