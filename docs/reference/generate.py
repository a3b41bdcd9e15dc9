"""Write the reference pages that are made from the code: ``make figures``.

Each function in `PAGES` returns one of them; tests/docs compares them with what is written. Of pages
that are written by hand, tables between two comments are made.
"""

import html
import json
from collections.abc import Mapping
from pathlib import Path

import click
import numpy as np

from contrechamp.base.i18n import activate, available_languages, language_name
from contrechamp.cli.app import application
from contrechamp.dossier.formats.write import json_lines
from contrechamp.dossier.formats.write.scene_tables import COLUMNS
from contrechamp.dossier.records.field_types import Record
from contrechamp.dossier.records.kinds import KINDS as RECORD_KINDS
from contrechamp.dossier.records.schema import Shape, members
from contrechamp.dossier.sample import sample_texts
from contrechamp.dossier.shipped import assessments, rights
from contrechamp.measure.draws import values_drawn
from contrechamp.measure.priors import BOUNDS, KINDS, Aimed, ByDensity, Row, default
from contrechamp.measure.stage import FREE_STANDING
from contrechamp.measure.trips import GOALS
from contrechamp.publish.access.writing import access_schema
from contrechamp.publish.figures import figures_schema
from contrechamp.publish.verify_page import building
from contrechamp.redact import kinds as masked_kinds
from contrechamp.scene.barrier_fields import FIELDS as BARRIER_FIELDS
from contrechamp.scene.barrier_fields import OCHA
from contrechamp.scene.camera_fields import FIELDS
from contrechamp.scene.camera_table import LAT, LON
from contrechamp.scene.service_names import service_label
from contrechamp.scene.services import SERVICES
from contrechamp.scene.table_fields import TableField
from contrechamp.wording.masking import kind_label
from contrechamp.wording.standing import flag_labels

HERE = Path(__file__).parent
WIDTH = 92

COMMANDS = """# Commands

Made from the commands themselves (`make figures`), which print the same with `--help`. Every command
speaks {languages} (`--lang`, or `CONTRECHAMP_LANG`, `LC_ALL`, `LC_MESSAGES`, `LANG`), shows
progress on a terminal only, and writes its result aside before it is renamed into place. Figures go
to standard output, notices and errors to standard error. What `--json` prints is in
[files](files.md#what-json-prints).

## Exit status

| status | what happened |
| --- | --- |
| 0 | done |
| 1 | a check was carried out and failed (`verify`, `mask`) |
| 2 | wrong use, bad input, output that cannot be written, or an error of ours; a message on standard error says what to do, and nothing is overwritten |
| 130, 143 | stopped by Ctrl-C, or by a signal; nothing half-written is left behind |
"""

PRIORS = """# Priors

What is assumed where the map says nothing. Made from the code (`make figures`); each report repeats
the rows that it used. Between the quantiles values are interpolated; below the first decile and above
the last one the outermost value is held, so that nothing is drawn that the source does not give.
"""

LENS = """
`focal_mm` stands for the lens: the horizontal field of view follows from it by a vendor's chart for
1/2.7" sensors (2.8 mm 114°, 3.6 mm 94°, 4 mm 81°, 6 mm 56°, 8 mm 42°, 12 mm 28°), because real wide
lenses are not rectilinear. Longer lenses follow the pinhole formula that meets the chart at its end.
The vertical field of view (`vfov_deg`) is 9/16 of the horizontal one: a picture of 16:9.

A building without a height takes one of the heights of the 20 nearest buildings that have one; the
row `building_height_m` is used only where fewer than five heights are known in all of the input.

`tilt_deg`: a camera is aimed at what it is to see. The distance that it is aimed at is drawn, on a logarithmic
scale, between those at which its own lens and resolution give 250 and 25 pixels per metre, and is never less
than 2 m; it looks down (or up) from its height to 1 m above the ground at that distance. The deciles are those
of a fixed camera of which nothing is mapped. Cameras that turn cover every tilt.

`range_m`: nothing counts as in view where the picture has fewer than 12.5 pixels per metre (or than the
least demanding level of `--levels`, if that is less), at the slant distance, and nothing beyond 100 m. The latter is a bound
of the calculation and no property of cameras: its cost grows with the square of it, and what lies beyond the edge of an
extract has no houses. A field of view that is mapped without a resolution is the range of directions that a
camera covers, and no lens: there the view ends at 100 m.

`kind`: if at least 20 outdoor cameras of the same input have a kind, and some of them are fixed, it is their
shares that are drawn from. (Where nobody mapped a fixed camera, mappers wrote down what strikes the eye: in central
Helsinki 34 cameras that turn, 6 domes, and 181 without a kind.)

## What may be otherwise

For these three no source is good enough for an interval to rest on. Each figure has its *span* beside the
interval: the least and the greatest median of all combinations of

| assumed | less | more |
| --- | --- | --- |
| `kind` | no camera of unknown kind turns | half of those taken as fixed turn as well |
| `range_m` | views end at 50 m, about what infrared lamps light up by night | 6.25 pixels per metre, and 300 m |
| `tilt_deg` | aimed at the nearer half of the distances | aimed at the farther half |

What is mapped, or given with `--priors`, has no alternative, and is not in the span.
"""

LIMITS = """
A value out of these bounds is refused, as a slip of the pen:

| unknown | from | to | unit |
| --- | --- | --- | --- |
"""

PRIORS_FILE = """
## Your own: `--priors FILE.toml`

A section is named after the unknown, with the kind of camera behind a point where it holds for that
kind only. `source` must be given: it stands in the report.

```toml
[height_m]                       # every camera whose height is not mapped
quantiles = [[0.1, 2.5], [0.5, 3.5], [0.9, 6.0]]   # [probability, value] pairs
scale = "log"                    # between the pairs: "linear" (default) or "log"
source = "own survey of 40 cameras, May 2026"

[focal_mm.dome]                  # only domes; also .fixed, .panning
value = 2.8                      # one value for all of them
source = "data sheet of the model that the city bought"

[kind]                           # cameras whose kind is not mapped: probabilities, sum 1
fixed = 0.7
dome = 0.3
source = "count on the high street"
```
"""


def _help(app: click.Group, name: str | None = None) -> str:
    """Return what ``contrechamp [name] --help`` prints on a terminal of `WIDTH` columns."""
    settings = {"terminal_width": WIDTH, "max_content_width": WIDTH}
    names = app.context_settings["help_option_names"]
    context = click.Context(app, info_name="contrechamp", help_option_names=names, **settings)
    if name is not None:
        context = click.Context(app.commands[name], parent=context, info_name=name, **settings)
    return context.get_help().rstrip() + "\n"


def commands() -> str:
    """Return the page of commands, in English."""
    activate("en")
    app = application()
    helps = {"contrechamp": _help(app)}
    helps |= {f"contrechamp {name}": _help(app, name) for name in app.commands}
    parts = (f"\n## {title}\n\n```text\n{text}```\n" for title, text in helps.items())
    *others, last = (language_name(code, "en") for code in available_languages())
    languages = f"{', '.join(others)} and {last}"
    return "".join((COMMANDS.format(languages=languages), *parts))


def _row(row: Row) -> str:
    applies = ", ".join(row.kinds) if row.kinds else "buildings"
    if set(row.kinds) == set(KINDS):
        applies = "every camera"
    if isinstance(row, Aimed | ByDensity):
        kind = "fixed"
        drawn = np.quantile(values_drawn(row.unknown, kind, default(), 1.6), [0.1, 0.5, 0.9])
        values = " / ".join(f"{value:.2g}" if value < 99.5 else f"{value:.0f}" for value in drawn)
        return f"| `{row.unknown}` | {applies} | {values} | see below | {row.source} |\n"
    p10, p50, p90 = (f"{float(row.at(p)):g}" for p in (0.1, 0.5, 0.9))
    values = p50 if row.fixed else f"{p10} / {p50} / {p90}"
    scale = "held" if row.fixed else row.scale
    return f"| `{row.unknown}` | {applies} | {values} | {scale} | {row.source} |\n"


def priors() -> str:
    """Return the page of priors, in English."""
    activate("en")
    table, bounds = default(), BOUNDS.items()
    shares = ", ".join(f"{kind} {share:g}" for kind, share in table.kind_shares.items())
    return "".join(
        (
            PRIORS,
            "\n| unknown | applies to | first decile / median / last decile | scale | source |\n",
            "| --- | --- | --- | --- | --- |\n",
            *(_row(row) for row in table.rows),
            f"| `kind` | cameras whose kind is not mapped | {shares} | | {table.kind_source} |\n",
            "| `heading_deg` | fixed cameras | uniform over the directions that the mount leaves "
            "free | | a camera on a wall does not look into the wall |\n",
            "| `place` | cameras that may hang on several walls | drawn inside a house: each outer side, by "
            "each metre of wall over the square of its distance; looking into their wall: half on it, half on "
            "another side or free | | our choice: nothing is published on how far from its wall a camera is mapped |\n",
            "| lens, resolution | cameras of a [known model](model-table.md) | between both ends of its data "
            "sheet | log | our choice: nothing is published on how lenses that zoom are set |\n",
            LENS,
            PRIORS_FILE,
            LIMITS,
            *(f"| `{u}` | {low:g} | {high:g} | {unit} |\n" for u, (low, high, unit) in bounds),
        )
    )


def access_schema_page() -> str:
    """Return the JSON Schema of access.json."""
    return access_schema().decode()


def schema() -> str:
    """Return the JSON Schema of figures.json, to be read beside its page."""
    return figures_schema().decode()


RECORDS = """# Records

Made from the code (`make figures`). A record is of a kind, has an id of 16 hexadecimal digits, and versions: nothing is
overwritten, each version is an entry of the [log](case-folder.md#the-log). Its form is edited with
`contrechamp edit`, its words are found with `contrechamp find` ([search](search.md)), and `contrechamp show` says how it stands.
As JSON Lines (`show --json`, `import`) a line has `id`, `kind`, `version`, `at`, `standing` and `fields`, and
`closed_left_out` where something closed was left out; its JSON Schema is [records.schema.json](records.schema.json).

- A **reference** is `record/` or `item/` and an id; a passage of a testimony is `record/<id>#<key>`.
- A **date** is as far as it is known: `2022`, `2022-05`, `2022-05-14`, then `~` for about or `?` for perhaps. Where it decides
  something, it counts for the person concerned: a consent given in `2022-05` holds from the last day of May on, one that ends in `2022-05` ends on its first.
- A **number** is exact, and text in JSON: `"3.5"`.
- What is **closed** is shown with `--closed` only, is not found by words and not exported. A passage with `closed` set is closed as a whole.
- Fields in **bold** must be given.

## What must hold

Every rule is checked before a record is written, and for a whole batch at once: all of it is written, or nothing.

- A reference points to what is there, of a kind that fits; a passage that is cited stays. What is erased stays cited by those who cited it,
  and shows there as erased; nothing new can cite it.
- A person is an actor in a public role only.
- A consent is narrowed only to what the same source said or gave; *shared* says with whom.
- A review is by a second person: not by the member who wrote that version. Another version needs another review.
- A release is of the newest version, of what stands, and of a publication only if consent covers every use; otherwise it is refused with the list.

## How a record stands

Computed whenever it is shown, of what is cited and what is said of that, and for a day: `status --on DATE` counts letters, consents and challenges as of that day.

| code | what it says |
| --- | --- |
"""


def _holds(shape: Shape) -> str:
    """Return what a field holds, in a few words."""
    if shape.holds == "list" and shape.inner is not None:
        return f"list of {_holds(shape.inner)}"
    if shape.holds == "object" and shape.cls is not None:
        return f"[{shape.cls.__name__}](#{shape.cls.__name__.lower()})"
    if shape.holds == "choice":
        return ", ".join(f"`{choice}`" for choice in shape.choices)
    if shape.refers_to is not None:
        return "reference: " + ", ".join(shape.refers_to.kinds)
    if shape.holds == "flag":
        return "true or false"
    if shape.holds in {"whole", "number"}:
        return {"whole": "whole number", "number": "number"}[shape.holds]
    return shape.form.name if shape.form is not None else "text"


def _fields(cls: type, *, common: bool = False) -> str:
    rows = ["| field | holds | what it is |", "| --- | --- | --- |"]
    for member in members(cls):
        if member.name in COMMON and not common:
            continue
        name = f"**`{member.name}`**" if member.shape.required else f"`{member.name}`"
        closed = " (closed)" if member.shape.closed else ""
        rows.append(
            f"| {name} | {_holds(member.shape)}{closed} | {html.escape(member.help, quote=False)} |"
        )
    return "\n".join(rows) + "\n"


def _rests(cls: type) -> str:
    """Return a sentence on the evidence that a kind or part needs; "" where none is decided."""
    fields = getattr(cls, "rests_on", None)
    if fields is None:
        return ""
    names = " or ".join(f"`{name}`" for name in fields)
    return f" Needs evidence: {names}." if fields else " Needs no evidence of its own."


#: Fields of every record.
COMMON = tuple(member.name for member in members(Record))


def _parts_of(cls: type, found: dict[str, type]) -> dict[str, type]:
    for member in members(cls):
        shape = member.shape.inner or member.shape
        if shape.cls is not None and shape.cls.__name__ not in found:
            found[shape.cls.__name__] = shape.cls
            _parts_of(shape.cls, found)
    return found


def records() -> str:
    """Return the page of records: rules, kinds and their fields, rights, assessments."""
    activate("en")
    parts: dict[str, type] = {}
    page = [RECORDS]
    page += [f"| `{code}` | {says} |\n" for code, says in flag_labels().items()]
    page.append(
        f"\n## Kinds\n\nBeside its own fields every record has:\n\n{_fields(Record, common=True)}"
    )
    for kind, cls in RECORD_KINDS.items():
        page.append(f"\n### {kind}\n\n{cls.__doc__}{_rests(cls)}\n\n{_fields(cls)}")
        _parts_of(cls, parts)
    page.append("\n## Parts of records\n")
    for name, cls in sorted(parts.items()):
        page.append(f"\n### {name}\n\n{cls.__doc__}{_rests(cls)}\n\n{_fields(cls, common=True)}")
    page.append(RIGHTS)
    page.append(
        "| instrument | authentic texts | official texts, not authentic |\n| --- | --- | --- |\n"
    )
    instruments = {right.short: right for right in rights.catalogue().values()}
    for short, one in instruments.items():
        deciding, beside = (", ".join(texts) or "-" for texts in (one.authentic, one.official))
        page.append(f"| {short} | {deciding} | {beside} |\n")
    page.append("\n| key | article | about | names |\n| --- | --- | --- | --- |\n")
    for right in rights.catalogue().values():
        languages = ", ".join(sorted(right.names))
        heading = right.heading.get("en", "")
        about = f"*{heading}*" if heading else right.subject.get("en", "")
        page.append(f"| `{right.key}` | {right.short}, {right.article} | {about} | {languages} |\n")
    page.append(ASSESSMENTS)
    for template in assessments.templates().values():
        page.append(
            f"\n### {template.key}\n\n{template.name['en']}. From: {template.based_on}.\n\n"
        )
        page += [f"- `{one.key}`: {one.text['en']}\n" for one in template.questions]
    return "".join(page)


RIGHTS = """
## Rights

The catalogue that `rights` of a finding names. An article's heading is official where it is in *italics*; other words are ours. The
last column has the languages in which the catalogue has the name of the instrument; of the others none was made sure of. Which texts decide:

"""

ASSESSMENTS = """
## Assessments

Structured questions in our own words, in English and French; no official forms. `contrechamp status` lists those without an answer,
and answers that rest on nothing.
"""


def records_schema() -> str:
    """Return the JSON Schema of a line of JSON Lines."""
    return json.dumps(json_lines.schema(), indent=1, ensure_ascii=False) + "\n"


SAMPLE_REFERENCES = """# References of the sample case

Made from the data of the [sample case](../how-to/sample-case.md) (`make figures`). What each source says
stands here in our own words; how much of it was read is said too. A record of the case cites a source
through its exhibit. Errors are ours: correct `references.toml` and say what you read.
"""


def sample_references() -> str:
    """Return the page of the public sources that the sample case rests on."""
    page = [SAMPLE_REFERENCES]
    for one in sample_texts.references():
        when = one.date or "no date"
        page.append(f"\n## {one.key}\n\n{one.publisher}, *{one.title}*, {when}.\n<{one.address}>, ")
        page.append(f"consulted on {one.consulted}.\n\n{one.says['en']}\n\n{one.read['en']}\n")
    return "".join(page)


CAMERA_TABLE = """# Camera table

Made from the specification of the fields (`scene.camera_fields`, by `make figures`), which readers, records, the
survey form and exports follow too.

One row a camera: CSV or XLSX, or points in GeoJSON (columns as properties), GeoPackage, GeoParquet or KML (`ExtendedData`); also
[photos and waypoints](../how-to/own-survey.md#what-else-goes-in). Names of columns are matched without regard to case. Names that others use are read where all cells of the column fit, and
told: `type` (`kind`), `height`, `direction`, `heading`, `azimuth` or `bearing`, `tilt`, `fov` or `hfov`, `vfov`, `range`, `manufacturer` or `brand`, `camera_id` or `cam_id` (`id`), `installation_date` (`first_seen`), in the
unit of our column. Cameras that a column `status`, `state`, `active` or `operational` calls off, removed or planned are left out and told, where each of its cells is a word for that or for being in use;
else the column is not used. A cell may repeat or name its unit (`3 m`, `12 ft`, `6'2"`, `15°`, `1920 px`), have digits of any script and a decimal comma; where thousands may
be parted (`range_m`, `width_px`, `population`), `1,200` that can be two numbers is decided by the other cells of the column, or refused. Columns that are not used are listed. `contrechamp check` shows what became of each. All but the position may be empty; what is empty is drawn
from the [priors](priors.md).

A file whose columns are tags of OpenStreetMap (`man_made`, `camera:type`, ..., as Overpass Turbo exports them) is read by
its tags, [as below](#from-openstreetmap): features that are no cameras are left out and counted. Columns of ours in it count before its tags.

"""

#: What a column takes beside what the specification says of the field.
COLUMN_NOTES = {
    "id": "In GeoJSON the feature's own `id` will do. A table without any takes file and row (`survey.csv:2`); one that has some must have all.",
    "mount": "A camera within a metre of a wall is taken as hanging there, unless it is on a {free}.",
    "heading_deg": "Also below 0, names (`N`, `NNE`, `west`), and ranges clockwise: `90-180` looks to "
    "135 with a field of view of 90; `270-90` crosses north, `0-360` is all round. A list (`90;270`) is as many cameras on "
    "one mast, `id#1` and `id#2`.",
    "heading_north": "See [below](#from-a-compass).",
    "model": "What is known of it is said in a [table of models](model-table.md).",
    "by_model": "`measure` writes it.",
    "hfov_deg": "Goes before the width of a range.",
    "first_seen": "Kept as it is written.",
    "last_seen": "Kept as it is written.",
}

CAMERA_TABLE_USE = """
A row that cannot be read stops the run with `file:row: column: what is wrong`; `--skip-bad-rows`
leaves such rows out. [Survey your own streets](../how-to/own-survey.md) shows what that looks like.

## From a compass

A compass points to magnetic north, which lies off true north by the *declination*: by 5° to the east in Jerusalem, 12° to the
west in New York, more in the far north. Directions with `magnetic` in `heading_north` are turned to true north when they are read, each where its
camera hangs and for the day in `last_seen`, else in `first_seen` (of a month or year the middle), and everything that comes out is from true north:
figures, map, open data (where `heading_north` is then `true`), osmChange. A notice says how many directions of a file were turned, by how much, by
which model and for which days. A case keeps what was read from the compass, and which north that is from.

The declination is that of the World Magnetic Model (NOAA and the British Geological Survey; WMM2010, WMM2015v2, WMM2020, WMM2025, whichever is for
the day), at sea level. NOAA states its error (one standard deviation) for WMM2025 as √(0.26² + (5417 / H)²) degrees, where H is the horizontal
intensity of the field in nanotesla: 0.3° at the equator, 0.4° in central Europe and New York, 0.8° on Svalbard, more near the magnetic poles. It is not in the intervals. It
leaves out what is near: a phone beside a steel pole, a car or a tram line shows something else. Days before 2010 and after 2029 have no model here, and
where the horizontal intensity is below 2,000 nT a compass tells nothing: such rows are refused, with what to do. `--declination DEG` (east positive)
is taken in place of the model, for all cameras, and needs no days.

Many phones show true north once they know where they are: see the settings of the app. OpenStreetMap's directions are from true north.

## From a case

`contrechamp export-records CASE --as cameras -o FOLDER` writes the cameras of a case as `cameras.geojson`, its areas as `areas.geojson`, and the data
sheets of its products as `models.csv`:
`contrechamp measure FOLDER/cameras.geojson buildings.osm.pbf --areas FOLDER/areas.geojson -o OUT`. (`cameras.csv` holds the same rows for a
spreadsheet; give one of the two.) `id` is what the camera was called where it was read from, if that is said once, or else the id of its record;
`operator_class` follows from the kind of actor; `source` names record and version, and says SAMPLE of what is made up. A record has no word for
{unrecorded}. From Python: `camera_rows` and `area_features` of `contrechamp.dossier.formats.write.scene_tables`.

## From OpenStreetMap

Objects tagged `man_made=surveillance`, but for those whose `surveillance:type` is `guard`,
`gunshot_detector`, `acoustic`, `wifi`, `bluetooth` or `drone` alone, and for what is no longer there or in use, or not yet
(`disused=yes`, `abandoned=yes`, `removed:man_made=surveillance`, ...), which is counted. Plate readers (`ALPR`) are cameras.
`id` is the object, `node/123`. A camera that is drawn as a line or an area hangs at a point of it, and is told. Objects that JOSM has
marked as deleted are left out; files of changes and histories are refused.

"""

#: How a tag's odd values are read, where more is to be said than the specification does.
TAG_NOTES = {
    "kind": "`revolving=yes` is panning, where it says nothing that can be read; `panorama`, `fisheye` and `360` are fixed, with a "
    "field of view of 360",
    "mount": "as it is, in lower case",
    "heading_deg": "`0` and `N` are true north. Names (`NNE`, `west`, `northeast`, `NB`), `45°`, ranges (`90-180`, `270 to 90`: the "
    "width is the field of view; `0-360` and `360-0` are all round), lists (`90;270`, `90,180`: two cameras on one mast, `node/123#1` "
    "and `#2`; an entry that cannot be read is left out and told). `22,5` has a decimal comma, `90,18` is not clear and told. `forward`, "
    "`backward` and `both` are along the way that the node lies on, if it is a single one",
    "indoor": "`surveillance=indoor`, `indoor=yes` (or `room`, ...), `location=underground`, `tunnel=yes`, a `level` or `layer` "
    "below 0. `surveillance=public;indoor` says both: each is drawn in half of the draws",
    "operator_class": "`surveillance=public` says what is looked at, not who looks: it tells nothing here",
}

CAMERA_TAGS = """
A tag that cannot be read is taken as not known, counted, and listed as a notice with its object; it never
stops a run. Tags of cameras (`camera:*`, `surveillance*`) that nothing uses are listed once a file, with how many cameras have each.
"""


def _column(one: TableField, notes: Mapping[str, str] = COLUMN_NOTES) -> str:
    """Return the row of a column of a table; by default that of cameras."""
    holds = {"line": "text", "date": "ISO date", "flag": "`yes`, `no`"}.get(one.holds, "")
    if one.holds == "choice":
        holds = ", ".join(f"`{word}`" for word in one.words)
    elif one.is_number:
        holds = one.measured_in
        if one.holds == "whole":
            holds += ", a whole number"
        low = f"more than {one.low:g}, up to" if one.low_excluded else f"{one.low:g} to"
        holds += f", {low} {one.high:.15g}"
    more = [one.help]
    also = [f"`{word}` ({meant})" for word, meant in one.choices.items() if word != meant]
    if also:
        more.append(f"Also read: {', '.join(also)}.")
    if one.name in notes:
        *free, last = (f"`{mount}`" for mount in FREE_STANDING)
        more.append(notes[one.name].format(free=f"{', '.join(free)} or {last}"))
    told = " ".join(more).replace("|", "\\|")
    return f"| `{one.name}` | {holds} | {told} |\n"


def _tags(one: TableField) -> str:
    """Return the row of the tags that a field is read from."""
    notes = [TAG_NOTES[one.name]] if one.name in TAG_NOTES else []
    if one.holds == "choice":
        notes.insert(0, ", ".join(f"`{word}`" for word in one.choices if word != "unknown"))
    if one.is_number and one.unit == "m":
        notes.append("`4`, `3,5 m`, `12 ft`, `5'`, `6'2\"`")
    if any(tag.sign < 0 for tag in one.tags):
        notes.append(
            ", ".join(f"`{t.key}` is {'negative' if t.sign < 0 else 'positive'}" for t in one.tags)
            + f" where `{one.name}` is positive"
        )
    keys = ", else ".join(f"`{tag.key}`" for tag in one.tags)
    written = "yes" if one.to_osm or one.name in WRITTEN_TOO else ""
    return f"| {keys} | `{one.name}` | {written} | {'; '.join(notes)} |\n"


#: Tags that exports to OpenStreetMap write though they are no plain copy of the field.
WRITTEN_TOO = ("operator", "make", "model", "last_seen")


def camera_table() -> str:
    """Return the page of the camera table: columns, and tags that they are read from."""
    activate("en")
    place = (
        "| `lon`, `lat` | degrees, WGS 84 | Where the camera is, as well as you can tell. "
        f"{', '.join(f'`{name}`' for name in (*LON[1:], *LAT[1:]))} are read too, and degrees "
        "with minutes and a letter (`60°10'12\"N`, `E 24 56.4`). (Where a row has a "
        "geometry, that counts.) |\n"
    )
    identity, *columns = map(_column, FIELDS)
    without = [f"`{one.name}`" for one in FIELDS if not one.recorded and one.name not in COLUMNS]
    return "".join(
        (
            CAMERA_TABLE,
            "| column | unit or values | what it means |\n| --- | --- | --- |\n",
            identity,
            place,
            *columns,
            CAMERA_TABLE_USE.format(unrecorded=" and ".join(without)),
            "| tag | column | written too | how odd values are read |\n| --- | --- | --- | --- |\n",
            *(_tags(one) for one in FIELDS if one.tags),
            CAMERA_TAGS,
        )
    )


BARRIER_TABLE = """# Barrier table

Made from the specification of the fields (`scene.barrier_fields`, by `make figures`), which readers, records, the
survey form and exports follow too.

One row a barrier, a point or a line: GeoJSON, GeoPackage or GeoParquet, or CSV and XLSX with `lon` and `lat`, or with `wkt` for lines. **The column `barrier` makes a
row one of a barrier**; rows without it are what they would be otherwise, cameras among them. An area counts by its outline. All but place and kind may be empty;
[what is then assumed](../how-to/through-barriers.md#what-is-assumed) is drawn, and told.

"""

#: What a column takes beside what the specification says of the field.
BARRIER_NOTES = {
    "id": "A row without one goes by its file and number.",
    "permits": "`all` and `none` are words of the column; empty means everyone in the hours that are given, and not known where none are.",
    "hours": "Of all who may pass and have no hours of their own. An hour is what its middle is; what differs between months counts as not known, and holidays as any other day.",
    "wait_most_minutes": "One passage in twenty is taken to last longer.",
    "first_seen": "Kept as it is written.",
    "last_seen": "Kept as it is written.",
}

BARRIER_TABLE_USE = """
`contrechamp export-records CASE --as cameras -o FOLDER` writes the barriers of a case as `barriers.geojson`: groups that may pass by their permits, hours from the days and times of
the record. Where a record says of some group that it is unclear whether it may pass, nothing is said. Barriers without a position or a course are counted, not written.

## What hides: walls, hedges, fences, gates

Rows with `barrier` of `wall`, `city_wall`, `retaining_wall`, `hedge`, `fence`, `noise_barrier`, or of a gate, also stand between cameras and streets
([how](../explanation/geometry.md#what-stands-free)). Hedges, retaining walls and noise barriers keep nobody from passing; they are in no count of barriers. A line is as thick as
`width_m`; a polygon is the outline of what a wall runs round, but for a hedge, a city wall, or with `area` = yes: there it is the thing itself. A gate that is a point takes its width out of the
wall, hedge or fence that it lies in.

| column | unit or values | what it means |
| --- | --- | --- |
| `height_m` | metres, 0 to 200 | Top above the ground. Empty: drawn by kind ([priors](priors.md)). Of a retaining wall it is not used: the table of notices says so. |
| `min_height_m` | metres, 0 to 200 | Bottom above the ground; empty: it stands on it. |
| `width_m` | metres, 0 to 1000 | How thick it is; of a gate, how wide the opening. |
| `transparent` | yes, no | Whether one sees through. Empty: by `fence_type`, `material` and `locked`, read as the tags of OpenStreetMap; where they say nothing of a fence, it hides in half of the draws, and so does a closed gate; one whose state is not known in a quarter. |

## How OCHA counts

The kinds are those of OCHA's closure surveys (*Movement and Access in the West Bank*, September 2024), and what maps have beside them. It counts:

"""

BARRIER_TAGS = """
The wall itself it gives by its length. Fences, turnstiles and barriers to vehicles only are none of its obstacles.

## From OpenStreetMap

`barrier=*` as in the first row of the table; `military=checkpoint` and `amenity=checkpoint` are checkpoints; a gate with `locked=yes` is usually closed. `foot` counts before `access`:
`yes`, `designated`, `permissive`, `destination`, `official` and `customers` let everyone pass, `private`, `permit`, `military`, `delivery`, `residents` and `employees` are permits of that name, what else bars
people on foot bars everyone. A condition (`access:conditional=yes @ (Mo-Fr 08:00-16:00)`) counts before both. `opening_hours` are the hours. A tag that cannot be read is not known, and told. A gate or
checkpoint of the map stands in the way where it is a point of the way; beside a street it is that of a garden.

## Public places

A row with the column `service` is a public place that people walk to: {services}. They are read from OpenStreetMap, too. Homes of others and places where people work are no goals.
"""


def barrier_table() -> str:
    """Return the page of the barrier table: columns, OCHA's classes, tags, public places."""
    activate("en")
    identity, kind, *columns = BARRIER_FIELDS
    place = "| `lon`, `lat`, or a shape | degrees, WGS 84 | Where the barrier stands, as a point or a line. |\n"
    counted = (
        f"- {name}: {', '.join(f'`{kind}`' for kind in kinds)}\n" for name, kinds in OCHA.items()
    )
    services = ", ".join(f"`{one.kind}`" for one in SERVICES)
    rows = [_column(one, BARRIER_NOTES) for one in (identity, kind, *columns)]
    rows[1] = rows[1].replace("| `kind` |", "| `barrier` |", 1)
    return "".join(
        (
            BARRIER_TABLE,
            "| column | unit or values | what it means |\n| --- | --- | --- |\n",
            *(rows[0], place, *rows[1:]),
            BARRIER_TABLE_USE,
            *counted,
            BARRIER_TAGS.format(services=services),
        )
    )


def _with_part(page: str, name: str, part: str) -> str:
    """Return a page that is written by hand, with the part between two comments made anew."""
    before, begin, rest = (
        (HERE / page).read_text().partition(f"<!-- {name}: made by generate.py -->\n")
    )
    _old, end, after = rest.partition("<!-- end -->\n")
    return "".join((before, begin, "\n", part, "\n", end, after))


def files() -> str:
    """Return the page of files with the table of services."""
    activate("en")
    rows = ["| service | tags | walks to |\n| --- | --- | --- |\n"]
    for one in SERVICES:
        tags = ", ".join(f"`{key}={value}`" for key, value in one.tags)
        goal = f"`{one.goal}`" if one.goal else ""
        rows.append(f"| {service_label(one.kind)} | {tags} | {goal} |\n")
    return _with_part("files.md", "services", "".join(rows))


def figures() -> str:
    """Return the page of figures with the table of what walks go to."""
    activate("en")
    rows = ["| service | what will do |\n| --- | --- |\n"]
    rows += [f"| `{goal}` | {', '.join(map(service_label, ks))} |\n" for goal, ks in GOALS.items()]
    return _with_part("figures.md", "goals", "".join(rows))


def masking_documents() -> str:
    """Return the page of what masking removes, with the table of all kinds that it takes."""
    activate("en")
    rows = ["| kind | what is taken | usual endings | copy |\n| --- | --- | --- | --- |\n"]
    for one in masked_kinds.ALL:
        way = f", by way of {one.by_way_of}" if one.by_way_of else ""
        tool = " (LibreOffice)" if one.needs_office else ""
        names = " ".join(one.names)
        rows.append(
            f"| {kind_label(one.kind)} | {one.format} | {names} | {one.suffix[1:].upper()}{way}{tool} |\n"
        )
    return _with_part("masking-documents.md", "kinds", "".join(rows))


def verify_page() -> str:
    """Return the page that checks bundles, published apart from any bundle."""
    return building.page().decode()


def verify_digest() -> str:
    """Return its digest, as sha256sum reads it."""
    return f"{building.digest()}  {building.NAME}\n"


PAGES = {
    "masking-documents.md": masking_documents,
    "camera-table.md": camera_table,
    "barrier-table.md": barrier_table,
    "access.schema.json": access_schema_page,
    "files.md": files,
    "figures.md": figures,
    "cli.md": commands,
    "priors.md": priors,
    "figures.schema.json": schema,
    "records.md": records,
    "records.schema.json": records_schema,
    "sample-references.md": sample_references,
    "verify.html": verify_page,
    "verify.html.sha256": verify_digest,
}


def main() -> None:
    """Write every page into this folder."""
    for name, page in PAGES.items():
        (HERE / name).write_text(page())


if __name__ == "__main__":
    main()
