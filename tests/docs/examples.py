"""The code blocks of a page, in order."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
RUN = ("shell", "python")
SHOWN = ("output",)

_BLOCK = re.compile(
    r"^(?P<fence>```+)(?P<language>[^\n`]*)\n(?P<code>.*?)^(?P=fence)$", re.M | re.S
)


@dataclass(frozen=True)
class Block:
    """One code block.

    Args:
        language: what stands behind the fence.
        code: its lines.
        expected: what the ``output`` block right behind it shows, or None.
        line: of the fence, from 1.
    """

    language: str
    code: str
    expected: str | None
    line: int


def blocks(page: Path) -> list[Block]:
    """Return the blocks of `page` that are to be run."""
    text = page.read_text()
    found = list(_BLOCK.finditer(text))
    run = []
    for number, match in enumerate(found):
        if match["language"].strip() not in RUN:
            continue
        following = found[number + 1] if number + 1 < len(found) else None
        shows = (
            following is not None
            and following["language"].strip() in SHOWN
            and not text[match.end() : following.start()].strip()
        )
        run.append(
            Block(
                language=match["language"].strip(),
                code=match["code"],
                expected=following["code"] if following is not None and shows else None,
                line=text.count("\n", 0, match.start()) + 1,
            )
        )
    return run


def shows(expected: str, printed: str) -> bool:
    """Return whether a page shows what was printed: ``...`` is anything, white space is alike.

    (doctest's own checker takes a no-break space, which stands before units, as a letter.)
    """
    parts = [re.escape(" ".join(part.split())) for part in expected.split("...")]
    return re.fullmatch(r"\s*.*?\s*".join(parts), " ".join(printed.split())) is not None


def pages() -> list[Path]:
    """Return every page of the documentation, and those beside it."""
    return [*sorted(DOCS.rglob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
