"""Write the reference pages that are made from the code: ``make figures``.

Each function in `PAGES` returns one of them; tests/docs compares them with what is written.
"""

import html
import json
from pathlib import Path

import click

from contrechamp.base.i18n import activate
from contrechamp.cli.app import application
from contrechamp.dossier.formats.write import json_lines
from contrechamp.dossier.records.field_types import Record
from contrechamp.dossier.records.kinds import KINDS as RECORD_KINDS
from contrechamp.dossier.records.schema import Shape, members
from contrechamp.dossier.sample import sample_texts
from contrechamp.dossier.shipped import assessments, rights
from contrechamp.measure.priors import BOUNDS, KINDS, Quantiles, default
from contrechamp.publish.figures import figures_schema
from contrechamp.wording.standing import flag_labels

HERE = Path(__file__).parent
WIDTH = 92

COMMANDS = """# Commands

Made from the commands themselves (`make figures`), which print the same with `--help`. Every command
speaks English and French (`--lang`, or `CONTRECHAMP_LANG`, `LC_ALL`, `LC_MESSAGES`, `LANG`), shows
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

`range_m` is held at 100 m: a cap on the calculation, not a property of cameras. Lengths within view
grow with it. In the extract of central Helsinki the median length of street *in view* is 38.7 km
with 100 m, and 22.7 km with `[range_m] value = 50` (seed 1, 1,000 draws).
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
    return "".join((COMMANDS, *parts))


def _row(row: Quantiles) -> str:
    applies = ", ".join(row.kinds) if row.kinds else "buildings"
    if set(row.kinds) == set(KINDS):
        applies = "every camera"
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
            LENS,
            PRIORS_FILE,
            LIMITS,
            *(f"| `{u}` | {low:g} | {high:g} | {unit} |\n" for u, (low, high, unit) in bounds),
        )
    )


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
    if shape.what == "list" and shape.inner is not None:
        return f"list of {_holds(shape.inner)}"
    if shape.what == "object" and shape.cls is not None:
        return f"[{shape.cls.__name__}](#{shape.cls.__name__.lower()})"
    if shape.what == "choice":
        return ", ".join(f"`{choice}`" for choice in shape.choices)
    if shape.points is not None:
        return "reference: " + ", ".join(shape.points.kinds)
    if shape.what == "flag":
        return "true or false"
    if shape.what in {"whole", "number"}:
        return {"whole": "whole number", "number": "number"}[shape.what]
    return shape.form.name if shape.form is not None else "text"


def _fields(cls: type, *, common: bool = False) -> str:
    rows = ["| field | holds | what it is |", "| --- | --- | --- |"]
    for member in members(cls):
        if member.name in COMMON and not common:
            continue
        name = f"**`{member.name}`**" if member.shape.required else f"`{member.name}`"
        closed = " (closed)" if member.shape.closed else ""
        rows.append(
            f"| {name} | {_holds(member.shape)}{closed} | {html.escape(member.says, quote=False)} |"
        )
    return "\n".join(rows) + "\n"


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
        page.append(f"\n### {kind}\n\n{cls.__doc__}\n\n{_fields(cls)}")
        _parts_of(cls, parts)
    page.append("\n## Parts of records\n")
    for name, cls in sorted(parts.items()):
        page.append(f"\n### {name}\n\n{cls.__doc__}\n\n{_fields(cls, common=True)}")
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


PAGES = {
    "cli.md": commands,
    "priors.md": priors,
    "figures.schema.json": schema,
    "records.md": records,
    "records.schema.json": records_schema,
    "sample-references.md": sample_references,
}


def main() -> None:
    """Write every page into this folder."""
    for name, page in PAGES.items():
        (HERE / name).write_text(page())


if __name__ == "__main__":
    main()
