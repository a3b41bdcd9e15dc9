"""Drawings as SVG for the page: no script, no style that a policy would have to allow."""

from collections.abc import Iterator
from html import escape

from contrechamp.publish.report.drawing.shapes import Box, Dot, Drawing, Label, Path, Shape
from contrechamp.publish.report.drawing.style import PAINTS

#: What lies in one tile of a pattern, eight units wide, in the colour of the paint.
_TILES = {
    "lines": '<path d="M-2 2l4-4M0 8l8-8M6 10l4-4" stroke="{colour}" stroke-width="2.4"/>',
    "dots": '<circle cx="2" cy="2" r="1.5" fill="{colour}"/>'
    '<circle cx="6" cy="6" r="1.5" fill="{colour}"/>',
    "cross": '<path d="M0 4h8M4 0v8" stroke="{colour}" stroke-width="1.6"/>',
    "open": "",
}


def svg(drawing: Drawing, name: str, alternative: str) -> str:
    """Return a drawing as an element of a page.

    Args:
        drawing: what is drawn.
        name: of it in the page: its patterns have names of their own in each drawing.
        alternative: what it shows, in words; "" if the words stand beside it.
    """
    role = f'role="img" aria-label="{escape(alternative)}"' if alternative else 'aria-hidden="true"'
    used = [paint for paint in PAINTS if paint in _used(drawing) and PAINTS[paint].pattern]
    return "".join(
        (
            f'<svg viewBox="0 0 {drawing.width} {drawing.height}" {role} direction="ltr">',
            "<defs>" if used else "",
            *(_pattern(paint, name) for paint in used),
            "</defs>" if used else "",
            *(_shape(one, name) for one in drawing.shapes),
            "</svg>",
        )
    )


def _used(drawing: Drawing) -> set[str]:
    return {one.fill for one in drawing.shapes if not isinstance(one, Label)}


def _pattern(paint: str, name: str) -> str:
    fill = PAINTS[paint]
    tile = _TILES[fill.pattern].format(colour=fill.colour)
    return (
        f'<pattern id="{name}-{paint}" width="8" height="8" patternUnits="userSpaceOnUse">'
        f'<rect width="8" height="8" fill="#ffffff"/>{tile}</pattern>'
    )


def _shape(one: Shape, name: str) -> str:
    match one:
        case Label():
            strong = ' font-weight="700"' if one.strong else ""
            return (
                f'<text x="{one.x}" y="{one.y}" font-size="{one.size}" text-anchor="{one.anchor}"'
                f' fill="{PAINTS[one.paint].colour}"{strong}>{escape(one.text)}</text>'
            )
        case Box():
            at = f'x="{one.x}" y="{one.y}" width="{one.width}" height="{one.height}"'
            return f"<rect {at} {_painted(one, name)}/>"
        case Dot():
            return f'<circle cx="{one.x}" cy="{one.y}" r="{one.radius}" {_painted(one, name)}/>'
        case Path():
            end = "z" if one.closed else ""
            steps = "".join(f"L{x} {y}" for x, y in one.points).replace("L", "M", 1)
            thick = f' stroke-width="{one.thick / 10:g}"'
            return f'<path d="{steps}{end}" {_painted(one, name)}{thick}/>'


def _painted(one: Box | Dot | Path, name: str) -> str:
    return " ".join(_attributes(one, name))


def _attributes(one: Box | Dot | Path, name: str) -> Iterator[str]:
    if not one.fill:
        yield 'fill="none"'
    elif PAINTS[one.fill].pattern:
        yield f'fill="url(#{name}-{one.fill})"'
    else:
        yield f'fill="{PAINTS[one.fill].colour}"'
    if one.line:
        yield f'stroke="{PAINTS[one.line].colour}"'
