"""Write the reference pages that are made from the code: ``make figures``.

Each function in `PAGES` returns one of them; tests/docs compares them with what is written.
"""

from pathlib import Path

import click

from contrechamp.base.i18n import activate
from contrechamp.cli.app import application
from contrechamp.measure.priors import BOUNDS, KINDS, Quantiles, default
from contrechamp.publish.figures import figures_schema

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


PAGES = {"cli.md": commands, "priors.md": priors, "figures.schema.json": schema}


def main() -> None:
    """Write every page into this folder."""
    for name, page in PAGES.items():
        (HERE / name).write_text(page())


if __name__ == "__main__":
    main()
