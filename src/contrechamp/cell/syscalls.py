"""System calls: their numbers on each machine, and which of them the cell lets through.

What is allowed was found by running every masker and reader with its system calls recorded.
Everything else is refused, and with it whatever later kernels will add.
"""


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split())


#: What any program needs: memory, threads, clocks, and files (Landlock tells which).
ALLOWED = _set(
    # reading and writing what is open
    "read readv pread64 preadv preadv2 write writev pwrite64 pwritev lseek close close_range "
    "fstat fstatfs getdents64 ftruncate fallocate fsync fdatasync fadvise64 sendfile "
    "copy_file_range dup dup2 dup3 pipe pipe2 poll ppoll select pselect6 "
    # names; neither removing nor renaming, so that all that was written can be counted
    "stat lstat newfstatat statx statfs access faccessat faccessat2 getcwd "
    # memory and threads
    "mmap munmap mprotect mremap brk madvise membarrier futex set_robust_list set_tid_address "
    "rseq sched_yield sched_getaffinity getcpu exit exit_group "
    # about itself and the machine
    "getpid getppid gettid getuid geteuid getgid getegid getpgrp uname sysinfo getrandom "
    "getrusage times gettimeofday time clock_gettime clock_getres clock_nanosleep nanosleep "
    "restart_syscall rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack"
)
#: What `contrechamp.cell.seccomp` allows with some arguments only.
FILTERED = _set(
    "open openat mkdir mkdirat clone prctl ioctl fcntl kill tgkill prlimit64 sched_setaffinity "
    "arch_prctl"
)
#: Said to be unknown to this kernel: the C library then does without.
UNKNOWN = _set("clone3 openat2")
#: No decoder ever calls these, not even to see whether they are there: who does has taken it over,
#: and is killed.
KILLED = _set(
    "ptrace process_vm_readv process_vm_writev process_madvise kcmp pidfd_getfd "
    "pidfd_send_signal add_key request_key keyctl unshare setns mount umount2 pivot_root chroot "
    "move_mount open_tree fsopen fsconfig fsmount fspick mount_setattr open_by_handle_at bpf "
    "perf_event_open userfaultfd io_uring_enter io_uring_register init_module finit_module "
    "delete_module kexec_load kexec_file_load reboot swapon swapoff acct quotactl settimeofday "
    "clock_settime clock_adjtime adjtimex sethostname setdomainname iopl ioperm setuid setgid "
    "setreuid setregid setresuid setresgid setgroups setfsuid setfsgid capset fanotify_init "
    "lookup_dcookie syslog vhangup"
)
#: What an outside program needs beyond that: to be started, and to find what belongs to it.
OF_PROGRAMS = _set("execve getgroups getpgid getsid readlink readlinkat")
#: What office software needs beyond `ALLOWED`, in a workshop that is in memory: it writes beside,
#: and puts that in the place of what was there. Landlock tells where.
OF_SCRATCH = _set("readlink readlinkat eventfd2 unlink unlinkat rmdir rename renameat renameat2")

#: Machines that have a table below: as `platform.machine` calls them, and as seccomp does.
MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

#: Name: number on x86-64, then on AArch64; None where it is not there.
_NUMBERS: dict[str, tuple[int | None, int | None]] = {
    "access": (21, None),
    "acct": (163, 89),
    "add_key": (248, 217),
    "adjtimex": (159, 171),
    "arch_prctl": (158, None),
    "bpf": (321, 280),
    "brk": (12, 214),
    "capset": (126, 91),
    "chroot": (161, 51),
    "clock_adjtime": (305, 266),
    "clock_getres": (229, 114),
    "clock_gettime": (228, 113),
    "clock_nanosleep": (230, 115),
    "clock_settime": (227, 112),
    "clone": (56, 220),
    "clone3": (435, 435),
    "close": (3, 57),
    "close_range": (436, 436),
    "copy_file_range": (326, 285),
    "delete_module": (176, 106),
    "dup": (32, 23),
    "dup2": (33, None),
    "dup3": (292, 24),
    "eventfd2": (290, 19),
    "execve": (59, 221),
    "exit": (60, 93),
    "exit_group": (231, 94),
    "faccessat": (269, 48),
    "faccessat2": (439, 439),
    "fadvise64": (221, 223),
    "fallocate": (285, 47),
    "fanotify_init": (300, 262),
    "fcntl": (72, 25),
    "fdatasync": (75, 83),
    "finit_module": (313, 273),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fsopen": (430, 430),
    "fspick": (433, 433),
    "fstat": (5, 80),
    "fstatfs": (138, 44),
    "fsync": (74, 82),
    "ftruncate": (77, 46),
    "futex": (202, 98),
    "getcpu": (309, 168),
    "getcwd": (79, 17),
    "getdents64": (217, 61),
    "getegid": (108, 177),
    "geteuid": (107, 175),
    "getgid": (104, 176),
    "getgroups": (115, 158),
    "getpgid": (121, 155),
    "getpgrp": (111, None),
    "getpid": (39, 172),
    "getppid": (110, 173),
    "getrandom": (318, 278),
    "getrusage": (98, 165),
    "getsid": (124, 156),
    "gettid": (186, 178),
    "gettimeofday": (96, 169),
    "getuid": (102, 174),
    "init_module": (175, 105),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "ioctl": (16, 29),
    "ioperm": (173, None),
    "iopl": (172, None),
    "kcmp": (312, 272),
    "kexec_file_load": (320, 294),
    "kexec_load": (246, 104),
    "keyctl": (250, 219),
    "kill": (62, 129),
    "lookup_dcookie": (212, 18),
    "lseek": (8, 62),
    "lstat": (6, None),
    "madvise": (28, 233),
    "membarrier": (324, 283),
    "mkdir": (83, None),
    "mkdirat": (258, 34),
    "mmap": (9, 222),
    "mount": (165, 40),
    "mount_setattr": (442, 442),
    "move_mount": (429, 429),
    "mprotect": (10, 226),
    "mremap": (25, 216),
    "munmap": (11, 215),
    "nanosleep": (35, 101),
    "newfstatat": (262, 79),
    "open": (2, None),
    "open_by_handle_at": (304, 265),
    "open_tree": (428, 428),
    "openat": (257, 56),
    "openat2": (437, 437),
    "perf_event_open": (298, 241),
    "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424),
    "pipe": (22, None),
    "pipe2": (293, 59),
    "pivot_root": (155, 41),
    "poll": (7, None),
    "ppoll": (271, 73),
    "prctl": (157, 167),
    "pread64": (17, 67),
    "preadv": (295, 69),
    "preadv2": (327, 286),
    "prlimit64": (302, 261),
    "process_madvise": (440, 440),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pselect6": (270, 72),
    "ptrace": (101, 117),
    "pwrite64": (18, 68),
    "pwritev": (296, 70),
    "quotactl": (179, 60),
    "read": (0, 63),
    "readlink": (89, None),
    "readlinkat": (267, 78),
    "readv": (19, 65),
    "reboot": (169, 142),
    "rename": (82, None),
    "renameat": (264, 38),
    "renameat2": (316, 276),
    "request_key": (249, 218),
    "restart_syscall": (219, 128),
    "rmdir": (84, None),
    "rseq": (334, 293),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sched_getaffinity": (204, 123),
    "sched_setaffinity": (203, 122),
    "sched_yield": (24, 124),
    "select": (23, None),
    "sendfile": (40, 71),
    "set_robust_list": (273, 99),
    "set_tid_address": (218, 96),
    "setdomainname": (171, 162),
    "setfsgid": (123, 152),
    "setfsuid": (122, 151),
    "setgid": (106, 144),
    "setgroups": (116, 159),
    "sethostname": (170, 161),
    "setns": (308, 268),
    "setregid": (114, 143),
    "setresgid": (119, 149),
    "setresuid": (117, 147),
    "setreuid": (113, 145),
    "settimeofday": (164, 170),
    "setuid": (105, 146),
    "sigaltstack": (131, 132),
    "stat": (4, None),
    "statfs": (137, 43),
    "statx": (332, 291),
    "swapoff": (168, 225),
    "swapon": (167, 224),
    "sysinfo": (99, 179),
    "syslog": (103, 116),
    "tgkill": (234, 131),
    "time": (201, None),
    "times": (100, 153),
    "umount2": (166, 39),
    "uname": (63, 160),
    "unlink": (87, None),
    "unlinkat": (263, 35),
    "unshare": (272, 97),
    "userfaultfd": (323, 282),
    "vhangup": (153, 58),
    "write": (1, 64),
    "writev": (20, 66),
}


def numbers(machine: str) -> dict[str, int]:
    """Return the number of each system call that `machine` has.

    Raises:
        KeyError: there is no table for this machine.
    """
    if machine not in MACHINES:
        raise KeyError(machine)
    column = list(MACHINES).index(machine)
    found = ((name, row[column]) for name, row in _NUMBERS.items())
    return {name: number for name, number in found if number is not None}
