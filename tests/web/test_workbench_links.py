"""The links of a record, as the list that says all of it and as what the graph is drawn from."""

import hashlib
import re
from itertools import pairwise
from pathlib import Path

import pytest

from contrechamp import web
from contrechamp.dossier.records.actors import Actor, Relation
from contrechamp.dossier.records.field_types import Text
from contrechamp.dossier.writing import store
from contrechamp.web.links.around import around
from vault import cases
from web.workbenches import Hand, text, told

VENDOR = Path(web.__file__).parent / "links" / "vendor" / "cytoscape"


@pytest.fixture
def chain(place: Path) -> list[str]:
    """Five made-up companies in a row, each the owner of the one before; their ids."""
    ids = []
    with cases.opened(place / "case", write=True) as case:
        for number in range(5):
            names = (Text(language="en", text=f"SAMPLE <b>{number}</b>"),)
            actor = Actor(kind="company", names=names, sample=True)
            ids.append(store.put(case, actor, now=cases.NOW).id)
        for lower, upper in pairwise(ids):
            owner = Relation(
                from_actor=f"record/{upper}", kind="owns", to_actor=f"record/{lower}",
                confidence="alleged", from_date="2024", sample=True,
            )  # fmt: skip
            store.put(case, owner, now=cases.NOW)
    return ids


def test_the_list_says_what_a_record_names_and_what_names_it(hand: Hand, chain: list[str]) -> None:
    hand.unlock()
    page = text(hand.get("links", id=chain[2]))
    names, named = page.split("What names it")
    assert re.findall(r'<a href="record\?id=(\w+)"><bdi>', names)[1:] == [chain[1]]
    assert chain[3] in named
    assert "relation · owns · 2024 · alleged" in names
    assert "SAMPLE &lt;b&gt;1" in page
    assert "<b>" not in page
    assert f'<a href="links?id={chain[2]}">What it is linked with</a>' in text(
        hand.get("record", id=chain[2])
    )


def test_the_graph_has_what_is_two_links_away_and_no_more(hand: Hand, chain: list[str]) -> None:
    hand.unlock()
    graph = told(hand.get("links.json", id=chain[0]))
    steps = {one["id"].partition("/")[2]: one["step"] for one in graph["nodes"]}
    assert {one: steps.get(one) for one in chain} == {
        chain[0]: 0, chain[1]: 1, chain[2]: 2, chain[3]: None, chain[4]: None
    }  # fmt: skip
    assert graph["whole"]
    there = {one["id"] for one in graph["nodes"]}
    assert all({one["source"], one["target"]} <= there for one in graph["edges"])
    assert {one["address"] for one in graph["nodes"]} >= {f"record?id={chain[1]}"}


def test_of_many_links_the_nearest_are_kept_and_it_is_said(place: Path, chain: list[str]) -> None:
    with cases.opened(place / "case") as case:
        few = around(case, f"record/{chain[2]}", most=4)
        again = around(case, f"record/{chain[2]}", most=4)
        every = around(case, f"record/{chain[2]}")
    assert len(few.steps) == 4
    assert not few.is_whole
    assert every.is_whole
    assert set(few.steps.values()) == {0, 1}
    assert (few.steps, few.edges) == (again.steps, again.edges)


def test_there_is_nothing_of_a_record_that_is_not_there(opened: Hand) -> None:
    assert opened.get("links", id="0" * 16).status == 404
    assert opened.get("links.json", id="0" * 16).status == 404
    assert opened.get("links", id="x").status == 422


def test_the_library_is_the_one_that_its_list_says(opened: Hand) -> None:
    lines = (VENDOR / "README.md").read_text().splitlines()
    told_of = dict(re.findall(r"\| `([\w.]+)` \| `([0-9a-f]{64})` \|", "\n".join(lines)))
    assert {one.name for one in VENDOR.iterdir()} == {*told_of, "README.md"}
    for name, digest in told_of.items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == digest
    served = opened.get("cytoscape.mjs")
    assert served.content == (VENDOR / "cytoscape.esm.min.mjs").read_bytes()
    assert served.kind.startswith("text/javascript")
