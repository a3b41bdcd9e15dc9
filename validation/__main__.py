"""Measure many simulated towns, and write how often the truth was held into the documentation."""

import argparse
import os
from pathlib import Path

from validation.coverage import Coverage, coverage
from validation.truth import SHIFTS

PAGE = Path(__file__).parent.parent / "docs" / "explanation" / "uncertainty.md"
START, END = "<!-- made by make validate -->", "<!-- end -->"
WORLDS = 1000


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


def main() -> None:
    """Run the worlds and write the table between its marks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=WORLDS)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    made = table(coverage(options.worlds, processes=options.processes))
    print(made)
    if options.worlds == WORLDS:
        before, _start, rest = PAGE.read_text().partition(START)
        _old, _end, after = rest.partition(END)
        PAGE.write_text(f"{before}{START}\n\n{made}\n{END}{after}")


if __name__ == "__main__":
    main()
