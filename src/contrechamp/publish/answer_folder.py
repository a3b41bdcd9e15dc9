"""The folder of a command that answers one question: layers, files, and a list of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd

from contrechamp import __version__
from contrechamp.base.i18n import _, active_language
from contrechamp.base.json_text import json_text
from contrechamp.base.progress import Progress
from contrechamp.publish import folder
from contrechamp.publish.answers import Answer
from contrechamp.publish.citable import Citable, for_machines
from contrechamp.publish.command import without_folders
from contrechamp.publish.open_data import OSM_ATTRIBUTION, OSM_LICENCE, write_layer
from contrechamp.scene.tables import InputFile
from contrechamp.sight.arrays import Level


@dataclass(frozen=True)
class AnswerFolder:
    """What such a folder holds.

    Args:
        answer: the command, whose file has all figures, and lists the files.
        names: of all files.
    """

    answer: Answer
    names: tuple[str, ...]

    def refuse_foreign(self, out: Path) -> None:
        """Raise unless a folder is missing, empty, or one that we wrote and nobody added to.

        Raises:
            OutputError: if it holds anything else.
        """
        folder.refuse_foreign(out, self.answer.file, self.answer.schema)

    def check_writable(self, out: Path) -> None:
        """Check before a long computation that its result can be written.

        Raises:
            OutputError: if it cannot.
        """
        folder.check_writable(out, self.refuse_foreign)

    def write(
        self,
        out: Path,
        machine: Mapping[str, Any],
        again: Sequence[str],
        contents: Mapping[str, Callable[[], bytes]],
        layers: Mapping[str, gpd.GeoDataFrame] | None = None,
        *,
        from_osm: bool = False,
        progress: Progress,
    ) -> None:
        """Write all of it, or nothing.

        Args:
            out: the folder to make, or to make anew.
            machine: the figures, for programs.
            again: the words of the command that repeats it.
            contents: name -> what makes the content of the file; the figures are written last.
            layers: name -> table, written as GeoJSON and as GeoParquet.
            from_osm: the layers say whose data are in them.
            progress: one bar.
        """
        described = f"{OSM_ATTRIBUTION}, {OSM_LICENCE}" if from_osm else ""
        whole = {**machine, "command": list(without_folders(again)), "files": list(self.names)}
        tables = layers or {}
        with (
            folder.new_folder(out, self.refuse_foreign) as partial,
            progress(_("Writing"), len(tables) + len(contents) + 1) as advance,
        ):
            for name, table in tables.items():
                write_layer(table, partial, name, described)
                advance(1)
            for name, content in contents.items():
                (partial / name).write_bytes(content())
                advance(1)
            text = json_text(whole, indent=1, sort_keys=True) + "\n"
            (partial / self.answer.file).write_bytes(text.encode())
            advance(1)


def head(
    answer: Answer,
    inputs: Sequence[InputFile],
    asked: Mapping[str, Any],
    citable: Sequence[Citable],
    levels: Sequence[Level] = (),
) -> dict[str, Any]:
    """Return what the files of all these commands say alike, for programs and for publications.

    Args:
        answer: the command.
        inputs: every file that was read.
        asked: what was asked, with draws and seed.
        citable: the figures that a publication can cite.
        levels: pixel densities of figures on views.
    """
    return {
        "schema": answer.schema,
        "software": {"name": "contrechamp", "version": __version__},
        "language": active_language(),
        "inputs": [asdict(file) for file in inputs],
        "asked": dict(asked),
        "levels": [asdict(level) for level in levels],
        answer.listed: for_machines(citable),
    }
