"""Forms with files, read while they come in: nothing of a file is kept but the piece at hand."""

import io
from collections.abc import Iterator
from typing import IO, Final

import multipart

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.vault.adding import Coming

#: Most files of one form, and letters of one field and of a name.
MOST_FILES: Final = 5000
_MOST_FIELD: Final = 4096
_MOST_NAME: Final = 1000
_PIECE: Final = 1 << 18


class Uploads:
    """The fields and files of a form, in their order.

    Args:
        kind: media type of the body, with its boundary.
        content: the body; None if it was no such form.

    Raises:
        InputError: if it is no form with files.
    """

    def __init__(self, kind: str, content: IO[bytes] | None) -> None:
        if content is None:
            raise _broken()
        try:
            name, told = multipart.parse_options_header(kind)
            boundary = told["boundary"] if name == "multipart/form-data" else ""
            self._parser = multipart.PushMultipartParser(
                boundary, max_segment_count=2 * MOST_FILES + 8, strict=True
            )
        except (multipart.MultipartError, KeyError) as error:
            raise _broken() from error
        self._content = content
        self._events = self._all()
        #: Fields that stood before the file at hand.
        self.fields: dict[str, str] = {}

    def _all(self) -> Iterator[multipart.MultipartSegment | bytes | bytearray | None]:
        try:
            with self._parser as parser:
                while not parser.closed:
                    yield from parser.parse(self._content.read(_PIECE))
        except multipart.MultipartError as error:
            raise _broken() from error

    def files(self) -> Iterator[Coming]:
        """Yield the files; each is to be read to its end before the next is asked for.

        Raises:
            InputError: if it is no such form.
            OSError: if it stops coming.
        """
        for event in self._events:
            if not isinstance(event, multipart.MultipartSegment):
                raise _broken()
            if event.filename is None:
                self.fields[str(event.name)] = self._field()
            elif not event.filename:
                self._skip()  # a form in which no file was chosen has one without a name
            else:
                source = io.BufferedReader(_Part(self._events), _PIECE)
                yield Coming(cleaned_name(event.filename), source, self._modified_ns())
                while source.read(_PIECE):
                    pass

    def _field(self) -> str:
        content = bytearray()
        for event in self._events:
            if event is None:
                break
            content += event if isinstance(event, bytes | bytearray) else b""
            if len(content) > _MOST_FIELD:
                raise _broken()
        try:
            return content.decode()
        except UnicodeDecodeError as error:
            raise _broken() from error

    def _skip(self) -> None:
        for event in self._events:
            if event is None:
                return

    def _modified_ns(self) -> int | None:
        """Return when the file at hand was modified, if a field before it says so, in ms."""
        told = self.fields.pop("modified", "")
        return (
            int(told) * 1_000_000 if told.isascii() and told.isdigit() and len(told) < 16 else None
        )


class _Part(io.RawIOBase):
    """One file of a form."""

    def __init__(
        self, events: Iterator[multipart.MultipartSegment | bytes | bytearray | None]
    ) -> None:
        self._events = events
        self._rest = memoryview(b"")
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer, /) -> int:  # type: ignore[no-untyped-def]  # any writable buffer
        while not self._rest and not self._ended:
            event = next(self._events, b"")
            if event is None:
                self._ended = True
            elif isinstance(event, bytes | bytearray) and event:
                self._rest = memoryview(bytes(event))
            else:  # the form ended within the file
                raise ConnectionResetError
        piece, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(piece)] = piece
        return len(piece)


def cleaned_name(given: str) -> str:
    r"""Return the name of a file as its item has it: below a folder at most, and never out of it.

    >>> cleaned_name("photos/../../a\\b.jpg"), cleaned_name("/etc/"), cleaned_name("..")
    ('photos/a/b.jpg', 'etc', 'unnamed')
    """
    steps = given.replace("\\", "/").replace("\0", "").split("/")
    kept = [step for step in steps if step.strip() not in ("", ".", "..")]
    return "/".join(kept)[-_MOST_NAME:].strip("/") or "unnamed"


def _broken() -> InputError:
    return InputError(_("what the browser sent is no form with files; send it again"))
