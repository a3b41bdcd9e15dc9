"""What the data sheets of their models say of cameras: values filled in, and limits of others."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from contrechamp.base.i18n import _, ngettext
from contrechamp.scene.camera_fields import BY_NAME
from contrechamp.scene.foreign_file import opened_file
from contrechamp.scene.input_files import MAX_UNPACKED_BYTES
from contrechamp.scene.map_cell import MapReader, given_or_opened
from contrechamp.scene.model_names import ModelName
from contrechamp.scene.model_spans import Span
from contrechamp.scene.model_table import CameraModel
from contrechamp.scene.tables import Notice, Scene

F8 = NDArray[np.float64]

#: Columns of cameras that a value of their model fills.
FILLED = ("hfov_deg", "vfov_deg", "width_px")
#: What may be limited where the model gives no single value.
LIMITED = ("focal_mm", *FILLED)
#: A mapped number may differ from the data sheet by this share: sheets are rounded.
TOLERANCE = 0.05


def scene_with_models(
    scene: Scene, table: Path, *, skip_bad_rows: bool = False, cell: MapReader | None = None
) -> Scene:
    """Return a scene whose cameras have what a table of models says of theirs.

    What is mapped of a camera counts before its model. A name that may be of several models is
    used for none.

    Args:
        scene: as it was read.
        table: CSV (`model_table`).
        skip_bad_rows: leave out rows of the table that cannot be read.
        cell: reads the table; by default, one that is opened for it.

    Raises:
        InputError: if the table cannot be used.
    """
    taken = [entry.name for entry in scene.inputs]
    with given_or_opened(cell) as reads, opened_file(table, taken, MAX_UNPACKED_BYTES) as file:
        entry, models, notices = file.read_models(reads, skip_bad_rows=skip_bad_rows)
    filling = _Filling(scene.cameras)
    uses = _use(scene.cameras, models, filling)
    counts = {
        "cameras_with_a_model": int((scene.cameras["model"] != "").sum()),
        "cameras_by_their_model": uses.found.total(),
        "cameras_model_not_found": uses.missing.total(),
        "cameras_model_not_clear": uses.unclear.total(),
    }
    return replace(
        scene,
        cameras=filling.cameras(),
        limits=filling.limits(),
        notices=(*scene.notices, *notices, *_told(uses, models, entry.name), *filling.notices),
        inputs=(*scene.inputs, entry),
        counts={**scene.counts, **{name: n for name, n in counts.items() if n}},
    )


@dataclass
class _Uses:
    """How many cameras there are of each model, by name; where it was found, by name and row."""

    found: Counter[tuple[str, str]] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    unclear: Counter[str] = field(default_factory=Counter)
    may_be: dict[str, str] = field(default_factory=dict)


class _Filling:
    """Cameras whose gaps are being filled.

    Args:
        table: of the cameras.
    """

    def __init__(self, table: gpd.GeoDataFrame) -> None:
        self._table = table
        self._kind = table["kind"].to_numpy(object).copy()
        self._values = {name: table[name].to_numpy(np.float64).copy() for name in FILLED}
        self._by_model = table["by_model"].to_numpy(object).copy()
        self._limits = {name: np.full((len(table), 2), np.nan) for name in LIMITED}
        self.notices: list[Notice] = []

    def fill(self, row: int, model: CameraModel) -> None:
        """Give a camera what its model has and it lacks; note what contradicts the model."""
        filled, against = [], []
        if model.kind and self._kind[row] == "unknown":
            self._kind[row] = model.kind
            filled.append("kind")
        elif model.kind and self._kind[row] != model.kind:
            against.append("kind")
        for name in FILLED:
            span, value = model.spans.get(name), float(self._values[name][row])
            if span is None:
                continue
            if not np.isnan(value):
                against += [] if _fits(value, span) else [name]
            elif span[0] == span[1]:
                self._values[name][row] = span[0]
                filled.append(name)
            else:
                self._limits[name][row] = span
        focal = model.spans.get("focal_mm")
        if focal and "hfov_deg" not in model.spans and np.isnan(self._values["hfov_deg"][row]):
            self._limits["focal_mm"][row] = focal
        self._by_model[row] = ",".join(filter(None, (self._by_model[row], *filled)))
        if against:
            text = _("its {what} is not what its model has ({model}): kept as mapped").format(
                what=", ".join(_(BY_NAME[name].label) for name in against), model=model.name
            )
            where = str(self._table["source"].iloc[row])
            self.notices.append(Notice("model-contradicted", where, text))

    def cameras(self) -> gpd.GeoDataFrame:
        """Return the table with what was filled in; ``by_model`` names it."""
        texts = {"kind": self._kind.astype(str), "by_model": self._by_model.astype(str)}
        return self._table.assign(**self._values, **texts)

    def limits(self) -> Mapping[str, F8]:
        """Return what the models leave open, as `Scene.limits`."""
        return {name: ends for name, ends in self._limits.items() if not np.isnan(ends).all()}


def _fits(value: float, span: Span) -> bool:
    return span[0] * (1.0 - TOLERANCE) <= value <= span[1] * (1.0 + TOLERANCE)


def _use(cameras: gpd.GeoDataFrame, models: Sequence[CameraModel], filling: _Filling) -> _Uses:
    by_key: dict[str, list[CameraModel]] = defaultdict(list)
    for model in models:
        for key in model.name.keys:
            by_key[key].append(model)
    uses = _Uses()
    names = zip(cameras["make"].to_numpy(str), cameras["model"].to_numpy(str), strict=True)
    for row, (make, model_name) in enumerate(names):
        name = ModelName(str(make), str(model_name))
        if not name.keys:
            continue
        near = {model.where: model for key in name.keys for model in by_key.get(key, ())}
        fitting = [near[where] for where in sorted(near) if name.may_be(near[where].name)]
        if len(fitting) == 1:
            uses.found[str(fitting[0].name), fitting[0].where] += 1
            filling.fill(row, fitting[0])
        elif fitting:
            uses.unclear[str(name)] += 1
            uses.may_be[str(name)] = ", ".join(f"{one.name} ({one.where})" for one in fitting)
        else:
            uses.missing[str(name)] += 1
    return uses


def _told(uses: _Uses, models: Sequence[CameraModel], file: str) -> list[Notice]:
    lit = {model.where for model in models if "ir_range_m" in model.spans}
    notices = []
    for (name, where), count in sorted(uses.found.items()):
        used = ngettext("{model}: used for {count} camera", "{model}: used for {count} cameras",
                        count).format(model=name, count=count)  # fmt: skip
        if where in lit:
            used = _("{used}; the reach of its infrared light is not: figures are by day").format(
                used=used
            )
        notices.append(Notice("model-used", where, used))
    for name, count in sorted(uses.missing.items()):
        text = ngettext(
            "{model}: not in the table, and {count} camera is one",
            "{model}: not in the table, and {count} cameras are one",
            count,
        ).format(model=name, count=count)
        notices.append(Notice("model-not-found", file, text))
    for name, several in sorted(uses.may_be.items()):
        text = _("{model} may be each of {several}: used for none").format(
            model=name, several=several
        )
        notices.append(Notice("model-not-clear", file, text))
    return notices
