"""Reading GeoJSON, GeoPackage and GeoParquet: cells and shapes, in WGS 84."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
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
from contrechamp.scene.camera_fields import KNOWN_NAMES
from contrechamp.scene.columns import WGS84
from contrechamp.scene.gpkg_aliases import column_aliases
from contrechamp.scene.input_files import MAX_UNPACKED_BYTES, OpenedFile
from contrechamp.scene.table_rows import Rows, check_cells
from contrechamp.scene.tables import Notice

#: shapely's number for MultiPoint.
_MULTIPOINT = 4


def read_geojson(opened: OpenedFile) -> list[Rows]:
    """Read a FeatureCollection, or a single feature.

    Raises:
        InputError: if the file is damaged, or has no features with shapes.
    """
    return [_rows(*_geojson(opened), opened.name)]


def read_parquet(opened: OpenedFile) -> list[Rows]:
    """Read a table with shapes, in whatever coordinate system it names.

    Raises:
        InputError: if the file is damaged, or has no shapes.
    """
    return [_rows(*_plain(_parquet(opened), opened.name), opened.name)]


def read_geopackage(opened: OpenedFile) -> list[Rows]:
    """Read every layer that has shapes, each in its own coordinate system; the others are told.

    A layer without rows says nothing. Columns whose name means nothing here go by their alias, if
    that is a name of ours.

    Raises:
        InputError: if the file is damaged, or has no layer with shapes.
    """
    found: list[Rows] = []
    others: list[str] = []
    aliases = column_aliases(opened.content)
    for layer, kind in _layers(opened):
        if kind is None:
            others.append(layer)
            continue
        where = f"{opened.name}: {layer}"
        rows = _rows(*_plain(_layer(opened, layer), where), where)
        if len(rows):
            found.append(_by_alias(rows, aliases.get(layer, {})))
    if len(found) == 1:
        found = [replace(found[0], file=opened.name)]
    if not found:
        raise InputError(_("it has no layer with shapes and rows"), where=opened.name)
    if others:
        told = _("layers without shapes are not read: {names}").format(names=", ".join(others))
        found[0].notices.append(Notice("not-read", opened.name, told))
    return found


def _rows(frame: pd.DataFrame, shapes: np.ndarray, where: str) -> Rows:
    names = [str(name).strip().lower() for name in frame.columns]
    check_header(names, where)
    frame.columns = pd.Index(names)
    labels = np.arange(1, len(frame) + 1, dtype=np.int64)
    return Rows(where, labels, frame, _single_points(shapely.force_2d(shapes)))


def _single_points(shapes: np.ndarray) -> np.ndarray:
    """Return shapes with each collection of one point as that point: apps draw those too."""
    alone = (shapely.get_type_id(shapes) == _MULTIPOINT) & (shapely.get_num_geometries(shapes) == 1)
    if not alone.any():
        return shapes
    single = shapes.copy()
    single[alone] = shapely.get_geometry(shapes[alone], 0)
    return single


def _by_alias(rows: Rows, aliases: Mapping[str, str]) -> Rows:
    taken = set(rows.columns)
    new = {
        name: alias
        for name in rows.columns
        if name not in KNOWN_NAMES
        and (alias := aliases.get(name, "")) in KNOWN_NAMES
        and alias not in taken
    }
    if len(set(new.values())) < len(new) or not new:
        return rows
    told = [
        Notice(
            "column-read-as",
            rows.file,
            _("the column {name} is read by its alias {alias}").format(name=name, alias=alias),
        )
        for name, alias in new.items()
    ]
    return replace(
        rows,
        frame=rows.frame.rename(columns=new),
        notices=[*rows.notices, *told],
        renamed={alias: name for name, alias in new.items()},
    )


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
        single = document.get("type") == "Feature"
        features = [document] if single else document["features"]
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


def _layers(opened: OpenedFile) -> list[tuple[str, str | None]]:
    try:
        return [(str(name), kind) for name, kind in pyogrio.list_layers(BytesIO(opened.content))]
    except (pyogrio.errors.DataSourceError, ValueError) as error:
        raise unreadable(opened.name, form="GeoPackage") from error


def _layer(opened: OpenedFile, layer: str) -> Any:
    try:
        return pyogrio.read_dataframe(BytesIO(opened.content), layer=layer)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as error:
        raise unreadable(f"{opened.name}: {layer}", form="GeoPackage") from error


def _parquet(opened: OpenedFile) -> gpd.GeoDataFrame:
    try:
        groups = pyarrow.parquet.ParquetFile(BytesIO(opened.content)).metadata
        size = sum(groups.row_group(i).total_byte_size for i in range(groups.num_row_groups))
        if size > MAX_UNPACKED_BYTES:
            raise too_large(opened.name, MAX_UNPACKED_BYTES, _("cut out a smaller area"))
        return gpd.read_parquet(BytesIO(opened.content))
    except MemoryError:  # of Arrow, which counts it among its own
        raise
    except shapely.errors.GEOSException as error:
        if "bad_alloc" in str(error):
            raise MemoryError from error
        raise unreadable(opened.name, form="GeoParquet") from error
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
