"""Everything that is published of a measurement, written as a whole or not at all."""

from collections.abc import Callable, Sequence
from pathlib import Path

from contrechamp import __version__
from contrechamp.base import i18n
from contrechamp.base.progress import Progress, silent
from contrechamp.measure.results import Measurement
from contrechamp.publish import files
from contrechamp.publish.command import without_folders
from contrechamp.publish.figures import figures_csv, figures_json, figures_schema
from contrechamp.publish.files import ReportFolder
from contrechamp.publish.folder import new_folder
from contrechamp.publish.open_data import write_layers
from contrechamp.publish.page import index_html
from contrechamp.publish.readme import readme_txt
from contrechamp.scene.tables import Scene


def write(
    measurement: Measurement,
    scene: Scene,
    out: Path,
    *,
    command: Sequence[str],
    language: str,
    progress: Progress = silent,
) -> ReportFolder:
    """Write report, map, figures and open data to the folder `out`, all or nothing.

    The same measurement, scene, command, language and version give the same bytes: no time, name
    of a machine or path goes in.

    Args:
        measurement: what was measured.
        scene: what it was measured on.
        out: a new or empty folder, or one that an earlier run wrote, which is replaced.
        command: the words of the command that repeats it; paths are shortened to file names.
        language: code of the language of the report, e.g. ``fr``.
        progress: advances with every file.

    Raises:
        OutputError: if `out` cannot be written or holds what contrechamp did not write; it is left
            untouched.
    """
    shown = without_folders(command)
    texts: dict[str, Callable[[], bytes]] = {
        files.FIGURES_JSON: lambda: figures_json(
            measurement, scene, command=shown, language=language
        ),
        files.FIGURES_SCHEMA: figures_schema,
        files.FIGURES_CSV: lambda: figures_csv(measurement.figures),
        files.README_TXT: lambda: readme_txt(measurement, scene, shown, __version__),
        files.INDEX_HTML: lambda: index_html(measurement, scene, command=shown, language=language),
    }
    with (
        i18n.speaking(language),
        new_folder(out) as folder,
        progress(i18n._("Writing"), len(texts) + 1) as advance,
    ):
        write_layers(measurement, scene, folder)
        advance(1)
        for name, content in texts.items():
            (folder / name).write_bytes(content())
            advance(1)
    return ReportFolder(out, tuple(out / name for name in files.ALL))
