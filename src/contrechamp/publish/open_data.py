"""The layers for maps and analysis: GeoJSON (RFC 7946) and GeoParquet of the same rows."""

import re
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from contrechamp.measure.results import Measurement
from contrechamp.publish.files import PIECES_PARQUET
from contrechamp.scene.tables import Scene

#: 10^-7 degrees are about a centimetre (RFC 7946, section 11.2, calls six enough for most uses).
DEGREE_DECIMALS = 7
DECIMALS = 4

OSM_ATTRIBUTION = "© OpenStreetMap contributors"
OSM_LICENCE = "Open Database License (ODbL) 1.0"

#: XML and JSON readers stumble over these; a name has no use for them.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def is_from_osm(scene: Scene) -> bool:
    """Return whether any input came from OpenStreetMap."""
    return any(
        "osm" in file.format.lower()
        or "odbl" in file.licence.lower()
        or "openstreetmap" in file.licence.lower()
        for file in scene.inputs
    )


def write_layers(measurement: Measurement, scene: Scene, folder: Path) -> None:
    """Write the cameras, streets and visible regions to `folder`, in longitude and latitude."""
    description = f"{OSM_ATTRIBUTION}, {OSM_LICENCE}" if is_from_osm(scene) else ""
    layers = {
        "cameras": camera_layer(measurement, scene),
        "streets": measurement.streets,
        "seen": measurement.regions,
    }
    for name, table in layers.items():
        write_layer(table, folder, name, description)
    _write_parquet(_published(measurement.pieces), folder / PIECES_PARQUET)


def write_layer(table: gpd.GeoDataFrame, folder: Path, name: str, description: str = "") -> None:
    """Write a table as GeoJSON and as GeoParquet, in longitude and latitude.

    Args:
        table: with a coordinate system.
        folder: where.
        name: of both files, without ending.
        description: stands in the GeoJSON; "" for none.
    """
    published = _published(table)
    _write_geojson(published, folder / f"{name}.geojson", description)
    _write_parquet(published, folder / f"{name}.parquet")


def camera_layer(measurement: Measurement, scene: Scene) -> gpd.GeoDataFrame:
    """Return what is mapped and what was measured of every camera, at the place that was used."""
    mapped = scene.cameras.drop(columns=scene.cameras.geometry.name)
    return gpd.GeoDataFrame(
        pd.concat([mapped, measurement.cameras.drop(columns="id")], axis=1),
        geometry=measurement.cameras.geometry.name,
        crs=measurement.cameras.crs or scene.crs,
    )


def _published(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return `table` in WGS 84 with exterior rings counter-clockwise and numbers rounded."""
    degrees = table.reset_index(drop=True).to_crs(4326)
    degrees = degrees.set_geometry(
        gpd.GeoSeries(
            shapely.orient_polygons(degrees.geometry.to_numpy()), crs=degrees.crs
        ).set_precision(10.0**-DEGREE_DECIMALS),
    )
    for column in degrees.columns.drop(degrees.geometry.name):
        values = degrees[column]
        if pd.api.types.is_float_dtype(values):
            degrees[column] = values.astype("float64").round(DECIMALS) + 0.0  # never "-0"
        elif not pd.api.types.is_numeric_dtype(values):
            degrees[column] = values.map(_clean, na_action="ignore")
    return degrees


def _clean(value: object) -> object:
    return _CONTROL.sub("�", value) if isinstance(value, str) else value


def _write_geojson(table: gpd.GeoDataFrame, path: Path, description: str) -> None:
    options = {"DESCRIPTION": description} if description else {}
    pyogrio.write_dataframe(
        table,
        path,
        driver="GeoJSON",
        geometry_type=None if len(table) else "Unknown",
        layer_options={
            "RFC7946": "YES",
            "COORDINATE_PRECISION": str(DEGREE_DECIMALS),
            "WRITE_NAME": "NO",
            **options,
        },
    )


def _write_parquet(table: gpd.GeoDataFrame, path: Path) -> None:
    table.to_parquet(path, index=False, compression="zstd", write_covering_bbox=False)
