"""The report: one HTML file that opens from a disk and makes no network request."""

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from importlib.resources import files as package_files
from itertools import pairwise
from typing import Any

from contrechamp import __version__
from contrechamp.base.i18n import _, direction_of
from contrechamp.base.templates import environment
from contrechamp.measure.results import Measurement
from contrechamp.publish import findings, methods, places, summary, without_streets
from contrechamp.publish.command import as_typed
from contrechamp.publish.map_data import CLASSES, map_data, map_frame
from contrechamp.publish.numbers import Numbers
from contrechamp.publish.open_data import OSM_ATTRIBUTION, OSM_LICENCE, is_from_osm
from contrechamp.publish.static_map import static_map
from contrechamp.publish.table import ReportTable
from contrechamp.scene.tables import Scene
from contrechamp.wording.figures import certainty_labels
from contrechamp.wording.levels import level_label

_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)

#: The reading that the map opens with: means add up, and a piece that is in view in half of the
#: draws is shown as half, where its median would be all or nothing.
CERTAINTY = "mean"

STYLES = ("vendor/leaflet/leaflet.css", "templates/page.css", "templates/chart.css")
SCRIPTS = ("vendor/leaflet/leaflet.js", "templates/map.js")
LICENCE_OF_LEAFLET = "vendor/leaflet/LICENSE"


def index_html(
    measurement: Measurement, scene: Scene, *, command: Sequence[str], language: str
) -> bytes:
    """Return the report.

    Scripts and styles are part of the page and allowed by their digests alone; nothing else may
    load or run. All text from the inputs is escaped.

    Args:
        measurement: what was measured.
        scene: what it was measured on.
        command: repeats it; without folders.
        language: code of the language, already active.
    """
    numbers = Numbers(language)
    data = map_data(measurement, scene, map_frame(measurement, scene), numbers)
    styles = "\n".join(_packaged(name) for name in STYLES)
    scripts = [_packaged(name) for name in SCRIPTS]
    tables, charts = _sections(measurement, scene, numbers)
    html = (
        environment("contrechamp.publish")
        .get_template("page.html.jinja")
        .render(
            language=language,
            direction=direction_of(language),
            policy=content_policy(scripts, [styles]),
            styles=styles,
            scripts=scripts,
            map_json=json_in_html(data),
            drawing=static_map(data, measurement.levels[0].name, CERTAINTY),
            data=data,
            has_streets=without_streets.has_streets(measurement),
            open_ground=without_streets.open_ground(measurement),
            headline=summary.headline(scene, numbers),
            sentences=summary.sentences(measurement, scene, numbers),
            limits=methods.limits(measurement),
            assumed_note=findings.assumed_note(measurement, numbers),
            geometry=methods.geometry_paragraphs(
                open_ground=bool(measurement.methods.get("open_ground")),
                screens="screens_within_reach" in measurement.methods,
                relief="relief" in measurement.methods,
            ),
            levels=[
                (level.name, level_label(level.name), findings.level_meaning(level, numbers))
                for level in measurement.levels
            ],
            certainties=certainty_labels(),
            certainty=CERTAINTY,
            classes=_class_labels(numbers),
            warnings=measurement.warnings,
            tables=tables,
            charts=charts,
            inputs=scene.inputs,
            attribution=OSM_ATTRIBUTION if is_from_osm(scene) else "",
            licence=OSM_LICENCE,
            leaflet_licence=_packaged(LICENCE_OF_LEAFLET).strip(),
            command=as_typed(command),
            version=__version__,
        )
    )
    return html.encode()


def _sections(
    measurement: Measurement, scene: Scene, numbers: Numbers
) -> tuple[dict[str, list[ReportTable]], dict[str, Any]]:
    def filled(*candidates: ReportTable | None) -> list[ReportTable]:
        return [table for table in candidates if table is not None and table.rows]

    tables = {
        "totals": findings.total_tables(measurement, numbers),
        "groups": findings.group_tables(measurement, scene, numbers),
        "areas": filled(without_streets.area_table(measurement, numbers, _area_names(scene))),
        "drivers": filled(findings.drivers_table(measurement, numbers)),
        "visits": filled(places.visit_table(measurement, scene, numbers)),
        "streets": filled(places.streets_table(measurement, numbers)),
        "walks": places.walks_tables(measurement, numbers),
        "tracks": places.tracks_tables(measurement, scene, numbers),
        "levels": filled(findings.levels_table(measurement, numbers)),
        "priors": filled(methods.priors_table(measurement, numbers)),
        "facts": filled(methods.facts_table(measurement, scene, numbers)),
        "inputs": filled(methods.inputs_table(scene, numbers)),
        "same": filled(methods.same_cameras_table(scene, numbers)),
        "notice_counts": filled(methods.notice_counts(scene, numbers)),
        "notices": filled(methods.notices_table(scene, numbers)),
        "files": filled(methods.files_table()),
    }
    charts = {
        "totals": findings.totals_chart(measurement, numbers),
        "scenarios": findings.scenario_chart(measurement, numbers),
        "drivers": findings.drivers_chart(measurement, numbers),
        "walks": places.walks_chart(measurement, numbers),
    }
    return tables, charts


def _area_names(scene: Scene) -> dict[str, str]:
    ids, names = scene.areas["id"].astype(str), scene.areas["name"].astype(str)
    return dict(zip(ids, names, strict=True))


def _class_labels(numbers: Numbers) -> list[str]:
    first, *ends = (*CLASSES, 100)
    return [
        _("not in view"),
        _("up to {high}").format(high=numbers.percent(first / 100)),
        *(
            _("{low} to {high}").format(low=numbers.plain(low), high=numbers.percent(high / 100))
            for low, high in pairwise((first, *ends))
        ),
    ]


def without_scripts(template: str, css: str, language: str, **values: Any) -> bytes:
    """Return a page that has no script, and loads nothing; whatever came from inputs is escaped.

    Args:
        template: name of the page's template.
        css: name of the styles that it has beside those of all pages.
        language: code of the language, already active.
        values: what the template shows.
    """
    package = package_files("contrechamp.publish")
    names = (*STYLES[1:], f"templates/{css}")
    styles = "\n".join((package / name).read_text(encoding="utf-8") for name in names)
    html = (
        environment("contrechamp.publish")
        .get_template(template)
        .render(
            language=language,
            direction=direction_of(language),
            policy=content_policy([], [styles]),
            styles=styles,
            version=__version__,
            **values,
        )
    )
    return html.encode()


def content_policy(scripts: Sequence[str], styles: Sequence[str]) -> str:
    """Return the content security policy that allows these texts and nothing else."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src " + (" ".join(map(_digest, scripts)) or "'none'"),
            "style-src " + " ".join(_digest(text) for text in styles),
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def json_in_html(value: Any) -> str:
    r"""Return `value` as JSON that cannot end the HTML element around it.

    >>> json_in_html("</script>")
    '"\\u003c/script\\u003e"'
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _packaged(name: str) -> str:
    """Return a text of this package as it stands in the page.

    Line ends are those that a browser hashes; a reference to a source map would make developer
    tools ask for a missing file.
    """
    text = (package_files("contrechamp.publish") / name).read_text(encoding="utf-8")
    return _SOURCE_MAP.sub("", text.replace("\r\n", "\n"))
