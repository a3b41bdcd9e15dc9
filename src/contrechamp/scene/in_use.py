"""Tables that say of each camera whether it is in use; those that are not are left out.

OpenStreetMap has prefixes for that (`lifecycle`); tables have a column of words.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from contrechamp.base.i18n import ngettext
from contrechamp.scene.table_rows import Rows
from contrechamp.scene.tables import Notice

#: Columns that may say it, the first that is there.
COLUMNS: Final = ("status", "camera_status", "state", "operational_status", "operational", "active")

#: Words of cameras that are there and work, in lower case.
IN_USE: Final = frozenset(
    {
        *("active", "working", "operational", "in operation", "in use", "in service", "online"),
        *("live", "on", "enabled", "installed", "existing", "current", "functional", "yes", "true"),
        *("1", "turned_on", "turned on", "actif", "active", "en service", "installée", "aktiv"),
        *("in betrieb", "activo", "activa", "attivo", "attiva"),
    }
)
#: Words of cameras that are no longer there, not yet, or do not work.
NOT_IN_USE: Final = frozenset(
    {
        *("inactive", "not working", "not operational", "out of service", "out of use", "offline"),
        *("off", "disabled", "removed", "decommissioned", "dismantled", "retired", "disused"),
        *("abandoned", "destroyed", "demolished", "broken", "defunct", "void", "no", "false", "0"),
        *("planned", "proposed", "future", "pending", "not yet installed", "desired"),
        *("inactif", "inactive", "hors service", "retirée", "prévue", "inaktiv", "außer betrieb"),
        *("geplant", "abgebaut", "inactivo", "inactiva", "retirada", "inattivo", "rimossa"),
    }
)


def only_in_use(rows: Rows) -> Rows:
    """Return the cameras in use, with a notice of the others, where a column tells them apart.

    A column is taken for that only where each of its cells is a word that is known: what else
    stands in a column `status` is not guessed.

    Args:
        rows: of a table of cameras, as they were read.
    """
    names = {str(name) for name in rows.frame.columns}
    for name in COLUMNS:
        if name not in names:
            continue
        used = name in rows.used_columns
        words = np.array([text.lower() for text in rows.texts(name)], object)
        filled = words[words != ""]
        if len(filled) and all(word in IN_USE or word in NOT_IN_USE for word in filled):
            return _without(rows, name, np.isin(words.astype(str), list(NOT_IN_USE)))
        if not used:
            rows.used_columns.discard(name)
    return rows


def _without(rows: Rows, column: str, away: np.ndarray) -> Rows:
    if not away.any():
        return rows
    words = sorted(set(rows.texts(column)[away]))
    text = ngettext(
        "{count} camera is not in use by its column {column} ({words}) and is left out",
        "{count} cameras are not in use by their column {column} ({words}) and are left out",
        int(away.sum()),
    ).format(count=int(away.sum()), column=column, words=", ".join(words))
    told = Notice("camera-not-in-use", rows.file, text)
    return replace(rows.only(~away), notices=[*rows.notices, told])
