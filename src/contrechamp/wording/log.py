"""What actions of the custody log are called."""

from contrechamp.base.i18n import pgettext


def action_label(action: str) -> str:
    """Return what was done (`vault.log.custody.Action`); what another version did keeps its code.

    English says what the format of the log says.
    """
    labels = {
        "new": pgettext("log", "new"),
        "add": pgettext("log", "add"),
        "erase": pgettext("log", "erase"),
        "export": pgettext("log", "export"),
        "share": pgettext("log", "share"),
        "unshare": pgettext("log", "unshare"),
        "new-passphrase": pgettext("log", "new-passphrase"),
        "new-recovery": pgettext("log", "new-recovery"),
        "new-key": pgettext("log", "new-key"),
        "record": pgettext("log", "record"),
        "edit": pgettext("log", "edit"),
        "import": pgettext("log", "import"),
        "forget": pgettext("log", "forget"),
        "compartment": pgettext("log", "compartment"),
        "admit": pgettext("log", "admit"),
        "seal": pgettext("log", "seal"),
        "reveal": pgettext("log", "reveal"),
        "merge": pgettext("log", "merge"),
    }
    return labels.get(action, action)
