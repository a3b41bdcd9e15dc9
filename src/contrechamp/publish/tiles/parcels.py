"""What is handed to whoever works on a tile, and what comes back: GeoParquet and plain arrays."""

import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.measure.tiles.one import TileFigures, measure_tile
from contrechamp.measure.tiles.plan import Setting, nothing_else
from contrechamp.publish.tiles.store import store_at
from contrechamp.scene.tables import Scene

#: Tables of a scene that a tile has.
TABLES: Final = ("cameras", "buildings", "streets", "screens")


@dataclass(frozen=True)
class Job:
    """One tile, for whoever works on it.

    Args:
        store: where its parcel lies, and its figures go.
        run: digest of what is asked; stands in the figures, so that no other run takes them.
        tile: name.
        digests: table -> SHA-256 of its GeoParquet.
        setting: of all tiles.
        limits: of its cameras by their models (`Scene.limits`).
    """

    store: str
    run: str
    tile: str
    digests: Mapping[str, str]
    setting: Setting
    limits: Mapping[str, NDArray[np.float64]]


def parcel_name(tile: str, table: str) -> str:
    """Return the name of a table of a tile in the store."""
    return f"parcels/{tile}.{table}.parquet"


def figures_name(tile: str) -> str:
    """Return the name of the figures of a tile in the store."""
    return f"figures/{tile}.npz"


def pieces_name(tile: str) -> str:
    """Return the name of the streets of a tile in the store, each piece with what is in view."""
    return f"streets/{tile}.parquet"


def parcel(scene: Scene) -> dict[str, bytes]:
    """Return the tables of a tile as GeoParquet."""
    return {name: _parquet(getattr(scene, name)) for name in TABLES}


def work(job: Job) -> str:
    """Measure a tile, from the store to the store; return its name.

    Raises:
        InputError: if its parcel is not what was put there.
    """
    store = store_at(job.store)
    tables = {}
    for name in TABLES:
        where = parcel_name(job.tile, name)
        content = store.read(where)
        if content is None or hashlib.sha256(content).hexdigest() != job.digests[name]:
            raise InputError(
                _("it is not what this run put there; begin the run again"), where=where
            )
        tables[name] = gpd.read_parquet(io.BytesIO(content))
    crs = tables["streets"].crs
    scene = Scene(crs=crs, **tables, **nothing_else(crs), limits=dict(job.limits))
    figures, pieces = measure_tile(scene, job.setting)
    store.write(pieces_name(job.tile), _parquet(pieces.to_crs(4326)))
    # Last, because a tile counts as done once they are there.
    store.write(figures_name(job.tile), packed(figures, job.run))
    return job.tile


def packed(figures: TileFigures, run: str) -> bytes:
    """Return the figures of a tile as arrays of NumPy, with the digest of what was asked."""
    content = io.BytesIO()
    arrays: dict[str, Any] = {
        one.name: np.asarray(getattr(figures, one.name)) for one in fields(TileFigures)
    }
    np.savez(content, run=np.frombuffer(run.encode(), np.uint8), **arrays)
    return content.getvalue()


def unpacked(content: bytes, run: str, setting: Setting) -> TileFigures | None:
    """Return the figures of a tile; None if they are damaged, or of another run.

    Args:
        content: of `packed`.
        run: digest of what is asked.
        setting: of all tiles; the figures must have its shape.
    """
    levels, n_other = len(setting.levels), len(setting.alternatives.priors)
    other = (n_other, setting.span_draws, levels)
    shapes: dict[str, tuple[int, ...]] = {
        "walkable_m": (), "near_walkable_m": (),
        "seen_m": (setting.draws, levels), "near_seen_m": (setting.draws, levels),
        "alternatives_m": other, "near_alternatives_m": other,
        "known": (levels,), "weight": (levels,),
    }  # fmt: skip
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            if arrays["run"].tobytes() != run.encode():
                return None
            found: dict[str, Any] = {name: arrays[name] for name in shapes}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    for name, shape in shapes.items():
        value = found[name]
        if value.shape != shape or value.dtype != np.float64 or not np.isfinite(value).all():
            return None
        found[name] = value if shape else float(value)
    return TileFigures(**found)


def _parquet(table: gpd.GeoDataFrame) -> bytes:
    sink = pa.BufferOutputStream()
    table.to_parquet(sink, index=False)
    return bytes(sink.getvalue())
