"""What somebody tries who took over a decoder: each attempt is a function that fails or is done.

Run as a program, it tries all of them, each in a process of its own, confined or as a control
without, and prints what came of each as JSON. Where it must not fail, an attempt returns; what the
kernel answers otherwise is raised.
"""

import ctypes
import fcntl
import json
import mmap
import os
import pkgutil
import resource
import signal
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from contrechamp.cell import syscalls
from contrechamp.cell.confinement import confine, prepared
from contrechamp.cell.limits import ProcessLimits

MEMORY = 1 << 30
LIMITS = ProcessLimits(memory_bytes=MEMORY, cpu_s=20, file_bytes=8 << 20, wall_s=20, stall_s=20)
MACHINE = os.uname().machine
#: Numbers that only this payload needs: on x86-64, then on AArch64.
_MORE = {
    "fchmodat2": (452, 452),
    "flock": (73, 32),
    "io_uring_setup": (425, 425),
    "name_to_handle_at": (303, 264),
    "pidfd_open": (434, 434),
    "inotify_init1": (294, 26),
    "memfd_create": (319, 279),
    "mincore": (27, 232),
    "mlock": (149, 228),
    "mq_open": (240, 180),
    "mq_unlink": (241, 181),
    "msgctl": (71, 187),
    "msgget": (68, 186),
    "personality": (135, 92),
    "renameat2": (316, 276),
    "rt_sigqueueinfo": (129, 138),
    "seccomp": (317, 277),
    "semctl": (66, 191),
    "semget": (64, 190),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "shmget": (29, 194),
    "sync": (162, 81),
    "timer_create": (222, 107),
    "tkill": (200, 130),
    "truncate": (76, 45),
}
_COLUMN = list(syscalls.MACHINES).index(MACHINE) if MACHINE in syscalls.MACHINES else 0
NUMBERS = {name: row[_COLUMN] for name, row in _MORE.items()} | (
    syscalls.numbers(MACHINE) if MACHINE in syscalls.MACHINES else {}
)
LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.syscall.restype = ctypes.c_long
_AT_FDCWD = -100


@dataclass(frozen=True)
class Scene:
    """What lies around the process: of its user, but not of its job."""

    home: Path  # of the user, with the source, files and a key
    workshop: Path
    source: Path  # the one file that may be read
    other: int  # a process of the same user
    parent: int
    segment: int  # of shared memory (System V)
    shared: Path  # in /dev/shm, of another program
    inherited: int  # a file of the parent's that was left open for writing
    terminal: int  # handed over, as who wants to see what decoders print may
    abstract: str  # name of a listening socket without a file
    listening: str  # path of a listening socket

    def victim(self, name: str) -> Path:
        """Return a file of the user's that this attempt alone harms."""
        return self.home / f"victim-{name}"


Attempt = Callable[[Scene], object]
ATTEMPTS: dict[str, Attempt] = {}


def attempt(function: Attempt) -> Attempt:
    ATTEMPTS[function.__name__.replace("_", " ").strip()] = function
    return function


def call(name: str, *arguments: object) -> int:
    """Make a system call by its number; raise what the kernel answers."""
    given = [
        ctypes.c_long(one) if isinstance(one, int) else one  # pointers as they are
        for one in arguments
    ]
    return call_number(NUMBERS[name], *given)


def call_number(number: int, *given: object) -> int:
    """Make a system call, with nothing but zeros if not told otherwise."""
    ctypes.set_errno(0)
    filled = (*given, *[ctypes.c_long(0)] * (6 - len(given)))
    answer: int = LIBC.syscall(ctypes.c_long(number), *filled)
    if answer < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return answer


# --- files of the user, by name and by what is open


@attempt
def read_another_file(scene: Scene) -> object:
    return (scene.home / "secret").read_bytes()


@attempt
def read_a_private_key(scene: Scene) -> object:
    return (scene.home / ".ssh/id_ed25519").read_bytes()


@attempt
def list_the_home(scene: Scene) -> object:
    return os.listdir(scene.home)


@attempt
def read_through_the_folder_of_the_job(scene: Scene) -> object:
    return (scene.workshop / "../home/secret").read_bytes()


@attempt
def read_by_a_link_that_lies_there(scene: Scene) -> object:
    return (scene.workshop / "planted").read_bytes()


@attempt
def write_the_source(scene: Scene) -> object:
    return scene.source.open("r+b")


@attempt
def write_what_is_open_for_reading_by_proc(scene: Scene) -> object:
    with scene.victim("source").open("rb") as file:
        return os.open(f"/proc/self/fd/{file.fileno()}", os.O_RDWR)


@attempt
def truncate_a_file(scene: Scene) -> object:
    return call("truncate", bytes(scene.victim("truncate")), 0)


@attempt
def chmod_by_name(scene: Scene) -> object:
    return os.chmod(scene.source, 0o777)


@attempt
def chmod_by_descriptor(scene: Scene) -> object:
    with scene.source.open("rb") as file:
        return os.fchmod(file.fileno(), 0o777)


@attempt
def chmod_by_proc(scene: Scene) -> object:
    with scene.source.open("rb") as file:
        return os.chmod(f"/proc/self/fd/{file.fileno()}", 0o777)


@attempt
def chmod_by_the_newest_call(scene: Scene) -> object:
    return call("fchmodat2", _AT_FDCWD, bytes(scene.source), 0o777, 0)


@attempt
def chmod_its_own_copy(scene: Scene) -> object:
    (scene.workshop / "own").write_bytes(b"")
    return os.chmod(scene.workshop / "own", 0o4777)


@attempt
def chown_by_name(scene: Scene) -> object:
    return os.chown(scene.source, os.getuid(), os.getgid())


@attempt
def chown_by_descriptor(scene: Scene) -> object:
    with scene.source.open("rb") as file:
        return os.fchown(file.fileno(), os.getuid(), os.getgid())


@attempt
def date_by_name(scene: Scene) -> object:
    return os.utime(scene.source, (0, 0))


@attempt
def date_by_descriptor(scene: Scene) -> object:
    with scene.source.open("rb") as file:
        return os.utime(file.fileno(), (0, 0))


@attempt
def mark_by_name(scene: Scene) -> object:
    return os.setxattr(scene.source, "user.mark", b"seen")


@attempt
def mark_by_descriptor(scene: Scene) -> object:
    with scene.source.open("rb") as file:
        return os.setxattr(file.fileno(), "user.mark", b"seen")


@attempt
def mark_by_proc(scene: Scene) -> object:
    with scene.source.open("rb") as file:
        return os.setxattr(f"/proc/self/fd/{file.fileno()}", "user.mark", b"seen")


@attempt
def read_marks(scene: Scene) -> object:
    return os.listxattr(scene.home / "secret")


@attempt
def write_beside_the_source(scene: Scene) -> object:
    return (scene.home / "new").write_bytes(b"")


@attempt
def make_a_folder_beside_the_source(scene: Scene) -> object:
    return (scene.home / "folder").mkdir()


@attempt
def remove_a_file(scene: Scene) -> object:
    return scene.victim("remove").unlink()


@attempt
def rename_a_file(scene: Scene) -> object:
    return scene.victim("rename").rename(scene.home / "renamed")


@attempt
def rename_over_a_file(scene: Scene) -> object:
    (scene.workshop / "mine").write_bytes(b"mine")
    return (scene.workshop / "mine").rename(scene.victim("over"))


@attempt
def swap_with_a_file(scene: Scene) -> object:
    (scene.workshop / "swapped").write_bytes(b"mine")
    mine, theirs = bytes(scene.workshop / "swapped"), bytes(scene.victim("swap"))
    return call("renameat2", _AT_FDCWD, mine, _AT_FDCWD, theirs, 2)


@attempt
def link_softly_to_a_file(scene: Scene) -> object:
    return (scene.workshop / "soft").symlink_to(scene.home / "secret")


@attempt
def link_hard_to_a_file(scene: Scene) -> object:
    return (scene.workshop / "hard").hardlink_to(scene.victim("hard"))


@attempt
def link_out_of_the_workshop(scene: Scene) -> object:
    (scene.workshop / "inside").write_bytes(b"")
    return (scene.home / "outside").hardlink_to(scene.workshop / "inside")


@attempt
def write_a_file_of_somebody_else(scene: Scene) -> object:
    """It lies where it may write, so that only a right of root is missing."""
    return (scene.workshop / "theirs").write_bytes(b"")


@attempt
def remove_what_it_wrote(scene: Scene) -> object:
    """It would then fill a disk with what the parent cannot count."""
    (scene.workshop / "removed").write_bytes(b"")
    return (scene.workshop / "removed").unlink()


@attempt
def hide_what_it_writes_in_a_folder_that_is_shut(scene: Scene) -> object:
    """It would then fill a disk with what the parent cannot count."""
    (scene.workshop / "shut").mkdir(mode=0o300)
    return (scene.workshop / "shut/much").write_bytes(b"")


@attempt
def hide_what_it_writes_too_deep_for_a_path(scene: Scene) -> object:
    (scene.workshop / "deep").mkdir()
    folder = os.open(scene.workshop / "deep", os.O_RDONLY)
    os.mkdir("deeper", dir_fd=folder)
    return os.open("deeper/much", os.O_WRONLY | os.O_CREAT, dir_fd=folder)


@attempt
def write_a_file_without_a_name(scene: Scene) -> object:
    return os.open(scene.workshop, os.O_TMPFILE | os.O_RDWR)


@attempt
def make_a_pipe_with_a_name(scene: Scene) -> object:
    return os.mkfifo(scene.workshop / "fifo")


@attempt
def make_a_device(scene: Scene) -> object:
    return os.mknod(scene.workshop / "null", 0o600 | 0o020000, os.makedev(1, 3))


@attempt
def open_by_handle(scene: Scene) -> object:
    handle, mount = ctypes.create_string_buffer(struct.pack("Ii", 128, 0), 136), ctypes.c_int()
    path = bytes(scene.home / "secret")
    call("name_to_handle_at", _AT_FDCWD, path, handle, ctypes.byref(mount), 0)
    folder = os.open(scene.home, os.O_RDONLY)
    return call("open_by_handle_at", folder, handle, os.O_RDONLY)


@attempt
def watch_a_folder(scene: Scene) -> object:
    return call("inotify_init1", 0)


@attempt
def watch_all_files(_scene: Scene) -> object:
    return call("fanotify_init", 0x200, 0)


@attempt
def watch_the_old_way(scene: Scene) -> object:
    folder = os.open(scene.workshop, os.O_RDONLY)
    return fcntl.fcntl(folder, fcntl.F_NOTIFY, fcntl.DN_CREATE)


@attempt
def hold_a_lease(scene: Scene) -> object:
    with scene.source.open("rb") as file:
        return fcntl.fcntl(file, 1024, fcntl.F_RDLCK)


@attempt
def lock_the_source(scene: Scene) -> object:
    with scene.source.open("rb") as file:
        return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@attempt
def change_its_root(scene: Scene) -> object:
    return os.chroot(scene.workshop)


@attempt
def see_what_lies_in_memory_of_a_file(scene: Scene) -> object:
    with scene.source.open("rb") as file:
        memory = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
        address = ctypes.c_char * 1
        return call("mincore", ctypes.addressof(address.from_buffer_copy(memory)) & -4096, 1, b"0")


# --- the system


@attempt
def read_who_has_accounts(_scene: Scene) -> object:
    return Path("/etc/passwd").read_bytes()


@attempt
def read_the_name_of_the_machine(_scene: Scene) -> object:
    return Path("/etc/hostname").read_bytes()


@attempt
def list_programs(_scene: Scene) -> object:
    return os.listdir("/usr/bin")


@attempt
def list_processes(_scene: Scene) -> object:
    return os.listdir("/proc")


@attempt
def read_a_command_line(scene: Scene) -> object:
    return Path(f"/proc/{scene.other}/cmdline").read_bytes()


@attempt
def read_the_command_line_of_the_parent(scene: Scene) -> object:
    return Path(f"/proc/{scene.parent}/cmdline").read_bytes()


@attempt
def read_the_environment_of_the_parent(scene: Scene) -> object:
    return Path(f"/proc/{scene.parent}/environ").read_bytes()


@attempt
def read_the_memory_of_another(scene: Scene) -> object:
    return Path(f"/proc/{scene.other}/mem").open("rb")


@attempt
def see_the_files_of_another(scene: Scene) -> object:
    return os.listdir(f"/proc/{scene.other}/fd")


@attempt
def see_the_folder_of_another(scene: Scene) -> object:
    return os.readlink(f"/proc/{scene.other}/cwd")


@attempt
def read_what_is_mounted(_scene: Scene) -> object:
    return Path("/proc/self/mounts").read_bytes()


@attempt
def read_the_network_cards(_scene: Scene) -> object:
    return Path("/proc/net/dev").read_bytes(), os.listdir("/sys/class/net")


@attempt
def list_what_the_machine_is_made_of(_scene: Scene) -> object:
    return os.listdir("/sys/class")


@attempt
def list_devices(_scene: Scene) -> object:
    return os.listdir("/dev")


@attempt
def open_a_terminal(_scene: Scene) -> object:
    return os.open("/dev/ptmx", os.O_RDWR | os.O_NOCTTY)


@attempt
def read_shared_memory_of_another_program(scene: Scene) -> object:
    return scene.shared.read_bytes()


@attempt
def list_shared_memory(_scene: Scene) -> object:
    return os.listdir("/dev/shm")


@attempt
def make_shared_memory_with_a_name(_scene: Scene) -> object:
    path = Path(f"/dev/shm/payload-{os.getpid()}")
    path.write_bytes(b"")
    return path.unlink()


@attempt
def type_into_a_terminal(scene: Scene) -> object:
    return fcntl.ioctl(scene.terminal, 0x5412, b"x")


@attempt
def type_into_a_terminal_by_another_number(scene: Scene) -> object:
    """The kernel looks at 32 of its 64 bits."""
    return LIBC.ioctl(scene.terminal, ctypes.c_ulong(1 << 32 | 0x5412), b"x") == 0 or 1 / 0


@attempt
def write_what_the_parent_left_open(scene: Scene) -> object:
    return os.write(scene.inherited, b"payload")


# --- other processes


@attempt
def stop_another(scene: Scene) -> object:
    return os.kill(scene.other, signal.SIGSTOP)


@attempt
def kill_another(scene: Scene) -> object:
    return os.kill(scene.other, signal.SIGCONT)


@attempt
def signal_the_parent(scene: Scene) -> object:
    return os.kill(scene.parent, signal.SIGCONT)


@attempt
def signal_everybody(_scene: Scene) -> object:
    return os.kill(-1, 0)


@attempt
def signal_a_group(scene: Scene) -> object:
    return os.killpg(os.getpgid(scene.other) if scene.other else 0, 0)


@attempt
def signal_its_own_group(_scene: Scene) -> object:
    return os.kill(0, 0)


@attempt
def signal_a_thread(scene: Scene) -> object:
    return call("tgkill", scene.other, scene.other, 0)


@attempt
def signal_a_thread_the_old_way(scene: Scene) -> object:
    return call("tkill", scene.other, 0)


@attempt
def queue_a_signal(scene: Scene) -> object:
    return call("rt_sigqueueinfo", scene.other, 0, struct.pack("iii116x", 0, 0, -1))


@attempt
def signal_by_descriptor(scene: Scene) -> object:
    return call("pidfd_send_signal", call("pidfd_open", scene.other, 0), 0, None, 0)


@attempt
def hold_another_by_descriptor(scene: Scene) -> object:
    return call("pidfd_open", scene.other, 0)


@attempt
def have_the_kernel_signal_another(scene: Scene) -> object:
    reading, _writing = os.pipe()
    return fcntl.fcntl(reading, fcntl.F_SETOWN, scene.other)


@attempt
def start_a_timer(_scene: Scene) -> object:
    return call("timer_create", 1, None, ctypes.byref(ctypes.c_int()))


@attempt
def look_into_another(scene: Scene) -> object:
    call("ptrace", 0x4206, scene.other, 0, 0)  # SEIZE, which stops nothing
    return os.kill(os.getpid(), 0)


@attempt
def be_looked_into(_scene: Scene) -> object:
    return call("ptrace", 0, 0, 0, 0)


@attempt
def read_memory_of_another(scene: Scene) -> object:
    return _memory_of(scene.other, "process_vm_readv")


@attempt
def write_memory_of_another(scene: Scene) -> object:
    return _memory_of(scene.other, "process_vm_writev")


def _memory_of(other: int, name: str) -> int:
    """Reach for nothing of it: allowed to whoever could reach for something."""
    buffer = ctypes.create_string_buffer(8)
    mine = struct.pack("PN", ctypes.addressof(buffer), 0)
    return call(name, other, mine, 1, struct.pack("PN", 0, 0), 1, 0)


@attempt
def compare_with_another(scene: Scene) -> object:
    return call("kcmp", os.getpid(), scene.other, 1, 0, 0)


@attempt
def slow_another_down(scene: Scene) -> object:
    return os.setpriority(os.PRIO_PROCESS, scene.other, 19)


@attempt
def move_another_to_one_processor(scene: Scene) -> object:
    return os.sched_setaffinity(scene.other, os.sched_getaffinity(0))


@attempt
def limit_another(scene: Scene) -> object:
    now = resource.prlimit(scene.other, resource.RLIMIT_CORE)
    return resource.prlimit(scene.other, resource.RLIMIT_CORE, now)


@attempt
def change_its_limits(_scene: Scene) -> object:
    now = resource.getrlimit(resource.RLIMIT_CORE)
    return resource.setrlimit(resource.RLIMIT_CORE, now)


@attempt
def change_how_it_is_scheduled(_scene: Scene) -> object:
    return os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


@attempt
def fork(_scene: Scene) -> object:
    child = os.fork()
    if child == 0:
        os._exit(0)
    return os.waitpid(child, 0)


@attempt
def fork_by_number(_scene: Scene) -> object:
    return _parted(call("clone", signal.SIGCHLD, 0, 0, 0, 0))


@attempt
def fork_by_the_newest_call(_scene: Scene) -> object:
    return _parted(call("clone3", struct.pack("8Q", 0, 0, 0, 0, int(signal.SIGCHLD), 0, 0, 0), 64))


@attempt
def fork_into_a_new_user(_scene: Scene) -> object:
    return _parted(call("clone", signal.SIGCHLD | 0x10000000, 0, 0, 0, 0))


def _parted(child: int) -> object:
    if child == 0:
        os._exit(0)
    return os.waitpid(child, 0)


@attempt
def start_a_program(_scene: Scene) -> object:
    return os.execv("/bin/true", ["true"])


@attempt
def start_its_own_program(scene: Scene) -> object:
    return os.execv(scene.workshop / "program", ["program"])


@attempt
def start_a_program_from_memory(_scene: Scene) -> object:
    descriptor = os.memfd_create("program")
    os.write(descriptor, Path("/bin/true").read_bytes())
    return os.execv(f"/proc/self/fd/{descriptor}", ["true"])


@attempt
def become_somebody_else(_scene: Scene) -> object:
    return os.setresuid(65533, 65533, 65533) if os.getuid() == 0 else os.setuid(os.getuid())


@attempt
def become_looked_into(_scene: Scene) -> object:
    return LIBC.prctl(4, 1, 0, 0, 0) == 0 or 1 / 0


@attempt
def outlive_the_parent(_scene: Scene) -> object:
    return LIBC.prctl(1, 0, 0, 0, 0) == 0 or 1 / 0


@attempt
def leave_its_group(_scene: Scene) -> object:
    return os.setpgid(0, 0) if os.getpgrp() != os.getpid() else os.setpgid(os.getpid(), 0)


# --- talking to others


def _opens(*arguments: int) -> Attempt:
    return lambda _scene: socket.socket(*arguments)


for _name, _kind in {
    "open a socket to the network": (socket.AF_INET, socket.SOCK_STREAM),
    "open a datagram socket": (socket.AF_INET, socket.SOCK_DGRAM),
    "open a socket to the new network": (socket.AF_INET6, socket.SOCK_STREAM),
    "open a local socket": (socket.AF_UNIX, socket.SOCK_STREAM),
    "open a socket to the kernel": (socket.AF_NETLINK, socket.SOCK_RAW),
    "open a raw socket": (socket.AF_INET, socket.SOCK_RAW, 1),
}.items():
    ATTEMPTS[_name] = _opens(*_kind)


@attempt
def talk_to_a_service_without_a_file(scene: Scene) -> object:
    return socket.socket(socket.AF_UNIX).connect(f"\0{scene.abstract}")


@attempt
def talk_to_a_service(scene: Scene) -> object:
    return socket.socket(socket.AF_UNIX).connect(scene.listening)


@attempt
def make_a_pair_of_sockets(_scene: Scene) -> object:
    return socket.socketpair()


@attempt
def attach_shared_memory(scene: Scene) -> object:
    return call("shmat", scene.segment, None, 0)


@attempt
def see_shared_memory(scene: Scene) -> object:
    return call("shmctl", scene.segment, 2, ctypes.create_string_buffer(256))


@attempt
def make_shared_memory(_scene: Scene) -> object:
    return call("shmctl", call("shmget", 0, 4096, 0o1600), 0, None)


@attempt
def make_a_message_queue(_scene: Scene) -> object:
    return call("msgctl", call("msgget", 0, 0o1600), 0, None)


@attempt
def make_semaphores(_scene: Scene) -> object:
    return call("semctl", call("semget", 0, 1, 0o1600), 0, 0)


@attempt
def make_a_named_queue(_scene: Scene) -> object:
    name = f"payload-{os.getpid()}".encode()
    call("mq_open", name, os.O_CREAT | os.O_RDWR, 0o600, None)
    return call("mq_unlink", name)


@attempt
def keep_something_in_the_keyring(_scene: Scene) -> object:
    return call("add_key", b"user", b"payload", b"x", 1, -2)


@attempt
def search_the_keyring(_scene: Scene) -> object:
    return call("keyctl", 0, -3, 1, 0, 0)


@attempt
def ask_for_a_key(_scene: Scene) -> object:
    call("add_key", b"user", b"payload", b"x", 1, -2)
    return call("request_key", b"user", b"payload", None, 0)


# --- the kernel


@attempt
def be_root_in_a_new_user_namespace(_scene: Scene) -> object:
    return call("unshare", 0x10000000)


@attempt
def have_a_new_mount_namespace(_scene: Scene) -> object:
    return call("unshare", 0x00020000)


@attempt
def have_files_of_its_own(_scene: Scene) -> object:
    return call("unshare", 0x00000400)


@attempt
def enter_the_namespaces_of_another(scene: Scene) -> object:
    return call("setns", os.open(f"/proc/{scene.other}/ns/uts", os.O_RDONLY), 0)


@attempt
def mount_something(scene: Scene) -> object:
    call("unshare", 0x00020000)
    return call("mount", b"none", bytes(scene.workshop), b"tmpfs", 0, None)


@attempt
def read_messages_of_the_kernel(_scene: Scene) -> object:
    return call("syslog", 10, None, 0)


@attempt
def load_a_program_into_the_kernel(_scene: Scene) -> object:
    return call("bpf", 0, struct.pack("IIII112x", 2, 4, 4, 1), 128)


@attempt
def count_events(_scene: Scene) -> object:
    return call("perf_event_open", struct.pack("IIQ112x", 1, 128, 0), 0, -1, -1, 0)


@attempt
def handle_page_faults(_scene: Scene) -> object:
    return call("userfaultfd", 1)


@attempt
def use_io_uring(_scene: Scene) -> object:
    return call("io_uring_setup", 1, ctypes.create_string_buffer(120))


@attempt
def change_how_it_is_run(_scene: Scene) -> object:
    return call("personality", 0x0040000)


@attempt
def filter_its_own_calls(_scene: Scene) -> object:
    return call("seccomp", 2, 0, struct.pack("I", 0x7FFF0000))


@attempt
def flush_all_disks(_scene: Scene) -> object:
    return call("sync")


# --- more than it was given


def _shared(size: int, descriptor: int = -1) -> int:
    """Map and touch `size` bytes of shared memory; return how many."""
    step, held = 64 << 20, []
    for at in range(0, size, step):
        offset = at if descriptor >= 0 else 0
        held.append(mmap.mmap(descriptor, step, flags=mmap.MAP_SHARED, offset=offset))
        for page in range(0, step, 1 << 12):
            held[-1][page] = 1
    return size


@attempt
def lock_memory(_scene: Scene) -> object:
    buffer = ctypes.create_string_buffer(8 << 20)
    return call("mlock", ctypes.byref(buffer), 8 << 20)


@attempt
def take_more_memory(_scene: Scene) -> object:
    return len(bytearray(2 * MEMORY))


@attempt
def take_more_memory_in_a_file_without_a_name(_scene: Scene) -> object:
    descriptor = os.memfd_create("much")
    os.ftruncate(descriptor, 2 * MEMORY)
    return _shared(2 * MEMORY, descriptor)


@attempt
def take_more_address_space(_scene: Scene) -> object:
    return mmap.mmap(-1, 1 << 40, flags=mmap.MAP_SHARED | 0x4000)  # without reserving


@attempt
def write_more_to_a_file(scene: Scene) -> object:
    return (scene.workshop / "much").write_bytes(bytes(2 * LIMITS.file_bytes))


@attempt
def make_a_file_look_larger(scene: Scene) -> object:
    with (scene.workshop / "wide").open("wb") as file:
        return file.truncate(2 * LIMITS.file_bytes)


@attempt
def map_more_of_a_file(scene: Scene) -> object:
    with (scene.workshop / "mapped").open("w+b") as file:
        file.truncate(2 * MEMORY)
        return _shared(2 * MEMORY, file.fileno())


@attempt
def open_files_without_end(scene: Scene) -> object:
    return [os.open(scene.source, os.O_RDONLY) for _number in range(600)]


@attempt
def dump_core(_scene: Scene) -> object:
    return resource.getrlimit(resource.RLIMIT_CORE)[1] != 0 or 1 / 0


# --- what a decoder may do

WORK: dict[str, Attempt] = {}


def work(function: Attempt) -> Attempt:
    WORK[function.__name__.replace("_", " ")] = function
    return function


@work
def read_the_source(scene: Scene) -> object:
    return scene.source.read_bytes()


@work
def read_the_source_by_its_descriptor(scene: Scene) -> object:
    with scene.source.open("rb") as file:
        return Path(f"/dev/fd/{file.fileno()}").read_bytes()


@work
def write_a_copy_and_read_it(scene: Scene) -> object:
    folder = scene.workshop / "parts"
    folder.mkdir()
    (folder / "copy").write_bytes(b"1234")
    with (folder / "copy").open("r+b") as file:
        file.truncate(2)
        os.fsync(file.fileno())
    (folder / "copy").write_bytes(b"again")
    return os.listdir(folder)


@work
def use_threads(_scene: Scene) -> object:
    done: list[int] = []
    threads = [threading.Thread(target=done.append, args=(n,)) for n in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done


@work
def use_a_library(_scene: Scene) -> object:
    return LIBC.abs(-1), ctypes.CDLL("libm.so.6").fabs


@work
def map_memory(_scene: Scene) -> object:
    with mmap.mmap(-1, 64 << 20, prot=mmap.PROT_READ | mmap.PROT_WRITE) as memory:
        memory[1 << 20] = 1
    return True


@work
def know_the_time_and_roll_dice(_scene: Scene) -> object:
    time.sleep(0.001)
    return time.time(), os.urandom(8), Path("/dev/urandom").open("rb").read(1)


@work
def see_the_processors(_scene: Scene) -> object:
    return os.cpu_count(), os.sched_getaffinity(0), Path("/proc/cpuinfo").read_bytes()


@work
def throw_something_away(_scene: Scene) -> object:
    return Path("/dev/null").write_bytes(b"nothing")


# --- what it sees all the same: no rule of the kernel's covers names

SEEN: dict[str, Attempt] = {
    "that a file is there, its size and dates": lambda scene: (scene.home / "secret").stat(),
    "how full a disk is": lambda scene: os.statvfs(scene.home),
    "the name and version of the system": lambda _scene: os.uname(),
}


def main() -> None:
    """Try all; print what came of each: done, killed, or the name of the error."""
    said = json.loads(sys.stdin.read())
    paths = ("home", "workshop", "source", "shared")
    scene = Scene(**{k: Path(v) if k in paths else v for k, v in said["scene"].items()})
    if said["user"]:
        os.setgroups([])
        os.setresgid(said["user"], said["user"], said["user"])
        os.setresuid(said["user"], said["user"], said["user"])
    wanted = said["attempts"] or list(ATTEMPTS)
    # Imported before the cell closes, as readers are, and called after it.
    reads = pkgutil.resolve_name(said["reader"]) if said["reader"] else lambda: None
    confine_child = prepared(LIMITS) if said["prepared"] else None
    how = (said["confined"], confine_child, reads)
    sys.stdout.write(json.dumps({name: _came_of(name, scene, *how) for name in wanted}))


def _came_of(
    name: str,
    scene: Scene,
    confined: bool,
    confine_child: Callable[[list[int]], object] | None,
    reads: Callable[[], object],
) -> str:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if confine_child is not None:  # as a child that reads, which has no file of its own
                confine_child([writing, scene.terminal])
            elif confined:
                confine(
                    LIMITS,
                    readable=[scene.source],
                    writable=[scene.workshop],
                    descriptors=[writing, scene.terminal],
                )
            reads()
            os.write(writing, b"c")
            if name.startswith("call "):
                call_number(int(name.removeprefix("call ")))
            else:
                (ATTEMPTS | WORK | SEEN)[name](scene)
            os.write(writing, b"done")
        except Exception as error:
            os.write(writing, type(error).__name__.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    _child, status = os.waitpid(child, 0)
    if not said.startswith(b"c"):
        return f"not confined: {said.decode()}"
    if os.WIFSIGNALED(status):
        return f"killed by {signal.Signals(os.WTERMSIG(status)).name}"
    return said[1:].decode() or "became something else"


if __name__ == "__main__":
    main()
