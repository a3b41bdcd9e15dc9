"""The names of the files of a publication, and the version of its figures; written once."""

from dataclasses import dataclass
from pathlib import Path

#: How "schema" begins in figures.json of any version: it marks a folder as ours.
SCHEMA_FAMILY = "contrechamp/figures-"
SCHEMA_ID = f"{SCHEMA_FAMILY}1"

INDEX_HTML = "index.html"
FIGURES_JSON = "figures.json"
FIGURES_SCHEMA = "figures.schema.json"
FIGURES_CSV = "figures.csv"
README_TXT = "README.txt"
LAYERS = ("cameras", "streets", "seen")
#: The pieces of street that the map colours; only as Parquet, because there are many.
PIECES_PARQUET = "pieces.parquet"

ALL = tuple(
    sorted(
        (
            INDEX_HTML,
            FIGURES_JSON,
            FIGURES_SCHEMA,
            FIGURES_CSV,
            README_TXT,
            PIECES_PARQUET,
            *(f"{layer}.geojson" for layer in LAYERS),
            *(f"{layer}.parquet" for layer in LAYERS),
        )
    )
)


@dataclass(frozen=True)
class ReportFolder:
    """A published report: its folder, and every file in it."""

    folder: Path
    files: tuple[Path, ...]

    @property
    def index(self) -> Path:
        """The page to open in a browser."""
        return self.folder / INDEX_HTML
