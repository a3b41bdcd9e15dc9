"""What of the difference of two measurements can be told, by numbers that are added up here."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from contrechamp.base.errors import ContrechampError
from contrechamp.measure.estimates import estimate
from contrechamp.measure.results import Figure
from contrechamp.publish.numbers import Numbers
from contrechamp.publish.report.measured_file import MeasuredFile
from contrechamp.web.runs import asked
from contrechamp.web.runs.comparing import (
    SEEN,
    compared_table,
    difference,
    draws_belong_together,
    why_not,
)  # fmt: skip
from contrechamp.web.runs.reading import KeptMeasurement

FIRST = np.linspace(100.0, 200.0, 101)
#: Each draw has ten metres more: how sure that is, no interval of either tells.
SECOND = FIRST + 10.0


def kept(drawn: np.ndarray[Any, Any], *behind: Any) -> KeptMeasurement:
    figure = Figure(SEEN, "visible", "all", "m", estimate(drawn), 0.0)
    ground = replace(figure, key="area.seen_m2", unit="m2")
    figures = {(one.key, one.level, one.group): one for one in (figure, ground)}
    file = MeasuredFile(
        command="measure", version="1", seed=1, draws=len(drawn), inputs=(), figures=figures,
        priors=(), densities={"visible": 0.0}, assumes={},
    )  # fmt: skip
    return KeptMeasurement(file, file.found(), {"visible": drawn}, behind)


def cells(first: KeptMeasurement, second: KeptMeasurement) -> dict[str, str]:
    table = compared_table(first, second, ("1", "2"), Numbers("en"))
    return {row[0].partition(":")[0]: row[3] for row in table.rows}


def test_with_common_draws_the_difference_is_taken_draw_by_draw() -> None:
    first, second = kept(FIRST, "1", ("a",), 7), kept(SECOND, "1", ("a",), 7)
    more = difference(first, second, "visible")
    assert more is not None
    assert more.estimate.median == pytest.approx(10.0)
    assert more.estimate.q05 == pytest.approx(10.0)
    assert more.estimate.q95 == pytest.approx(10.0)
    assert why_not(first, second) == ""
    told = cells(first, second)
    assert told["Walkable street within view of at least one mapped camera"].startswith("10")
    assert told["Ground within view of at least one mapped camera"] == "cannot be told"
    back = difference(second, first, "visible")
    assert back is not None
    assert back.estimate.median == pytest.approx(-10.0)


@pytest.mark.parametrize(
    ("behind", "why"),
    [(("1", ("b",), 7), "different files"), (("1", ("a",), 8), "did not draw the same"),
     (("2", ("a",), 7), "did not draw the same")],
)  # fmt: skip
def test_otherwise_it_is_said_that_it_cannot_be_told(behind: tuple[Any, ...], why: str) -> None:
    first, second = kept(FIRST, "1", ("a",), 7), kept(SECOND, *behind)
    assert not draws_belong_together(first, second)
    assert difference(first, second, "visible") is None
    assert set(cells(first, second).values()) == {"cannot be told"}
    assert why in why_not(first, second)


def test_without_draws_that_were_kept_nothing_is_told() -> None:
    first = kept(FIRST, "1", ("a",), 7)
    none = replace(kept(SECOND, "1", ("a",), 7), draws_m={})
    fewer = kept(SECOND[:50], "1", ("a",), 7)
    assert difference(first, none, "visible") is None
    assert difference(first, fewer, "visible") is None
    assert difference(first, first, "recognition") is None


def test_a_run_tells_the_command_that_repeats_it() -> None:
    options = asked.options_of("measure", {"draws": "50", "open_ground": "yes"})
    run = asked.Asked(
        "measure", "SAMPLE",
        (asked.Given("item/1", "town.osm"), asked.Given("item/2", "p.toml", asked.PRIORS)), options,
    )  # fmt: skip
    assert run.command("fr") == (
        "contrechamp", "measure", "town.osm", "-o", "report", "--priors", "p.toml", "--open",
        "--draws", "50", "--lang", "fr",
    )  # fmt: skip
    maps = (asked.Given("item/1", "a.osm", on="2021"), asked.Given("item/2", "b.osm", on="2022"))
    change = asked.Asked("change", "SAMPLE", maps, asked.options_of("change", {}))
    asked.check(change)
    assert change.command("en")[:8] == (
        "contrechamp", "change", "--map", "2021", "a.osm", "--map", "2022", "b.osm"
    )  # fmt: skip
    with pytest.raises(ContrechampError, match="two days"):
        asked.check(replace(change, given=maps[:1]))


def test_the_command_is_one_that_the_program_knows() -> None:
    """Of every run, with every option set to something else than what it has by default."""
    import importlib

    other = {bool: "yes", int: "3", float: "1"}
    for kind in asked.KINDS:
        fields = {
            one.name: one.choices[0] if one.choices else
            other.get(type(one.default), "iec2025") for one in asked.OPTIONS[kind]
        }  # fmt: skip
        given = (asked.Given("item/1", "a.osm", on="2021"), asked.Given("item/2", "b.osm", on="22"))
        beside = tuple(
            asked.Given("item/3", "c.toml", role)
            for role, kinds in asked.BESIDE.items()
            if kind in kinds
        )
        run = asked.Asked(kind, "SAMPLE", given + beside, asked.options_of(kind, fields))
        words = run.command("en")
        module = importlib.import_module(f"contrechamp.cli.{kind}_cmd")
        context = module.command().make_context(kind, list(words[2:-2]))
        assert context.params["draws"] == 3


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..", "a/..", "-rf", "a\\b.csv", "ة" * 300, "\0", "", "a\ud800b"]
)
def test_the_name_of_a_file_leads_nowhere_and_is_no_option(name: str, tmp_path: Path) -> None:
    first, second = asked.named([("item/1", name), ("item/2", name)])
    assert first != second
    for one in (first, second):
        assert not one.startswith(("-", "."))
        (tmp_path / one).touch()
        assert (tmp_path / one).parent.samefile(tmp_path)
