"""The figures of all cameras, those that nobody found as well, as a survey has them.

What cameras that nobody mapped have in view, `measure` cannot tell from a map. `completeness
--in-view` can, from walks: its answer of the same files is taken over here, with its interval and
its span, and told beside the figures of mapped cameras.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from contrechamp.base.errors import InputError
from contrechamp.base.files import check_name_and_rights, read_bounded
from contrechamp.base.i18n import _
from contrechamp.measure.results import Figure, Measurement
from contrechamp.publish.answers import COMPLETENESS
from contrechamp.publish.groups import ALL
from contrechamp.publish.report.measured_file import MeasuredFile, measured_file
from contrechamp.scene.tables import InputFile

#: Street of the survey in view of any camera, and how many cameras there are, in figures.json.
SEEN: Final = "streets.seen_all_m"
CAMERAS: Final = "cameras.all"
_SEEN_THERE, _CAMERAS_THERE = "survey.seen_all_m", "survey.cameras"
#: In the methods of a measurement: whether those missed where people walked are among them.
METHOD: Final = "all_cameras"
_MISSED: Final = "without-missed"
_MOST_BYTES: Final = 16 << 20


@dataclass(frozen=True)
class Survey:
    """The answer of a survey.

    Args:
        entry: its file, for the list of inputs.
        figures: of all cameras.
        with_missed: whether those missed where people walked are among them.
    """

    entry: InputFile
    figures: tuple[Figure, ...]
    with_missed: bool

    def with_all_cameras(self, measurement: Measurement) -> Measurement:
        """Return a measurement that tells of all cameras as well, at the levels that both have."""
        names = {level.name for level in measurement.levels} | {""}
        added = tuple(one for one in self.figures if one.level in names)
        return replace(
            measurement,
            figures=(*measurement.figures, *added),
            methods={**measurement.methods, METHOD: {"with_missed": self.with_missed}},
        )


def survey_of(path: Path, measured: Sequence[InputFile]) -> Survey:
    """Return what a completeness.json says of all cameras.

    Args:
        path: of the file.
        measured: files that are measured; the survey is one of them all.

    Raises:
        InputError: if it is no such file, is of other files, or was not asked what is in view.
    """
    content = read_bounded(path, _MOST_BYTES, where=path.name, advice=check_name_and_rights())
    told = _told(content, path.name)
    there = {digest for _format, _licence, digest in told.inputs}
    if others := [file.name for file in measured if file.sha256 not in there]:
        raise InputError(
            _(
                "it is of other files, without these: {names}; run contrechamp completeness with "
                "the same files, and the walks"
            ).format(names=", ".join(others)),
            where=path.name,
        )
    found = {name: one for name, one in told.figures.items() if name[0] == _SEEN_THERE}
    if not found:
        raise InputError(
            _(
                "it does not say what all cameras have in view: run contrechamp completeness with "
                "--in-view, and see there what is missing"
            ),
            where=path.name,
        )
    figures = [replace(one, key=SEEN, group=ALL) for one in found.values()]
    cameras = told.figure(_CAMERAS_THERE, "", ALL)
    if cameras is not None:
        figures.append(replace(cameras, key=CAMERAS))
    missed = all(_MISSED not in told.assumes[name] for name in found)
    digest = hashlib.sha256(content).hexdigest()
    entry = InputFile(path.name, digest, len(content), "JSON")
    return Survey(entry, tuple(figures), missed)


def _told(content: bytes, where: str) -> MeasuredFile:
    try:
        value: Any = json.loads(content)
    except (ValueError, RecursionError):
        value = None
    wrong = InputError(
        _("it is not the completeness.json of a survey: contrechamp completeness writes one"),
        where=where,
    )
    try:
        told = measured_file(value, where)
    except InputError:
        raise wrong from None
    if told.command != COMPLETENESS.command:
        raise wrong
    return told
