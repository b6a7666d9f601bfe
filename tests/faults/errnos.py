"""errnos: which errors each system call can give, after Linux's manual pages.

A call that is not in the table gets UNKNOWN, so that none is left out because
nobody thought of it. CANNOT_FAIL are those which have no failure that a program
could see. Of these is futex(2): waking cannot fail, libc begins an interrupted
wait again, and strace cannot tell the two apart, so that it would lose a waking.
"""

from __future__ import annotations

_PATH = "EACCES EIO ENOMEM ESTALE"
_NEW_NAME = f"{_PATH} ENOSPC EDQUOT EROFS"
_NEW_DESCRIPTOR = "EMFILE ENFILE ENOMEM"
_DATA_OUT = "ENOSPC EDQUOT EIO EINTR ESTALE EFBIG ENOMEM"

ERRNOS: dict[str, str] = {
    "access": _PATH,
    "arch_prctl": "EPERM",
    "brk": "ENOMEM",
    "chmod": f"{_PATH} EPERM EROFS",
    "clone": "EAGAIN ENOMEM",
    "clone3": "EAGAIN ENOMEM",
    "close": "EIO EINTR ENOSPC EDQUOT",
    "connect": "ECONNREFUSED EACCES EINTR EAGAIN",
    "copy_file_range": f"{_DATA_OUT} EXDEV ENOSYS EINVAL EOPNOTSUPP",
    "dup": "EMFILE",
    "dup2": "EBUSY EINTR EMFILE",
    "execve": "EACCES EIO ENOMEM E2BIG EMFILE",
    "fchmod": "EIO EPERM EROFS",
    "fcntl": "EINTR ENOLCK EAGAIN",
    "fdatasync": "EIO ENOSPC EDQUOT EINTR ESTALE",
    "flock": "EINTR ENOLCK",
    "fstat": "EIO ENOMEM ESTALE",
    "fsync": "EIO ENOSPC EDQUOT EROFS EINTR ESTALE",
    "ftruncate": _DATA_OUT,
    "getcwd": "EACCES ENOMEM",
    "getdents64": "EIO ENOMEM ESTALE",
    "getrandom": "EINTR ENOSYS",
    "ioctl": "EIO",
    "kill": "EPERM",
    "link": f"{_NEW_NAME} EXDEV EPERM EMLINK EINTR",
    "linkat": f"{_NEW_NAME} EXDEV EPERM EMLINK EINTR",
    "lseek": "EIO ESPIPE",
    "lstat": _PATH,
    "madvise": "ENOMEM",
    "memfd_create": f"{_NEW_DESCRIPTOR} ENOSYS",
    "mkdir": f"{_NEW_NAME} EMLINK EINTR",
    "mmap": "ENOMEM EACCES ENFILE",
    "mprotect": "ENOMEM EACCES",
    "mremap": "ENOMEM",
    "munmap": "ENOMEM",
    "newfstatat": _PATH,
    "openat": f"{_NEW_NAME} EMFILE ENFILE EINTR",
    "pidfd_open": f"{_NEW_DESCRIPTOR} ENOSYS",
    "pipe2": "EMFILE ENFILE",
    "poll": "EINTR ENOMEM",
    "pread64": "EIO EINTR ESTALE ENOMEM",
    "prlimit64": "EPERM",
    "pwrite64": _DATA_OUT,
    "read": "EIO EINTR ESTALE ENOMEM",
    "readlink": _PATH,
    "rename": f"{_NEW_NAME} EXDEV EINTR",
    "renameat": f"{_NEW_NAME} EXDEV EINTR",
    "renameat2": f"{_NEW_NAME} EXDEV EINTR EINVAL",
    "rmdir": f"{_PATH} EBUSY EROFS",
    "sendto": "EAGAIN ENOBUFS ECONNREFUSED EINTR",
    "socket": f"{_NEW_DESCRIPTOR} EACCES",
    "stat": _PATH,
    "statx": f"{_PATH} ENOSYS",
    "symlink": _NEW_NAME,
    "syncfs": "EIO ENOSPC EDQUOT",
    "unlink": f"{_PATH} EBUSY EROFS EPERM EINTR",
    "utimensat": f"{_PATH} EPERM EROFS",
    "vfork": "EAGAIN ENOMEM",
    "wait4": "EINTR",
    "write": _DATA_OUT,
    "writev": _DATA_OUT,
}

CANNOT_FAIL = frozenset(
    {
        *("exit", "exit_group", "getegid", "geteuid", "getgid", "getpid", "getppid", "gettid"),
        *("getuid", "rseq", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "setitimer"),
        *("set_robust_list", "set_tid_address", "sigaltstack", "sysinfo", "uname", "umask"),
        "futex",
    }
)

UNKNOWN = "EIO ENOMEM EINTR"


def errnos_of(call: str) -> list[str]:
    """The errors that `call` is made to give."""
    return [] if call in CANNOT_FAIL else ERRNOS.get(call, UNKNOWN).split()
