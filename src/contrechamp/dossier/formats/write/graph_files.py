"""Who and what relates to what, as a graph: GraphML, and tables of nodes and of edges."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from contrechamp.base.i18n import _
from contrechamp.base.spreadsheets import as_cell, visible
from contrechamp.dossier.formats.write.outgoing import Outgoing
from contrechamp.dossier.formats.write.table_files import write_table
from contrechamp.dossier.reading import short_names
from contrechamp.dossier.reading.dated import PERIODS
from contrechamp.dossier.reading.lookup import SUBJECT, Stored
from contrechamp.dossier.records.contents import references
from contrechamp.dossier.records.field_types import ITEM, Record

GRAPH, NODES_TABLE, EDGES_TABLE = "graph.graphml", "nodes.csv", "edges.csv"
NODES = ("id", "kind", "short_name", "title")
EDGES = ("source", "target", "role", "kind", "part", "begin", "end", "confidence")
#: Characters that XML cannot hold beside those that `visible` writes by number.
_NOT_XML = dict.fromkeys((0xFFFE, 0xFFFF), "\N{REPLACEMENT CHARACTER}")
_NAMESPACE = "http://graphml.graphdrawing.org/xmlns"


@dataclass(frozen=True)
class Edge:
    """A reference from a record to another one, or to an item.

    Args:
        source: reference to the record that has it.
        target: what it refers to, without the part.
        role: the field, such as buyer or evidence[1].ref.
        kind: of a relation between actors, on the edge that stands for it; "" for others.
        part: key of the part that is meant.
        begin: from when it holds, as it is written; "" if that is not said.
        end: until when.
        confidence: how sure it is; "" if that is not said.
    """

    source: str
    target: str
    role: str
    kind: str = ""
    part: str = ""
    begin: str = ""
    end: str = ""
    confidence: str = ""


@dataclass
class _Graph:
    nodes: dict[str, tuple[str, str]] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)


def write(outgoing: Outgoing, folder: Path, *, kind: str = "") -> None:
    """Write the records that may leave, and how they refer to each other and to items.

    A reference to what stays in the case is left out, and counted; of an item, only the id leaves.

    Args:
        outgoing: the export.
        folder: to write to.
        kind: of the records whose references are written; "" for all.
    """
    graph = _Graph()
    for stored in outgoing.records():
        graph.nodes[stored.ref] = stored.kind, stored.record.title()
        if kind in {"", stored.kind}:
            graph.edges += edges(stored)
    _leave_out(outgoing, graph, kind)
    titles = ((ref.removeprefix(SUBJECT), *row) for ref, row in graph.nodes.items())
    names = short_names.among(row for row in titles if row[1] != ITEM)
    nodes = [
        (ref, of, names.get(ref.removeprefix(SUBJECT), ""), title)
        for ref, (of, title) in graph.nodes.items()
    ]
    rows = [tuple(getattr(edge, name) for name in EDGES) for edge in graph.edges]
    write_table(folder / NODES_TABLE, NODES, (list(map(as_cell, row)) for row in nodes))
    write_table(folder / EDGES_TABLE, EDGES, (list(map(as_cell, row)) for row in rows))
    with (folder / GRAPH).open("w", encoding="utf-8", newline="\n") as target:
        target.writelines(f"{line}\n" for line in graphml(nodes, rows))


def edges(stored: Stored) -> Iterator[Edge]:
    """Yield the references of a record that are not closed; a relation is one edge more."""
    record: Any = stored.record
    if stored.kind == "relation":
        told = {"kind": record.kind, "begin": record.from_date or "", "end": record.to_date or "",
                "confidence": record.confidence}  # fmt: skip
        yield Edge(record.from_actor, record.to_actor, "relation", **told)
    for one in references(record):
        if not one.closed:
            target, _sharp, key = str(one.value).partition("#")
            yield Edge(stored.ref, target, one.path, part=key, **_told(record, one.path))


def _told(record: Record, path: str) -> dict[str, str]:
    """Return period and confidence of the innermost parts around a field that say them."""
    found: dict[str, str] = {}
    for part in _around(record, path):
        begun = next((name for name in PERIODS if getattr(part, name, None)), "")
        ended = next((name for name in PERIODS.values() if getattr(part, name, None)), "")
        if begun or ended:
            found["begin"] = getattr(part, begun) if begun else ""
            found["end"] = getattr(part, ended) if ended else ""
        elif day := getattr(part, "date", None) or getattr(part, "on", None):
            found["begin"] = found["end"] = day
        if confidence := getattr(part, "confidence", ""):
            found["confidence"] = confidence
    return found


def _around(record: Any, path: str) -> Iterator[Any]:
    """Yield the record, and each part of it that a path goes through."""
    yield record
    for step in path.split(".")[:-1]:
        name, _bracket, number = step.partition("[")
        record = getattr(record, name)
        record = record[int(number[:-1]) - 1] if number else record
        yield record


def _leave_out(outgoing: Outgoing, graph: _Graph, kind: str) -> None:
    """Keep the edges of which both ends leave, and, of one kind, the nodes that these have."""
    kept = []
    for edge in graph.edges:
        ends = (edge.source, edge.target)
        if any(not _leaves(outgoing, graph, ref) for ref in ends):
            outgoing.left_out[_("a reference to what stays in the case, or was erased")] += 1
            continue
        kept.append(edge)
        for ref in ends:
            graph.nodes.setdefault(ref, (ITEM, ""))
    graph.edges = kept
    if kind:
        used = {ref for edge in kept for ref in (edge.source, edge.target)}
        graph.nodes = {
            ref: row for ref, row in graph.nodes.items() if ref in used or row[0] == kind
        }


def _leaves(outgoing: Outgoing, graph: _Graph, ref: str) -> bool:
    if ref.startswith(SUBJECT):
        return ref in graph.nodes
    return not outgoing.sharing.refused_of(ref)


def graphml(nodes: Iterable[Sequence[str]], edges: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a GraphML document.

    Args:
        nodes: rows of `NODES`.
        edges: rows of `EDGES`.
    """
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield f'<graphml xmlns="{_NAMESPACE}">'
    for name in NODES[1:]:
        yield f'<key id="node_{name}" for="node" attr.name="{name}" attr.type="string"/>'
    for name in EDGES[2:]:
        yield f'<key id="edge_{name}" for="edge" attr.name="{name}" attr.type="string"/>'
    yield '<graph edgedefault="directed">'
    for row in nodes:
        yield f"<node id={quoteattr(xml_text(row[0]))}>"
        yield from _data("node", dict(zip(NODES[1:], row[1:], strict=True)))
        yield "</node>"
    for number, row in enumerate(edges):
        source, target = (quoteattr(xml_text(end)) for end in row[:2])
        yield f'<edge id="e{number}" source={source} target={target}>'
        yield from _data("edge", dict(zip(EDGES[2:], row[2:], strict=True)))
        yield "</edge>"
    yield from ("</graph>", "</graphml>")


def _data(room: str, told: Mapping[str, str]) -> Iterator[str]:
    for name, text in told.items():
        if text:
            yield f'<data key="{room}_{name}">{escape(xml_text(text))}</data>'


def xml_text(text: str) -> str:
    """Return a text with control characters by number, and without what XML cannot hold."""
    return visible(text).translate(_NOT_XML)
