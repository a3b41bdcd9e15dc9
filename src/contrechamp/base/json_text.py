"""JSON that people may print: letters of every script as themselves, what steers a terminal not."""

import json
import re
from typing import Any

#: JSON escapes C0 itself; these are DEL, C1, and marks that turn the direction of writing.
_STEERING = re.compile("[\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def json_text(value: Any, **options: Any) -> str:
    r"""Return a value as JSON; any reader gets the same value back.

    >>> json_text("é\x9b2J\u202e")
    '"é\\u009b2J\\u202e"'

    Args:
        value: what JSON can hold.
        options: as `json.dumps` takes them.

    Raises:
        ValueError: as `json.dumps` does.
    """
    text = json.dumps(value, ensure_ascii=False, **options)
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
