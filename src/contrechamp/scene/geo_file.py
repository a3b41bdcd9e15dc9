"""Reading GeoJSON, GeoPackage and GeoParquet: cells and shapes, in WGS 84."""

import json
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow
import pyarrow.dataset  # of which the reader of Parquet is made: else loaded only in the cell
import pyarrow.parquet
import pyogrio
import pyproj
import shapely
from pyproj.exceptions import CRSError

from contrechamp.base.csv_and_xlsx import check_header
from contrechamp.base.errors import InputError
from contrechamp.base.files import too_large, unreadable
from contrechamp.base.i18n import _
from contrechamp.scene.columns import WGS84
from contrechamp.scene.input_files import GEOJSON, MAX_UNPACKED_BYTES, PARQUET, OpenedFile
from contrechamp.scene.table_rows import Rows, check_cells


def read_geo(opened: OpenedFile) -> Rows:
    """Read a file of features.

    Raises:
        InputError: if the file is damaged, or has no features with shapes.
    """
    if opened.format == GEOJSON:
        frame, shapes = _geojson(opened)
    else:
        table = _parquet(opened) if opened.format == PARQUET else _geopackage(opened)
        frame, shapes = _plain(table, opened.name)
    names = [str(name).strip().lower() for name in frame.columns]
    check_header(names, opened.name)
    frame.columns = pd.Index(names)
    labels = np.arange(1, len(frame) + 1, dtype=np.int64)
    return Rows(opened.name, labels, frame, shapely.force_2d(shapes))


def _geojson(opened: OpenedFile) -> tuple[pd.DataFrame, np.ndarray]:
    def refuse(constant: str) -> float:
        raise ValueError(_("{constant} is not a number").format(constant=constant))

    try:
        document = json.loads(opened.content.decode("utf-8-sig"), parse_constant=refuse)
        if "elements" in document and "features" not in document:
            raise InputError(
                _(
                    "this is JSON as Overpass gives it; ask for XML instead ([out:xml]), or export "
                    "it as GeoJSON"
                ),
                where=opened.name,
            )
        _check_texts(opened.content, document)
        features = document["features"]
        crs = _old_crs(document)
        cells = [_cells(feature) for feature in features]
        texts = np.array(
            [json.dumps(feature.get("geometry")) for feature in features], dtype=object
        )
    except RecursionError as error:
        raise InputError(
            _("it is nested too deeply; expected a FeatureCollection"), where=opened.name
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError, CRSError) as error:
        reason = str(error) if isinstance(error, ValueError) else _("no features")
        raise InputError(
            _("expected a GeoJSON FeatureCollection ({reason})").format(reason=reason),
            where=opened.name,
        ) from error
    shapes = np.asarray(shapely.from_geojson(texts, on_invalid="ignore"), dtype=object)
    if crs is not None and crs != WGS84:
        shapes = gpd.GeoSeries(shapes, crs=crs).to_crs(WGS84).to_numpy()
    names = _names(cells)
    check_cells(len(names) * len(cells), opened.name)
    return pd.DataFrame(cells, columns=names, dtype=object), shapes


def _check_texts(content: bytes, document: Any) -> None:
    r"""Check that no text has halves of characters, which JSON can write as ``\ud800``.

    Raises:
        ValueError: if one has.
    """
    if b"\\ud" in content.lower():
        try:
            json.dumps(document, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            raise ValueError(_("a text in it is not Unicode")) from error


def _cells(feature: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties; if none of them is the id, that of the feature itself is added."""
    properties = dict(feature.get("properties") or {})
    if not any(name.strip().lower() == "id" for name in properties):
        properties["id"] = feature.get("id")
    return properties


def _names(cells: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the columns in the order of their first appearance."""
    return list(dict.fromkeys(name for row in cells for name in row)) or ["id"]


def _old_crs(document: Mapping[str, Any]) -> pyproj.CRS | None:
    """Return the coordinate system that GeoJSON from before RFC 7946 may name."""
    name = ((document.get("crs") or {}).get("properties") or {}).get("name")
    if name is None:
        return None
    crs = pyproj.CRS.from_user_input(name)
    return WGS84 if crs.to_authority() == ("OGC", "CRS84") else crs


def _geopackage(opened: OpenedFile) -> gpd.GeoDataFrame:
    try:
        layers = pyogrio.list_layers(BytesIO(opened.content))
        with_shapes = [name for name, kind in layers if kind is not None]
        if len(with_shapes) != 1:
            raise InputError(
                _("{count} layers with shapes; expected one").format(count=len(with_shapes)),
                where=opened.name,
            )
        return pyogrio.read_dataframe(BytesIO(opened.content), layer=with_shapes[0])
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as error:
        raise unreadable(opened.name, form="GeoPackage") from error


def _parquet(opened: OpenedFile) -> gpd.GeoDataFrame:
    try:
        groups = pyarrow.parquet.ParquetFile(BytesIO(opened.content)).metadata
        size = sum(groups.row_group(i).total_byte_size for i in range(groups.num_row_groups))
        if size > MAX_UNPACKED_BYTES:
            raise too_large(opened.name, MAX_UNPACKED_BYTES, _("cut out a smaller area"))
        return gpd.read_parquet(BytesIO(opened.content))
    except MemoryError:  # of Arrow, which counts it among its own
        raise
    except (pyarrow.ArrowException, ValueError, OSError, KeyError, TypeError) as error:
        raise unreadable(opened.name, form="GeoParquet") from error


def _plain(table: Any, file: str) -> tuple[pd.DataFrame, np.ndarray]:
    if not isinstance(table, gpd.GeoDataFrame):
        raise InputError(_("it has no geometry column"), where=file)
    if table.crs is None:
        raise InputError(
            _("it does not name its coordinate system; set one and save it again"), where=file
        )
    try:
        table = table.to_crs(WGS84)
    except (CRSError, ValueError) as error:
        raise InputError(_("its coordinate system cannot be used"), where=file) from error
    return pd.DataFrame(table.drop(columns=table.geometry.name)), table.geometry.to_numpy()
