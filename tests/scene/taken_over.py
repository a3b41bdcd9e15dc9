"""What somebody does who took over a reader of maps, with the libraries that are loaded there."""

import os
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import geopandas as gpd
import osmium
import pyarrow.parquet
import pyogrio
import shapely

from contrechamp.scene.in_cell import tables

_PLACES = gpd.GeoDataFrame(
    {"id": ["SAMPLE"]}, geometry=[shapely.Point(-27.0, 45.0)], crs="EPSG:4326"
)
_OSM = b'<osm version="0.6"><node id="1" version="1" lat="45" lon="-27"/></osm>'


def _written(**more: str) -> bytes:
    content = BytesIO()
    pyogrio.write_dataframe(_PLACES, content, **more)
    return content.getvalue()


_GPKG = _written(driver="GPKG", layer="t")
_PARQUET = BytesIO()
_PLACES.to_parquet(_PARQUET)
_FILES = {"t.gpkg": _GPKG, "t.parquet": _PARQUET.getvalue(), "t.osm": _OSM}


def reads() -> None:
    """Read one file with each of the libraries."""
    for name, content in _FILES.items():
        found = list(
            tables(
                BytesIO(content),
                file_name=name,
                name=name,
                areas=False,
                skip_bad_rows=False,
                max_unpacked_bytes=1 << 20,
            )
        )
        if "format" not in found[0]:
            raise RuntimeError(found)


def asks_for_more(content: IO[bytes], *, folder: str, port: int) -> Iterator[Any]:
    """Yield what the libraries could be made to open, beside the content, and what failed.

    Args:
        content: is read first.
        folder: of the user, with ``t.gpkg``, ``t.parquet``, ``t.osm`` and ``t.csv``.
        port: of this machine, where ``t.geojson`` is served.
    """
    content.read()
    reads()
    url = f"http://127.0.0.1:{port}/t"
    virtual = (
        f'<OGRVRTDataSource><OGRVRTLayer name="t"><SrcDataSource>{folder}/t.gpkg</SrcDataSource>'
        "</OGRVRTLayer></OGRVRTDataSource>"
    )
    deeds: dict[str, Callable[[], object]] = {
        "GDAL: a file": lambda: pyogrio.read_dataframe(f"{folder}/t.gpkg"),
        "GDAL: a virtual file": lambda: pyogrio.read_dataframe(BytesIO(virtual.encode())),
        "GDAL: the network": lambda: pyogrio.read_dataframe(f"/vsicurl/{url}.geojson"),
        "GDAL: a new file": lambda: pyogrio.write_dataframe(_PLACES, f"{folder}/new.geojson"),
        "libosmium: a file": lambda: [*osmium.FileProcessor(f"{folder}/t.osm")],
        "libosmium: the network": lambda: [*osmium.FileProcessor(f"{url}.osm")],
        "Arrow: a file": lambda: pyarrow.parquet.read_table(f"{folder}/t.parquet"),
        "Arrow: a folder": lambda: pyarrow.fs.LocalFileSystem().get_file_info(
            pyarrow.fs.FileSelector(folder)
        ),
        "Python: a file": lambda: Path(folder, "t.csv").read_bytes(),
        "Python: a program": lambda: os.posix_spawn("/bin/true", ["true"], {}),
    }
    for name, deed in deeds.items():
        try:
            deed()
        except Exception as error:
            yield [name, type(error).__name__]
        else:
            yield [name, "done"]


def lay_out(folder: Path) -> None:
    """Put the files there that `asks_for_more` asks for."""
    for name, content in _FILES.items():
        (folder / name).write_bytes(content)
    (folder / "t.csv").write_text("id,lon,lat\n")
    (folder / "t.geojson").write_text(_PLACES.to_json())
