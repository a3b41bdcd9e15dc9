"""``contrechamp graph``: who and what relates to what, for programs that draw networks."""

import functools
from pathlib import Path
from typing import Any

import click

from contrechamp.base.i18n import _
from contrechamp.cli.case_access import case_argument, reason_option
from contrechamp.cli.record_text import kind_option
from contrechamp.cli.records_leaving import leaving_options, let_out
from contrechamp.cli.secret_input import secret_options, secret_source


def command() -> click.Command:
    """Build the command in the active language."""
    return click.Command(
        "graph",
        callback=_graph,
        help=_(
            "Write the records of a case and how they refer to each other and to items to a new "
            "folder, unencrypted: graph.graphml, and the tables nodes.csv and edges.csv, for "
            "programs such as Gephi, Cytoscape or a spreadsheet. Each edge has the field that says "
            "it, dates and confidence; a relation between actors is also an edge of its own. As "
            "with export-records, what a source told or gave leaves only with --for or --team."
        ),
        epilog=_("Example: contrechamp graph checkpoint-north -o network"),
        params=[
            case_argument(),
            click.Option(
                ["-o", "--output"], metavar="FOLDER", required=True,
                type=click.Path(path_type=Path),
                help=_("Folder to make; it must not exist yet."),
            ),
            kind_option(),
            *leaving_options(),
            reason_option(),
            *secret_options(),
        ],
    )  # fmt: skip


def _graph(
    *,
    folder: Path,
    output: Path,
    kind: str,
    whom: str,
    team: bool,
    reason: str,
    **secret: Any,
) -> None:
    from contrechamp.dossier.formats.write import graph_files
    from contrechamp.dossier.records.kinds import class_of

    if kind:
        class_of(kind)
    let_out(
        folder, output, "graph", whom=whom, team=team, reason=reason,
        source=secret_source(**secret), writer=functools.partial(graph_files.write, kind=kind),
    )  # fmt: skip
