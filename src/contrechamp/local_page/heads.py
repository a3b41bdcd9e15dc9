"""The head of a request, read strictly: nothing is taken that could be read two ways."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

#: Longest head, and largest number of fields in it and in a query or form.
MOST_HEAD: Final = 16 << 10
_MOST_FIELDS = 64
_MOST_FORM = 4096

_START = re.compile(rb"(GET|POST) (/[!-~]*) HTTP/1\.[01]")
_FIELD = re.compile(rb"([A-Za-z0-9!#$%&'*+.^_`|~-]+):[ \t]*([\t -~\x80-\xff]*?)[ \t]*")
_STEP = re.compile(r"[A-Za-z0-9_.-]+")
_LENGTH = re.compile(r"[0-9]{1,12}")
_FORM = "application/x-www-form-urlencoded"


class RefusedError(Exception):
    """Raised where a request is not answered.

    Args:
        status: of HTTP.
    """

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True)
class Head:
    """What the head of a request says.

    Args:
        method: ``GET`` or ``POST``.
        steps: of the path.
        query: its fields.
        fields: of the head, by their names in small letters.
        length: of the body, in bytes.
    """

    method: str
    steps: tuple[str, ...]
    query: dict[str, str]
    fields: dict[str, str]
    length: int

    @property
    def is_form(self) -> bool:
        """Whether the body is the fields of a form."""
        return self.fields.get("content-type", "").partition(";")[0].strip().lower() == _FORM


def head_of(content: bytes) -> Head:
    r"""Return what a head says.

    >>> head_of(b"GET /a/b?n=1 HTTP/1.1\r\nHost: 127.0.0.1:5\r\n\r\n").steps
    ('a', 'b')

    Raises:
        RefusedError: if it is not as browsers write it.
    """
    start, *lines = content.removesuffix(b"\r\n\r\n").split(b"\r\n")
    told = _START.fullmatch(start)
    if told is None:
        raise RefusedError(405 if re.match(rb"[A-Z]+ /", start) else 400)
    fields: dict[str, str] = {}
    for line in lines:
        field = _FIELD.fullmatch(line)
        if field is None or len(fields) >= _MOST_FIELDS:
            raise RefusedError(400)
        name = field[1].decode("ascii").lower()
        if name in fields:  # two hosts, two lengths: one of us would take the other
            raise RefusedError(400)
        fields[name] = field[2].decode("latin-1")
    path, _mark, query = told[2].decode("ascii").partition("?")
    return Head(told[1].decode(), _steps(path), fields_of(query), fields, _length(fields))


def _steps(path: str) -> tuple[str, ...]:
    """Return the steps of a path; nothing of it is decoded, and none leads up."""
    steps = tuple(path.removeprefix("/").removesuffix("/").split("/")) if path != "/" else ()
    for step in steps:
        if _STEP.fullmatch(step) is None or step.strip(".") == "":
            raise RefusedError(404)
    return steps


def _length(fields: dict[str, str]) -> int:
    if "transfer-encoding" in fields:
        raise RefusedError(411)
    told = fields.get("content-length", "0")
    if _LENGTH.fullmatch(told) is None:
        raise RefusedError(400)
    return int(told)


def fields_of(query: str) -> dict[str, str]:
    """Return the fields of a query or form.

    >>> fields_of("page=2&word=caf%C3%A9")
    {'page': '2', 'word': 'café'}

    Raises:
        RefusedError: if one is there twice, or they are too many.
    """
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FORM)
    except ValueError as error:
        raise RefusedError(400) from error
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise RefusedError(400)
    return fields
