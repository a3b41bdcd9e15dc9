"""Checks of pages and papers by tools that we did not write: axe-core, the Nu checker.

They are of npm, locked in requirements/npm, and lie in its ``node_modules`` once ``make test`` has
installed them. What such a tool finds nothing against may still be hard to use: it sees some
thirty of the things that make a page so, and not whether an alternative text is any good.
"""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from publish.browser import Page

TOOLS = Path(__file__).parents[2] / "requirements/npm/node_modules"
#: WCAG 2.2 to level AA, and what axe-core holds to be good practice.
RULES = [
    "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice",
]  # fmt: skip


def violations(page: Page) -> list[dict[str, Any]]:
    """Return what axe-core finds against an open page: the rule, and where."""
    page.evaluate((TOOLS / "axe-core/axe.min.js").read_text(encoding="utf-8") + ";0")
    options = json.dumps({"runOnly": RULES, "resultTypes": ["violations"]})
    found = page.call(
        "Runtime.evaluate",
        expression=f"axe.run(document, {options}).then(r => JSON.stringify(r.violations))",
        awaitPromise=True,
        returnByValue=True,
    )
    assert "exceptionDetails" not in found, found
    return [
        {"rule": one["id"], "at": [node["target"] for node in one["nodes"]][:5]}
        for one in json.loads(found["result"]["value"])
    ]


def markup_errors(files: Sequence[Path]) -> list[str]:
    """Return what the Nu checker finds wrong with the markup of pages, a line each."""
    jar = TOOLS / "vnu-jar/build/dist/vnu.jar"
    done = subprocess.run(
        ["java", "-Xss4m", "-jar", jar, "--format", "gnu", "--errors-only", *files],
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode in (0, 1), done.stderr
    lines = done.stderr.splitlines()
    return [line.rpartition("/")[2] for line in lines if line.startswith('"file:')]
