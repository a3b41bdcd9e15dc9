"""Write the reference pages that are made from the code: ``make figures``.

``commands()`` and ``priors()`` return the pages; tests/docs compares them with what is written.
"""

from pathlib import Path

import click

from contrechamp.base.i18n import activate
from contrechamp.cli.app import application
from contrechamp.measure.priors import KINDS, Quantiles, default

HERE = Path(__file__).parent
WIDTH = 92

COMMANDS = """# Commands

Made from the commands themselves (`make figures`), which print the same with `--help`. Every command
speaks English and French (`--lang`, or `CONTRECHAMP_LANG`, `LC_ALL`, `LC_MESSAGES`, `LANG`), shows
progress on a terminal only, and writes its result aside before it is renamed into place.

## Exit status

| status | what happened |
| --- | --- |
| 0 | done |
| 1 | a check was carried out and failed |
| 2 | wrong use, bad input, or output that cannot be written; one line on standard error says what to do, and nothing is overwritten |
| 130, 143 | stopped by Ctrl-C, or by a signal; nothing half-written is left behind |
"""

PRIORS = """# Priors

What is assumed where the map says nothing. Made from the code (`make figures`); each report repeats
the rows that it used. Between the quantiles values are interpolated; below the first decile and above
the last one the outermost value is held, so that nothing is drawn that the source does not give.
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


def _help(command: click.Command, *names: str) -> str:
    context = None
    for name in names:
        context = click.Context(
            command, info_name=name, parent=context, terminal_width=WIDTH, max_content_width=WIDTH
        )
        context.help_option_names = ["-h", "--help"]
    assert context is not None
    return context.get_help().rstrip() + "\n"


def commands() -> str:
    """Return the page of commands, in English."""
    activate("en")
    app = application()
    page = [COMMANDS, f"\n## contrechamp\n\n```text\n{_help(app, 'contrechamp')}```\n"]
    for name, command in app.commands.items():
        text = _help(command, "contrechamp", name)
        page.append(f"\n## contrechamp {name}\n\n```text\n{text}```\n")
    return "".join(page)


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
    table = default()
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
            "\n`focal_mm` stands for the lens: the horizontal field of view follows from it by a "
            "vendor's chart for 1/2.7\" sensors (2.8 mm 114°, 3.6 mm 94°, 4 mm 81°, 6 mm 56°, "
            "8 mm 42°,\n12 mm 28°), because real wide lenses are not rectilinear; the vertical one "
            "by the picture's ratio of\n16:9. A building without a height takes one of the heights "
            "of the buildings around it.\n",
            PRIORS_FILE,
        )
    )


PAGES = {"cli.md": commands, "priors.md": priors}


def main() -> None:
    """Write every page into this folder."""
    for name, page in PAGES.items():
        (HERE / name).write_text(page())


if __name__ == "__main__":
    main()
