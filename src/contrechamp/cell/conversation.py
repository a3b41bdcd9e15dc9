"""What is said with one child of the cell, of which nothing is believed."""

import io
import select
import socket
import time
from collections.abc import Iterator, Mapping
from typing import IO, Any, NoReturn

from contrechamp.base.errors import InputError
from contrechamp.base.shown_text import shown
from contrechamp.cell import failures, frames
from contrechamp.cell.limits import ProcessLimits, ReadingLimits, use_of
from contrechamp.cell.warm_process import WarmProcess

#: Letters of one message of a child that are shown.
MAX_SHOWN = 2000
_LOOK_EVERY_S = 0.2


class _Line:
    """The socket to a child, on which nobody waits longer than the child may take."""

    def __init__(self, channel: socket.socket, limits: ProcessLimits, where: str) -> None:
        self._channel, self._limits, self._where = channel, limits, where
        self._waited_s = 0.0
        #: Process whose memory is watched, once it is known.
        self.process = 0

    def recv(self, size: int, /) -> bytes:
        """Receive what the child sent, at most `size` bytes."""
        self._wait(select.POLLIN)
        return self._channel.recv(size)

    def sendall(self, content: bytes, /) -> None:
        """Send all of it, as fast as the child takes it."""
        rest = memoryview(content)
        while rest:
            self._wait(select.POLLOUT)
            rest = rest[self._channel.send(rest) :]

    def _wait(self, for_what: int) -> None:
        """Wait for the child; what this process does meanwhile does not count.

        Raises:
            CellError: if it takes too long, or too much memory.
        """
        waiting = select.poll()
        waiting.register(self._channel, for_what)
        started, limits = time.monotonic(), self._limits
        while not waiting.poll(1000 * min(_LOOK_EVERY_S, limits.stall_s)):
            waited = time.monotonic() - started
            if waited > limits.stall_s or self._waited_s + waited > limits.wall_s:
                raise failures.took_long(limits, self._where)
            use = use_of(self.process) if self.process else None
            if use is not None and use.memory_bytes > limits.memory_bytes:
                raise failures.too_much_memory(limits, self._where)
        self._waited_s += time.monotonic() - started
        if self._waited_s > limits.wall_s:
            raise failures.took_long(limits, self._where)


class Conversation:
    """Tells a child what to read, answers its questions, and checks what it sends.

    Args:
        warm: which the child is forked from.
        limits: what it may cost.
        content: seekable.
        where: what the user calls the content, for errors.
    """

    def __init__(
        self, warm: WarmProcess, limits: ReadingLimits, content: IO[bytes], where: str
    ) -> None:
        self._warm, self._limits = warm, limits
        self._content, self._where = content, where
        self._number, self._channel = warm.child()
        self._line = _Line(self._channel, limits.process, where)
        self._received = 0

    def close(self) -> None:
        """End the child, whatever it does."""
        self._channel.close()
        self._warm.dismiss(self._number)

    def in_force(self) -> list[str]:
        """Return the restrictions on the child, which does not know yet what to read."""
        kind, content = self._take(frames.BATCH)
        said = self._parsed(content) if kind == frames.CONFINED else None
        match said:
            case {"process": int(process), "in_force": list(in_force)}:
                self._line.process = process
                return [str(name) for name in in_force]
        raise failures.nonsense(self._where)

    def answers(self, function: str, arguments: Mapping[str, Any]) -> Iterator[Any]:
        """Have the child call a function; yield what that yields."""
        size = self._content.seek(0, io.SEEK_END)
        job = {"function": function, "arguments": dict(arguments), "size": size}
        self._put(frames.JOB, frames.encoded(frames.written(job)))
        self._content.seek(0)
        self._put(frames.CONTENT, self._content.read(frames.FIRST))
        while True:
            kind, content = self._take(max(self._limits.value_bytes, frames.MAX_PIECE))
            if kind == frames.WANTED:
                self._answer(content)
            elif kind == frames.VALUES:
                yield from self._batch(content)
            elif kind == frames.PIECE and 0 < len(content) <= frames.MAX_PIECE:
                yield bytes(content)
            elif kind == frames.DONE and not content:
                return
            elif kind == frames.FAILED:
                self._failed(content)
            else:
                raise failures.nonsense(self._where)

    def _answer(self, content: bytearray) -> None:
        if len(content) != frames.RANGE.size:
            raise failures.nonsense(self._where)
        offset, size = frames.RANGE.unpack(content)
        if not 0 < size <= frames.MAX_PIECE or offset >= 1 << 63:
            raise failures.nonsense(self._where)
        self._content.seek(offset)
        self._put(frames.CONTENT, self._content.read(size))

    def _batch(self, content: bytearray) -> list[Any]:
        batch = self._parsed(content)
        if not isinstance(batch, list) or not batch:
            raise failures.nonsense(self._where)
        return batch

    def _parsed(self, content: bytearray) -> Any:
        try:
            return frames.parsed(content)
        except frames.NonsenseError as error:
            raise failures.nonsense(self._where) from error

    def _put(self, kind: bytes, content: bytes) -> None:
        try:
            frames.put(self._line, kind, content)
        except frames.CutOffError as error:
            self._died(error)

    def _take(self, longest: int) -> tuple[bytes, bytearray]:
        try:
            kind, content = frames.take(self._line, longest)
        except frames.NonsenseError as error:
            raise failures.endless(self._where) from error
        except frames.CutOffError as error:
            self._died(error)
        self._received += len(content)
        if self._received > self._limits.answer_bytes:
            raise failures.endless(self._where)
        return kind, content

    def _failed(self, content: bytearray) -> NoReturn:
        """Raise what the child says went wrong."""
        said = self._parsed(content)
        if not isinstance(said, dict):
            raise failures.nonsense(self._where)
        told = {str(name): shown(str(text)[:MAX_SHOWN]) for name, text in said.items()}
        if "problem" in told:
            raise InputError(told["problem"], where=told.get("where", ""))
        if "memory" in told:
            raise failures.too_much_memory(self._limits.process, self._where)
        raise failures.failed(told.get("kind", "?"), told.get("place", "?"), self._where)

    def _died(self, error: frames.CutOffError) -> NoReturn:
        """Raise the reason why the child ended without an answer."""
        ended = self._warm.how_it_ended(self._number)
        if ended is None:
            raise failures.not_started() from error
        status, used_s = ended
        raise failures.crashed(status, used_s, self._limits.process, self._where) from error
