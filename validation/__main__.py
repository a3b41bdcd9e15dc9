"""Measure many simulated towns, and write how often the truth was held into the documentation."""

import argparse
import math
import os
from pathlib import Path

from validation.coverage import Coverage, coverage
from validation.findings import Row, rows
from validation.truth import SHIFTS

PAGE = Path(__file__).parent.parent / "docs" / "explanation" / "uncertainty.md"
START, END = "<!-- made by make validate -->", "<!-- end -->"
START_FINDINGS = "<!-- findings, made by make validate -->"
WORLDS, WORLDS_OF_FINDINGS = 1000, 200


def table(found: Coverage) -> str:
    """Return the table of the documentation: shares of worlds in which the truth was held."""
    rows = [
        f"{found.n:,} towns; shares in which the truth was held:\n",
        "| the towns are | *in view*: interval | interval or span | *recognition*: interval "
        "| interval or span |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for i, name in enumerate(SHIFTS):
        cells = [
            f"{100.0 * share[i, level]:.1f} %"
            for level in (0, 1)
            for share in (found.interval, found.span)
        ]
        rows.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


def _share(value: float) -> str:
    return "–" if math.isnan(value) else f"{100 * value:.0f} %"


def findings_table(found: list[Row], shapes: dict[str, dict[str, int]], n: int) -> str:
    """Return the table of the estimators of findings, and that of shapes."""
    lines = [
        f"{n:,} worlds of each:\n",
        "| of what | bias | standard deviation | truth held | difference seen | not told |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        *(
            f"| {one.name} | {one.bias:.2g} | {one.spread:.2g} | {100 * one.held:.1f} % | "
            f"{_share(one.seen)} | {one.cannot} |"
            for one in found
        ),
        "\n| the rate is | told as |",
        "| --- | --- |",
    ]
    for name, told in shapes.items():
        most = sorted(told.items(), key=lambda one: -one[1])
        cells = ", ".join(f"{word} {100 * count / n:.0f} %" for word, count in most)
        lines.append(f"| {name} | {cells} |")
    return "\n".join(lines) + "\n"


def written(made: str, start: str) -> None:
    """Put a table between its marks on the page."""
    before, _start, rest = PAGE.read_text().partition(start)
    _old, _end, after = rest.partition(END)
    PAGE.write_text(f"{before}{start}\n\n{made}\n{END}{after}")


def main() -> None:
    """Run the worlds and write the tables between their marks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, help="fewer, to try it: the page stays as it is")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", choices=("towns", "findings"))
    options = parser.parse_args()
    whole = options.worlds is None
    if options.only != "findings":
        made = table(coverage(options.worlds or WORLDS, processes=options.processes))
        print(made)
        if whole:
            written(made, START)
    if options.only != "towns":
        n = options.worlds or WORLDS_OF_FINDINGS
        made = findings_table(*rows(n, processes=options.processes), n)
        print(made)
        if whole:
            written(made, START_FINDINGS)


if __name__ == "__main__":
    main()
