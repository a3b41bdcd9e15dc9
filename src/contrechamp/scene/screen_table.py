"""Reading what stands free and hides among the rows of a table: walls, hedges, fences, gates."""

from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.base.i18n import _
from contrechamp.scene.columns import kept_rows, table
from contrechamp.scene.polygon_table import POLYGONS, ids_or_rows
from contrechamp.scene.screen_fields import GATE, HIGHEST_M, RETAINING_WALL, SCREENS, WIDEST_M
from contrechamp.scene.screen_tags import GATE_M, fills_area, hides_share, screen, told_of_held
from contrechamp.scene.source_tables import SourceTables
from contrechamp.scene.table_rows import (
    YES_NO,
    Rows,
    Texts,
    between,
    refuse_off_earth,
    settle,
    understood,
)
from contrechamp.scene.tables import SCREEN_COLUMNS, Notice

Mask = NDArray[np.bool_]
Shapes = NDArray[np.object_]

#: The column by which a row is told for a screen; it is that of barriers (`barrier_table`).
BARRIER: Final = "barrier"
#: Columns that are read as the tags of OpenStreetMap with these names.
_TAGS = ("wall", "fence_type", "material", "locked", "area")
#: shapely's numbers for Point, and for LineString and LinearRing.
_POINT, _LINES = 0, (1, 2)


def told_screens(rows: Rows) -> Mask:
    """Return which rows say what screen they are; they do not count as used yet."""
    used = set(rows.used_columns)
    found = np.array([bool(screen({BARRIER: text.lower()})) for text in rows.texts(BARRIER)], bool)
    rows.used_columns = used
    return found


def screens_of(rows: Rows, *, skip_bad_rows: bool) -> SourceTables:
    """Check rows of screens that are no barriers to people, such as hedges, and return them.

    Raises:
        InputError: at bad rows that are not to be skipped.
    """
    rows.used_columns.update((BARRIER, "source"))
    kinds = shapely.get_type_id(rows.shapes)
    good = np.isin(kinds, (*_LINES, *POLYGONS)) | _one_line(rows.shapes)
    rows.refuse(~good, "geometry", _("expected a line or an area with longitude and latitude"))
    refuse_off_earth(rows, good)
    found = screens_among(rows, rows.texts(BARRIER), ids_or_rows(rows))
    notices = settle(rows, skip=skip_bad_rows)
    kept = rows.good()
    return SourceTables(
        screens=kept_rows(found, kept),
        notices=notices,
        counts={"rows_left_out": int((~kept).sum())},
        understood=understood(rows, rows, {BARRIER: BARRIER}),
    )


def screens_among(rows: Rows, words: Texts, ids: Texts) -> gpd.GeoDataFrame:
    """Return a screen for each row, checked; of rows that are none, one that hides nothing.

    Bad cells are marked (`Rows.refuse`), for the caller to settle.

    Args:
        rows: of a table.
        words: (n,) of the column `BARRIER`, as it stands in the file.
        ids: (n,) of the rows.
    """
    expected = _("expected metres, from 0 to {most}")
    height = rows.numbers("height_m", between(0.0, HIGHEST_M), expected.format(most=HIGHEST_M))
    bottom = rows.numbers("min_height_m", between(0.0, HIGHEST_M), expected.format(most=HIGHEST_M))
    width = rows.numbers("width_m", between(0.0, WIDEST_M), expected.format(most=WIDEST_M))
    bottom = np.where(np.isnan(bottom), 0.0, bottom)
    with np.errstate(invalid="ignore"):
        rows.refuse(bottom >= height, "height_m", _("expected the top above min_height_m"))
    see_through = rows.one_of("transparent", YES_NO, _("expected yes or no"))
    cells = {tag: rows.texts(tag) for tag in _TAGS if tag in rows.frame}
    kinds, hides, area = [], np.zeros(len(rows)), np.zeros(len(rows), bool)
    held = 0
    for row, word in enumerate(words):
        said = {tag: str(texts[row]) for tag, texts in cells.items() if texts[row]}
        tags = {**said, BARRIER: str(word).lower()}
        kind = screen(tags)
        kinds.append(kind or next(iter(SCREENS)))
        area[row] = fills_area(tags, relation=True)
        if kind:
            told = {"yes": 0.0, "no": 1.0}.get(str(see_through[row]))
            hides[row] = hides_share(kind, tags) if told is None else told
        if kind == RETAINING_WALL:
            held += not np.isnan(height[row])
            height[row] = np.nan
    if held:
        rows.notices.append(Notice("height-not-used", rows.file, told_of_held(held)))
    usual = np.array([GATE_M if kind == GATE else SCREENS[kind].width_m for kind in kinds])
    data = {
        "id": ids,
        "kind": kinds,
        "height_m": height,
        "min_height_m": bottom,
        "width_m": np.where(width > 0.0, width, usual),
        "hides_share": hides,
        "source": rows.sources(),
    }
    return table(SCREEN_COLUMNS, data, _shapes(rows.shapes, area))


def stands(screens: gpd.GeoDataFrame, there: Mask) -> Mask:
    """Return which of the rows of `screens_among` are screens: lines, areas, and gates.

    Args:
        screens: of `screens_among`.
        there: (n,) which rows say that they are.
    """
    point = shapely.get_type_id(screens.geometry.to_numpy()) == _POINT
    found: Mask = there & (~point | (screens["kind"].to_numpy(str) == GATE))
    return found


def _one_line(shapes: Shapes) -> Mask:
    several = np.isin(shapely.get_type_id(shapes), (5, 6))
    one: Mask = several & (shapely.get_num_geometries(shapes) == 1)
    return one


def _shapes(shapes: Shapes, area: Mask) -> Shapes:
    """Return the shapes of screens: of an area the outline, unless it is the screen itself."""
    made = shapes.copy()
    single = _one_line(made)
    made[single] = shapely.get_geometry(made[single], 0)
    kinds = shapely.get_type_id(made)
    outline = np.isin(kinds, POLYGONS[:1]) & ~area
    made[outline] = shapely.get_exterior_ring(made[outline])
    fitting = np.isin(shapely.get_type_id(made), (_POINT, *_LINES, *POLYGONS))
    made[~fitting] = shapely.Point(0.0, 0.0)  # their rows are refused, or no screens
    return made
