"""Tells which layers of a PDF are shown (optional content, ISO 32000-1, 8.11)."""

from collections.abc import Callable
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary

_MAX_DEPTH = 16


def visibility_of(pdf: pikepdf.Pdf) -> Callable[[Any], bool]:
    """Return a function that tells whether content with a given ``/OC`` value (or None) is shown.

    The default configuration counts, as on a screen. What cannot be determined counts as hidden:
    it is left out, and a person can see that it is missing.
    """
    properties = pdf.Root.get("/OCProperties", Dictionary())
    default = properties.get("/D", Dictionary())
    on = {group.objgen for group in _groups(default.get("/ON", None))}
    off = {group.objgen for group in _groups(default.get("/OFF", None))}
    known = {group.objgen for group in _groups(properties.get("/OCGs", None))}
    if str(default.get("/BaseState", "/ON")) == "/OFF":
        off |= known - on

    def shown(layer: Any, depth: int = 0) -> bool:
        if layer is None:
            return True
        if depth > _MAX_DEPTH:
            return False
        if isinstance(layer, Array):
            return _expression(layer, depth)
        if not isinstance(layer, Dictionary):
            return False
        if str(layer.get("/Type", "")) != "/OCMD":
            return layer.objgen not in off
        if "/VE" in layer:
            return _expression(layer.VE, depth)
        groups = layer.get("/OCGs", None)
        states = [
            shown(group, depth + 1)
            for group in (groups if isinstance(groups, Array) else [groups])
            if isinstance(group, Dictionary)
        ]
        policy = str(layer.get("/P", "/AnyOn"))
        if not states:
            return True
        return {
            "/AllOn": all(states),
            "/AnyOff": not all(states),
            "/AllOff": not any(states),
        }.get(policy, any(states))

    def _expression(expression: Any, depth: int) -> bool:
        if not isinstance(expression, Array) or len(expression) < 2 or depth > _MAX_DEPTH:
            return False
        states = [shown(item, depth + 1) for item in list(expression)[1:]]
        operator = str(expression[0])
        if operator == "/Not":
            return not states[0]
        return all(states) if operator == "/And" else operator == "/Or" and any(states)

    return shown


def _groups(groups: Any) -> list[Any]:
    if not isinstance(groups, Array):
        return []
    return [group for group in groups if isinstance(group, Dictionary)]
