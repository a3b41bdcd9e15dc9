"""Bags of format 1, whose checkpoint said nothing about the bag: what of them can be compared.

They had the same files but for ``checkpoint.txt``, in an order that was signed nowhere; README and
program were others.
"""

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from typing import TypeVar

from contrechamp.vault.bags.derived import PROGRAM, README
from contrechamp.vault.bags.signed import Making

#: SHA-256 of each text that was written.
TEXTS = {
    README: {
        "4b4d8eb6c115283dc1961cb3f558ea343c66b1e52f7ffe53c20efda91e83a907",
        "872c32e9f9a677d23b35ffb2d8c1734e17dab3e4bcf01a9c20e207af4266f678",
        "c7b7e1c3539e168332f8d6e53674d10bf53f1c29573f5d9f1caf7f4061f06ecb",
    },
    PROGRAM: {"cb084ae5c214f8e3da408cc3f21704d20d2b20b7b538d3ca2e36580f4a26ed22"},
}
_INFO = re.compile(
    rb"Bagging-Date: ([0-9]{4}-[0-9]{2}-[0-9]{2})\n"
    rb"Bag-Software-Agent: (contrechamp [0-9A-Za-z.+-]{1,64})\n.*",
    re.DOTALL,
)
_Value = TypeVar("_Value")


def making(info: bytes) -> Making:
    """Return date and program out of bag-info.txt; empty if it has another form."""
    match = _INFO.fullmatch(info)
    return Making(match[1].decode(), match[2].decode()) if match else Making("", "")


def in_order(values: Mapping[str, _Value], told: Sequence[str]) -> list[_Value]:
    """Return values in the order in which a table tells of them, if it tells of each once."""
    if sorted(told) != sorted(values):
        return list(values.values())
    return [values[name] for name in told]


def items_of_table(content: bytes) -> list[str]:
    """Return the ids of items in the order of items.csv."""
    text = content.decode("utf-8", "replace")
    try:
        rows = list(csv.reader(io.StringIO(text, newline="")))
    except csv.Error:
        return []
    return [row[0] for row in rows[1:] if row]


def ids_of_crate(content: bytes) -> list[str]:
    """Return the ids of files in the order of ro-crate-metadata.json."""
    try:
        graph = json.loads(content)["@graph"][2:]
        return [str(entity["@id"]) for entity in graph]
    except (ValueError, LookupError, TypeError, RecursionError):
        return []
