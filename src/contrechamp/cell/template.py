"""The process that waits, warm, and forks a child for each content that is to be read.

Run as ``python -m contrechamp.cell.template N LIMITS LANGUAGE MODULE...`` with a socket to the
parent at file descriptor N. It imports the modules with the readers once and reads nothing itself:
there is nothing in its memory of any file, and so nothing in that of a child but what the child
reads. Each child confines itself before it is told what to read, has a channel of its own to the
parent, and neither keys nor the channels of other children.
"""

import contextlib
import errno
import gc
import importlib
import json
import os
import pkgutil
import selectors
import signal
import socket
import struct
import sys
from collections.abc import Callable, Collection, Iterable, Sequence
from io import BufferedReader
from typing import Any, Final, TypeAlias

from contrechamp.base import i18n
from contrechamp.base.errors import InputError
from contrechamp.base.our_place import place_in_ours
from contrechamp.cell import frames, worker
from contrechamp.cell.asked_content import BUFFER, AskedContent
from contrechamp.cell.confinement import prepared
from contrechamp.cell.limits import ProcessLimits

#: What the parent asks of this process: a letter and a number. A child that reads (`FORK`), which a
#: socket for it comes along with, or one that is called (`WORK`), which descriptors for it come
#: along with (`worker.serve`): the number becomes its own. That this one is ended (`KILL`). That as
#: many bytes are received which name what is to be loaded (`LOAD`), one a line: a module, or
#: ``module:function`` to be called.
ORDER: Final = struct.Struct(">cI")
FORK, WORK, KILL, LOAD = b"F", b"W", b"K", b"L"
#: Most descriptors that come along with an order.
MAX_HANDED = 16
#: What the parent is told when a child has ended: its number, its status as of `wait`, and the
#: processor time that it took, in seconds.
ENDED: Final = struct.Struct(">Iid")

#: Confines this process; is told which descriptors it keeps.
Confine: TypeAlias = Callable[[Collection[int]], tuple[str, ...]]


def main() -> int:
    """Import the readers, then fork children until the parent closes its end."""
    control = socket.socket(fileno=int(sys.argv[1]))
    i18n.activate(sys.argv[3])
    _load(sys.argv[4:])
    pkgutil.resolve_name(f"{__name__}:main")  # what it prepares on its first call, children have
    limits = json.loads(sys.argv[2])
    # Those that are called are told their limits, and may need a right to read what is not ours.
    confine = None if limits is None else prepared(ProcessLimits(**limits))
    woken, waker = socket.socketpair()
    for end in (woken, waker):
        end.setblocking(False)
    signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    _Template(confine, control, woken, waker).serve()
    return 0


def _load(names: Iterable[str]) -> None:
    """Load what children are to find, once."""
    for name in names:
        if ":" in name:
            pkgutil.resolve_name(name)()
        else:
            importlib.import_module(name)
    gc.collect()
    gc.freeze()  # else the first collection in each child copies all that is shared


class _Template:
    def __init__(
        self,
        confine: Confine | None,
        control: socket.socket,
        woken: socket.socket,
        waker: socket.socket,
    ) -> None:
        self._confine = confine
        self._control, self._mine = control, (control, woken, waker)
        self._woken = woken
        self._numbers: dict[int, int] = {}  # by process id

    def serve(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._control, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            try:
                while self._served({key.fileobj for key, _events in selector.select()}, selector):
                    pass
            finally:
                for process in self._numbers:
                    _kill(process)

    def _served(self, ready: set[Any], selector: selectors.BaseSelector) -> bool:
        """Do what is asked for; return whether the parent is still there."""
        if self._woken in ready:
            with contextlib.suppress(BlockingIOError):
                while self._woken.recv(1 << 10):
                    pass
            self._report()
        if self._control not in ready:
            return True
        order, handed, _flags, _address = socket.recv_fds(self._control, ORDER.size, MAX_HANDED)
        if len(order) < ORDER.size:
            return False
        what, number = ORDER.unpack(order)
        if what == LOAD:
            names = self._control.recv(number, socket.MSG_WAITALL)
            for name in names.decode().split("\n"):
                # What fails, fails again in the child that needs it, which tells of it.
                with contextlib.suppress(Exception):
                    _load([name])
        elif what in (FORK, WORK):
            self._fork(number, what, handed, selector)
        else:
            for process, other in self._numbers.items():
                if other == number:
                    _kill(process)
        return True

    def _fork(
        self, number: int, what: bytes, handed: Sequence[int], selector: selectors.BaseSelector
    ) -> None:
        process = os.fork()
        if process:
            for descriptor in handed:
                os.close(descriptor)
            self._numbers[process] = number
            return
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            selector.close()
            for one in self._mine:
                one.close()
            if what == WORK:
                calls, answers, printed, *given = handed
                worker.serve(calls, answers, printed, given)
            elif self._confine is not None:
                _be_child(handed[0], self._confine)
            status = 0
        finally:
            os._exit(status)

    def _report(self) -> None:
        """Tell the parent which children have ended."""
        while self._numbers:
            process, status, used = os.wait4(-1, os.WNOHANG)
            if not process:
                return
            number = self._numbers.pop(process)
            told = ENDED.pack(number, status, used.ru_utime + used.ru_stime)
            try:
                self._control.sendall(told)
            except OSError:
                return


def _kill(process: int) -> None:
    for kill in (os.killpg, os.kill):  # it may not have a group of its own yet
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(process, signal.SIGKILL)


class _Pipe:
    """A child's end of its socket; a child may read and write, but make no calls for sockets."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def recv(self, size: int) -> bytes:
        return os.read(self._descriptor, size)

    def sendall(self, content: bytes) -> None:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]


def _be_child(descriptor: int, confine: Confine) -> None:
    """Be confined, take a job, and send what its function yields."""
    channel = _Pipe(descriptor)
    _say(
        channel, frames.CONFINED, {"process": os.getpid(), "in_force": list(confine([descriptor]))}
    )
    try:
        kind, said = frames.take(channel, frames.MAX_PIECE)
        _content, first = frames.take(channel, frames.FIRST)
    except frames.CutOffError:  # nothing more is to be read
        return
    if kind == frames.JOB:
        _read(channel, frames.parsed(said), bytes(first))


def _read(channel: frames.Channel, job: dict[str, Any], first: bytes) -> None:
    telling = _Telling(channel)
    try:
        content = AskedContent(channel, job["size"], first, telling.flush)
        function = pkgutil.resolve_name(job["function"])
        for value in function(BufferedReader(content, BUFFER), **job["arguments"]):
            telling.tell(value)
        telling.flush()
        frames.put(channel, frames.DONE)
    except frames.CutOffError:
        pass
    except InputError as error:  # what was read before it counts
        telling.flush()
        message = str(error).removeprefix(f"{error.where}: ") if error.where else str(error)
        _say(channel, frames.FAILED, {"problem": message, "where": error.where})
    except Exception as error:
        _say(channel, frames.FAILED, _described(error))


def _say(channel: frames.Channel, kind: bytes, what: Any) -> None:
    frames.put(channel, kind, frames.encoded(frames.written(what)))


class _Telling:
    """Values on their way to the parent, gathered into batches."""

    def __init__(self, channel: frames.Channel) -> None:
        self._channel = channel
        self._waiting: list[str] = []
        self._letters = 0

    def tell(self, value: Any) -> None:
        if isinstance(value, bytes):
            self.flush()
            for at in range(0, len(value), frames.MAX_PIECE):
                frames.put(self._channel, frames.PIECE, value[at : at + frames.MAX_PIECE])
            return
        text = frames.written(value)
        self._waiting.append(text)
        self._letters += len(text)
        if self._letters >= frames.BATCH:
            self.flush()

    def flush(self) -> None:
        if self._waiting:
            batch = frames.encoded(f"[{','.join(self._waiting)}]")
            self._waiting, self._letters = [], 0
            frames.put(self._channel, frames.VALUES, batch)


def _described(error: Exception) -> dict[str, str]:
    """Return what went wrong in a reader, without anything of what it read."""
    if isinstance(error, MemoryError) or getattr(error, "errno", None) == errno.ENOMEM:
        return {"memory": "beyond"}
    return {"kind": type(error).__name__, "place": place_in_ours(error)}


if __name__ == "__main__":
    sys.exit(main())
