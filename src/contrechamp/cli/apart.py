"""Work done in a process that ends with it, so that this one never holds what it needed."""

import json
import os
import sys
from collections.abc import Callable
from typing import Any, NoReturn

from contrechamp.base import errors
from contrechamp.base.errors import ContrechampError, InputError
from contrechamp.base.i18n import _

#: Kinds of errors that are told from one process to the other.
_KINDS = (errors.UsageError, errors.OutputError, errors.CheckFailedError, errors.InputError)


def done_apart(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return what some work returns that is done in a child of this process.

    Keys and passphrases that it read, and what Python made of them, are gone with its memory:
    nothing that runs in this process could be sure of that.

    Args:
        work: its answer must be plain values that JSON holds.

    Raises:
        ContrechampError: what the work raised.
        InputError: if the child ended without an answer.
    """
    reading, writing = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _answer(work, writing)
    os.close(writing)
    with open(reading, "rb") as pipe:
        content = pipe.read()
    os.waitpid(child, 0)
    if not content:
        raise InputError(_("the process that opened the case ended before it was done"))
    answer: dict[str, Any] = json.loads(content)
    for kind in _KINDS:
        if answer.get("error") == kind.__name__:
            raise kind(str(answer["message"]))
    found: dict[str, Any] = answer["found"]
    return found


def _answer(work: Callable[[], dict[str, Any]], writing: int) -> NoReturn:
    """Do the work in the child, and end it, whatever happens."""
    try:
        try:
            answer: dict[str, Any] = {"found": work()}
        except ContrechampError as error:
            kind = next(kind for kind in (*_KINDS, ContrechampError) if isinstance(error, kind))
            answer = {"error": kind.__name__, "message": str(error)}
        with open(writing, "wb") as pipe:
            pipe.write(json.dumps(answer).encode())
        sys.stderr.flush()
    finally:
        os._exit(0)
