"""What axe-core finds on an open page that some people cannot use.

What it finds nothing against may still be hard to use: it sees some thirty of the things that make
a page so, and not whether an alternative text is any good.
"""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from publish.browser import Page

#: Of version 4: rules of WCAG 2.2 to level AA, and what is good practice beside them.
_RUN = """axe.run(document, {resultTypes: ['violations']}).then((found) => found.violations.map(
    (one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`))"""


@cache
def _script() -> str:
    # The package itself asks for a driver of browsers that the tests do without.
    found = find_spec("axe_playwright_python")
    assert found is not None
    assert found.submodule_search_locations
    return (Path(found.submodule_search_locations[0]) / "axe.min.js").read_text("utf-8")


def violations(page: Page) -> list[str]:
    """Return the rules that the page breaks as it is shown now, and where."""
    page.call("Runtime.evaluate", expression=_script())
    answer = page.call("Runtime.evaluate", expression=_RUN, awaitPromise=True, returnByValue=True)
    assert "exceptionDetails" not in answer, answer["exceptionDetails"]
    return list(answer["result"]["value"])
