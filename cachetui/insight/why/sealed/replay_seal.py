"""Keep this process from changing anything outside one folder, from using sockets, and from starting processes."""

from __future__ import print_function, unicode_literals

import os
import sys

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGING = {"os.mkdir": 2, "os.remove": 1, "os.rmdir": 1, "os.chmod": 2, "os.chown": 3, "os.utime": 3}
CHANGING.update({"os.truncate": 9, "os.setxattr": 9, "os.removexattr": 9})  # each: index of the folder argument
RUNNING = frozenset(
    ["subprocess.Popen", "os.system", "os.exec", "os.fork", "os.forkpty", "os.spawn", "os.posix_spawn"]
    + ["os.startfile", "sqlite3.connect"]
)
DENIED, UNREACHABLE = 13, 101  # error numbers that pip can handle
SEALED = "sealed by cachetui"


def placed(args, at, folder_at):
    """Return the path among the arguments of an audit event.

    `at` is the index of the path. If the argument at `folder_at` is the descriptor of an open folder, the path is
    joined to the path of that folder.
    """
    path, folder = args[at], args[folder_at] if len(args) > folder_at else -1
    if folder in (-1, None) or isinstance(path, int):
        return path
    return os.path.join(os.path.realpath("/proc/self/fd/%d" % folder), os.fsdecode(path))


class Seal(object):
    """Guard that refuses sockets, processes, and writing outside a folder; it uses audit events (from Python 3.8 on).

    It keeps pip from carrying out its decisions. It is not a sandbox for code: no code from the cache is ever run.
    """

    def __init__(self, folder):
        self.folder = os.path.realpath(folder)

    def allows(self, path):
        """Return whether a path may be written to: a descriptor, `os.devnull`, or a real path in the folder."""
        if isinstance(path, int):
            return True
        try:
            path = os.path.realpath(os.fsdecode(path) if hasattr(os, "fsdecode") else path)
        except (OSError, ValueError, TypeError):
            return False
        return path == self.folder or path.startswith(self.folder + os.sep) or path == os.devnull

    def on_event(self, event, args):
        """Raise OSError for an audit event that must be refused (PEP 578)."""
        refused = False
        if event == "open":
            path, mode, flags = args
            writes = bool(flags & WRITING) if isinstance(flags, int) else any(c in (mode or "") for c in "wax+")
            refused = writes and not self.allows(path)
        elif event in CHANGING:
            refused = not self.allows(placed(args, 0, CHANGING[event]))
        elif event == "os.symlink":
            refused = not self.allows(os.path.dirname(placed(args, 1, 2)))
        elif event == "os.link":
            refused = not self.allows(os.path.dirname(placed(args, 1, 3)))
        elif event == "os.rename":
            refused = not (self.allows(placed(args, 0, 2)) and self.allows(os.path.dirname(placed(args, 1, 3))))
        elif event in RUNNING or event == "pickle.find_class":
            refused = True
        elif event.startswith("socket.") and event not in ("socket.__new__", "socket.gethostname"):
            raise OSError(UNREACHABLE, SEALED)
        if refused:
            raise OSError(DENIED, SEALED)

    def close(self):
        """Seal this process permanently."""
        import socket
        import subprocess

        def refuse(*_args, **_options):
            raise OSError(DENIED, SEALED)

        for name in ("connect", "connect_ex", "sendto", "bind"):
            try:
                setattr(socket.socket, name, refuse)
            except (AttributeError, TypeError):  # Python 2.7 delegates these
                pass
        socket.create_connection = socket.getaddrinfo = refuse
        subprocess.Popen.__init__ = refuse
        os.system = refuse
        if hasattr(sys, "addaudithook"):
            sys.addaudithook(self.on_event)
        else:
            self.wrap()

    def wrap(self):
        """Wrap the functions that must be refused, because Python before 3.8 has no audit events."""
        import io

        try:
            import builtins
        except ImportError:
            import __builtin__ as builtins

        def opening(function):
            def call(path, mode="r", *args, **options):
                is_flags = isinstance(mode, int)
                self.on_event("open", (path, None if is_flags else mode, mode if is_flags else None))
                return function(path, mode, *args, **options)

            return call

        def guarded(function, event):
            def call(*args, **options):
                if options.get("dir_fd") is not None:
                    raise OSError(DENIED, SEALED)
                self.on_event(event, args[:2])
                return function(*args, **options)

            return call

        builtins.open, io.open, os.open = opening(builtins.open), opening(io.open), opening(os.open)
        events = {"unlink": "os.remove", "replace": "os.rename", "execv": "os.exec", "execve": "os.exec"}
        names = ("mkdir", "remove", "rmdir", "chmod", "utime", "rename", "link", "symlink", "fork", "truncate", "chown")
        for name in names + tuple(events):
            if hasattr(os, name):
                setattr(os, name, guarded(getattr(os, name), events.get(name, "os." + name)))
