"""Imports go one way: no module needs, whenever it is loaded, one that needs it."""

import ast
import graphlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import contrechamp

PACKAGE = Path(contrechamp.__file__).parent
#: A function as a registry names it, to be loaded with its first use.
NAMED = re.compile(r"(contrechamp(?:\.\w+)+):\w+")


def modules() -> dict[str, str]:
    """Return the source of every module by its name."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = path.read_text("utf-8")
    return found


def imported(source: str, known: Mapping[str, str]) -> Iterator[str]:
    """Yield what a module imports of ours: on its top, in functions, or for types alone."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module, "imports are absolute"
            for one in node.names:
                inner = f"{node.module}.{one.name}"
                yield inner if inner in known else node.module
        elif isinstance(node, ast.Constant) and (named := NAMED.fullmatch(str(node.value))):
            yield named[1]


def graph(known: Mapping[str, str]) -> dict[str, set[str]]:
    """Return what each module imports of the others."""
    return {
        name: {one for one in imported(source, known) if one in known and one != name}
        for name, source in known.items()
    }


def test_no_module_imports_itself_by_way_of_others() -> None:
    arrows = graph(modules())
    assert sum(map(len, arrows.values())) > len(arrows)  # else nothing was found to look at
    try:
        graphlib.TopologicalSorter(arrows).prepare()
    except graphlib.CycleError as error:
        pytest.fail(" -> ".join(reversed(error.args[1])))


@pytest.mark.parametrize(
    "back",
    [
        "import contrechamp.b",
        "def late():\n    from contrechamp import b",
        "if TYPE_CHECKING:\n    from contrechamp.b import Thing",
        'WORKERS = {"b": "contrechamp.b:work"}',
    ],
)
def test_a_circle_is_found_wherever_it_is_hidden(back: str) -> None:
    arrows = graph({"contrechamp.a": back, "contrechamp.b": "from contrechamp.a import x"})
    with pytest.raises(graphlib.CycleError):
        graphlib.TopologicalSorter(arrows).prepare()
