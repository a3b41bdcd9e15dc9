"""Visible regions as one file, GeoJSON (RFC 7946) or GeoParquet: written aside, then renamed."""

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import pyogrio
import shapely

from contrechamp.base import files
from contrechamp.base.errors import OutputError, UsageError
from contrechamp.base.i18n import _

GEOJSON = (".geojson", ".json")
PARQUET = (".parquet", ".geoparquet")
#: 10^-9 degrees are a tenth of a millimetre: a tenth of the engine's tolerance.
DEGREE_DECIMALS = 9


def check_regions_file(out: Path, inputs: Sequence[Path]) -> None:
    """Check before a long computation that its result can be written to `out`.

    Args:
        out: the file to write or replace.
        inputs: files that must not be replaced.

    Raises:
        UsageError: if the name implies no format, or is that of an input.
        OutputError: if nothing can be written there.
    """
    if out.suffix.lower() not in (*GEOJSON, *PARQUET):
        raise UsageError(
            _("{out}: expected a name that ends in .geojson or .parquet").format(out=out)
        )
    if out.is_dir():
        raise OutputError(_("{out}: is a folder; name a file with -o").format(out=out))
    if any(out.exists() and path.exists() and out.samefile(path) for path in inputs):
        raise UsageError(
            _("{out}: is an input and would be replaced; name another file with -o").format(out=out)
        )
    try:
        probe = files.beside(out.resolve())
        probe.touch(exist_ok=False)
        probe.unlink()
    except OSError as error:
        raise files.unwritable(str(out), error, _another()) from error


def write_regions(table: gpd.GeoDataFrame, out: Path) -> None:
    """Write `table` to `out` in longitude and latitude, all or nothing.

    Args:
        table: in any known coordinate system; polygons.
        out: see `check_regions_file`.

    Raises:
        OutputError: if it cannot be written; an earlier file is untouched.
    """
    degrees = table.to_crs(4326)
    degrees = degrees.set_geometry(
        gpd.GeoSeries(shapely.orient_polygons(degrees.geometry.to_numpy()), crs=degrees.crs)
    )
    with files.new_file(out, shown=str(out), advice=_another()) as partial:
        try:
            if out.suffix.lower() in GEOJSON:
                _write_geojson(degrees, partial)
            else:
                degrees.to_parquet(partial, index=False, compression="zstd")
        except (pyogrio.errors.DataSourceError, pyogrio.errors.FieldError) as error:
            raise OSError(str(error)) from error


def _write_geojson(table: gpd.GeoDataFrame, path: Path) -> None:
    pyogrio.write_dataframe(
        table,
        path,
        driver="GeoJSON",
        geometry_type="MultiPolygon",
        layer_options={
            "RFC7946": "YES",
            "COORDINATE_PRECISION": str(DEGREE_DECIMALS),
            "WRITE_NAME": "NO",
        },
    )


def _another() -> str:
    return _("name another file with -o")
