"""Names of the actions in the custody log."""

from contrechamp.base.i18n import pgettext


def action_label(action: str) -> str:
    """Return the name of an action (`vault.log.custody.Action`); an unknown one keeps its code.

    In English it is the code that the format of the log has.
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
        "replace-key": pgettext("log", "replace-key"),
        "adopt": pgettext("log", "adopt"),
        "record": pgettext("log", "record"),
        "edit": pgettext("log", "edit"),
        "withdraw": pgettext("log", "withdraw"),
        "import": pgettext("log", "import"),
        "forget": pgettext("log", "forget"),
        "mask": pgettext("log", "mask"),
        "compartment": pgettext("log", "compartment"),
        "admit": pgettext("log", "admit"),
        "seal": pgettext("log", "seal"),
        "reveal": pgettext("log", "reveal"),
        "merge": pgettext("log", "merge"),
        "upgrade": pgettext("log", "upgrade"),
        "publish": pgettext("log", "publish"),
    }
    return labels.get(action, action)
