"""Opens a PDF that may be damaged, and says why one cannot be masked."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import pikepdf
import pymupdf

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.redact.pdf.rebuild import TooLargeError
from contrechamp.redact.pdf.work import TooMuchError

MAX_BYTES = 512 << 20
#: What pikepdf calls a content that it was handed.
_OUR_STREAM = re.compile(r"stream <_io\.BytesIO[^>]*>:? ?")


def content_of(source: Path) -> bytes:
    """Return the bytes of a file.

    Raises:
        TooLargeError: they are more than any document needs.
    """
    with source.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise TooLargeError
    return content


def mended(content: bytes, error: Exception) -> pikepdf.Pdf:
    """Open a damaged PDF as MuPDF mends it, with its content streams written anew.

    Args:
        content: of it.
        error: that the other reader met, raised if MuPDF finds no page either.
    """
    with pymupdf.open(stream=content, filetype="pdf") as document:
        if document.needs_pass or not len(document):
            raise error
        return pikepdf.open(BytesIO(document.tobytes(garbage=1, clean=True)))


@contextmanager
def refusing(name: str) -> Iterator[None]:
    """Turn what a hostile or damaged file raises, which may be anything, into an InputError."""
    try:
        yield
    except pikepdf.PasswordError as error:
        raise InputError(
            _("is locked with a password; open it and print it to a new PDF first"), where=name
        ) from error
    except TooLargeError as error:
        raise InputError(
            _("unpacks to more than any document needs; print it to a new PDF first"), where=name
        ) from error
    except TooMuchError as error:
        raise InputError(
            _(
                "page {page} draws {operators} times or more, with forms within forms: more than "
                "any page needs; print it to a new PDF first"
            ).format(page=error.page, operators=f"{error.operators:,}"),
            where=name,
        ) from error
    except (
        pikepdf.PdfError,
        pikepdf.exceptions.DependencyError,
        pymupdf.FileDataError,
        pymupdf.mupdf.FzErrorBase,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        RuntimeError,
    ) as error:
        raise InputError(
            _("is damaged: {reason}. Open it and print it to a new PDF first").format(
                reason=_OUR_STREAM.sub("", (str(error).splitlines() or [""])[0])[:200]
                or type(error).__name__
            ),
            where=name,
        ) from error
