"""``contrechamp graph``: read back with a reader that is not ours, and counted another way."""

import csv
import json
import time
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from cli import forms
from cli.commands import CaseRun, one_line
from contrechamp.dossier.formats.write import graph_files

A, B, C, D = ("a" * 16, "b" * 16, "c" * 16, "d" * 16)


def _actor(name: str, record: str) -> dict[str, Any]:
    return {**forms.actor_row(name), "id": record}


@pytest.fixture
def network(case: CaseRun, tmp_path: Path) -> CaseRun:
    """Two actors of one name and their relation, a contract between them, and what was told."""
    rows = [
        _actor("SAMPLE", A), _actor("SAMPLE", B),
        {"kind": "relation", "id": C, "fields": {
            "from_actor": f"record/{A}", "to_actor": f"record/{B}", "kind": "supplies",
            "confidence": "alleged", "from_date": "2024-03"}},
        {"kind": "contract", "fields": {
            "name": "=SAMPLE <&\x1b\ufffe> \"'", "buyer": f"record/{A}",
            "suppliers": [f"record/{B}"]}},
        {"kind": "source", "id": D, "fields": {"pseudonym": "SAMPLE Heron"}},
        {"kind": "testimony", "id": "e" * 16, "fields": {
            "source": f"record/{D}", "language": "en", "interview": {"date": "2026-04"},
            "passages": [{"key": "p1", "text": "SAMPLE"}]}},
        {"kind": "finding", "fields": {
            "confidence": "corroborated", "claim": [{"language": "en", "text": "SAMPLE claim"}],
            "evidence": [{"ref": f"record/{'e' * 16}#p1", "at": "1"}]}},
    ]  # fmt: skip
    file = tmp_path / "r.jsonl"
    file.write_text(forms.lines(*rows))
    done = case("import", file)
    assert done.status == 0, done
    return case


def _read(folder: Path) -> "nx.MultiDiGraph[str]":
    return nx.read_graphml(folder / "graph.graphml", force_multigraph=True)


def _rows(table: Path) -> list[dict[str, str]]:
    with table.open(encoding="utf-8-sig", newline="") as source:
        return list(csv.DictReader(source))


def _references(value: Any) -> list[str]:
    """Find references in JSON by how they are written alone."""
    if isinstance(value, dict):
        return [ref for one in value.values() for ref in _references(one)]
    if isinstance(value, list):
        return [ref for one in value for ref in _references(one)]
    text = str(value)
    return [text.partition("#")[0]] if text.startswith(("record/", "item/")) else []


def test_every_reference_is_an_edge_and_a_relation_one_more(
    network: CaseRun, tmp_path: Path
) -> None:
    done = network("graph", "-o", tmp_path / "out", "--team")
    # The testimony stays: no consent to hold it.
    assert "1 record stays in the case" in done.err
    assert "left out: 1: a reference to what stays" in done.err
    graph = _read(tmp_path / "out")
    shown = [json.loads(line) for line in network("show", "--json").out.splitlines()]
    leaving = [row for row in shown if row["kind"] != "testimony"]
    wanted = sorted(
        (f"record/{row['id']}", ref)
        for row in leaving
        for ref in _references(row["fields"])
        if ref != f"record/{'e' * 16}"
    )
    found = sorted(
        (source, target)
        for source, target, told in graph.edges(data=True)
        if told["role"] != "relation"
    )
    assert found == wanted
    relation = graph.get_edge_data(f"record/{A}", f"record/{B}")
    assert [dict(one) for one in relation.values()] == [{
        "role": "relation", "kind": "supplies", "begin": "2024-03", "confidence": "alleged"
    }]  # fmt: skip
    edges = _rows(tmp_path / "out" / "edges.csv")
    assert sorted((row["source"], row["target"]) for row in edges) == sorted(graph.edges())
    nodes = {row["id"]: row for row in _rows(tmp_path / "out" / "nodes.csv")}
    assert set(nodes) == set(graph.nodes)
    assert {f"record/{row['id']}" for row in leaving} <= set(nodes)
    assert graph.nodes[f"record/{A}"] == {
        "kind": "actor", "short_name": "actor/sample.aaaa", "title": "SAMPLE"
    }  # fmt: skip


def test_names_do_not_tell_of_what_stays_and_closed_or_given_things_stay(
    network: CaseRun, tmp_path: Path
) -> None:
    done = network("graph", "-o", tmp_path / "out")
    assert "2 records stay in the case" in done.err
    told = (tmp_path / "out" / "graph.graphml").read_text(encoding="utf-8")
    assert "Heron" not in told
    assert D not in told
    assert "e" * 16 not in told
    one_line(network("graph", "-o", tmp_path / "out"), "out")
    one_line(network("graph", "-o", tmp_path / "x", "--kind", "nokind"), "no such kind")
    assert {one.stat().st_mode & 0o777 for one in (tmp_path / "out").iterdir()} == {0o600}


def test_control_characters_and_formulas_do_no_harm(network: CaseRun, tmp_path: Path) -> None:
    assert network("graph", "-o", tmp_path / "out", "--kind", "contract").status == 0
    graph = _read(tmp_path / "out")
    assert len(graph) == 3
    (contract,) = [told for _node, told in graph.nodes(data=True) if told["kind"] == "contract"]
    assert contract["title"] == "=SAMPLE <&_x001B_\ufffd> \"'"
    titles = [row["title"] for row in _rows(tmp_path / "out" / "nodes.csv")]
    assert any(title.startswith("'=SAMPLE") for title in titles)


def test_ten_thousand_nodes_cost_ten_times_a_thousand() -> None:
    def cost(many: int) -> float:
        nodes = [(f"record/{n:016x}", "actor", f"actor/{n}", "SAMPLE") for n in range(many)]
        edges = [(nodes[n][0], nodes[n - 1][0], "role", *[""] * 5) for n in range(many)]
        begun = time.process_time()
        assert sum(1 for _line in graph_files.graphml(nodes, edges)) > many
        return time.process_time() - begun

    cost(1000)
    assert cost(10_000) < 40 * max(min(cost(1000) for _time in range(3)), 0.005)
