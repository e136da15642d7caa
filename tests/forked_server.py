"""A process that has loaded Python and torch, and forks itself for each command that it is asked for.

The child has the command's arguments, folder, environment and streams, and runs and ends as a fresh process does.
`forked.py` asks.
"""

import atexit
import contextlib
import fcntl
import functools
import importlib
import json
import os
import pkgutil
import socket
import sys
import termios
import threading
import traceback
import warnings
import weakref
from collections.abc import Callable
from typing import NoReturn

LOADED = (
    "filelock",
    "tomllib",
    "platformdirs.unix",
    *(f"rich.{name}" for name in ("_emoji_codes", "columns", "emoji", "padding", "panel", "progress", "traceback")),
)
"""what most commands need, and which reads nothing from the environment, as typer.rich_utils does"""
LEFT_OUT = ("mnist_sum_tui.__main__", "mnist_sum_tui.inference.bundle", "mnist_sum_tui.tui.web")
"""of the program's modules: two are run by name, and the last loads a server of web pages"""


def load() -> None:
    """Load what the commands would load one by one: a list of runs takes 0.01 s for it, a dashboard 0.3 s."""
    import mnist_sum_tui
    from mnist_sum_tui import settings

    os.environ["TEXTUAL_FPS"] = str(settings.KNOWN["fps"].usual)  # read on import, as the dashboard sets it
    own = [module.name for module in pkgutil.walk_packages(mnist_sum_tui.__path__, "mnist_sum_tui.")]
    for name in (*LOADED, *own):
        if not name.startswith(LEFT_OUT):
            importlib.import_module(name)


def serve(link: socket.socket) -> tuple[list[str], str, dict[str, str], list[int]]:
    """Start commands; returns in each of their processes alone, with what it has to do."""
    while True:
        asked, streams, *_ = socket.recv_fds(link, 1 << 16, 4)
        while asked and not asked.endswith(b"\n"):
            asked += link.recv(1 << 16)
        if not asked:
            os._exit(0)
        arguments, folder, environments = json.loads(asked)
        answer, children = socket.socket(fileno=streams.pop()), list[int]()
        for environment in environments:
            children.append(fork())
            if children[-1] == 0:
                link.close()
                answer.close()
                return arguments, folder, environment, streams
        for stream in streams:
            os.close(stream)
        threading.Thread(target=keep, args=(answer, children), daemon=True).start()


def keep(answer: socket.socket, children: list[int]) -> None:
    """Answer with a command's processes, then with its exit code and seconds; in a thread, as a fork takes 0.015 s."""
    with answer, contextlib.suppress(OSError):  # the test has ended
        answer.sendall(" ".join(map(str, children)).encode() + b"\n")
        ends = [os.wait4(child, 0) for child in children]
        codes = [os.waitstatus_to_exitcode(status) for _, status, _ in ends]
        seconds = sum(used.ru_utime + used.ru_stime for _, _, used in ends)
        answer.sendall(b"%d %f\n" % (max(codes, key=abs), seconds))


def fork() -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numpy has threads, but they wait for work, of which there was none
        return os.fork()


def unpack_images() -> None:
    """Unpack the package's images once for all commands; those of the test take 0.05 s, those of the training 0.2 s."""
    from mnist_sum_tui.data import idx, mnist_files

    read, package = idx._read, mnist_files.BUNDLED
    kept = functools.cache(read)
    setattr(idx, "_read", lambda path, *about: (kept if path.parent == package else read)(path, *about))  # noqa: B010
    for split in mnist_files.FILES:
        mnist_files.read(split)


def become(arguments: list[str], folder: str, environment: dict[str, str], streams: list[int]) -> None:
    """Give this process what a shell would have given it."""
    os.setsid()
    with contextlib.suppress(OSError):  # no terminal
        fcntl.ioctl(streams[0], termios.TIOCSCTTY, 0)
    for number, (stream, name) in enumerate(zip(streams, ("stdin", "stdout", "stderr"), strict=True)):
        os.dup2(stream, number)
        os.close(stream)
        old = getattr(sys, name)
        buffering = 1 if name == "stderr" or os.isatty(number) else -1
        made = open(number, "w" if number else "r", buffering, old.encoding, old.errors, closefd=False)  # noqa: SIM115
        setattr(sys, name, made)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = ["mnist-sum", *arguments]


def end(main: Callable[[], object]) -> NoReturn:
    """Call `main` and end as the interpreter would, without freeing what the server has loaded: that takes longest."""
    code: object = 0
    try:
        main()
    except SystemExit as end:
        code = end.code or 0
    except BaseException:
        traceback.print_exc()
        code = 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code if isinstance(code, int) else 1)


def run_source() -> None:
    """What `python -c` does."""
    source = sys.argv[2]
    sys.argv[:3] = ["-c"]
    exec(source, {"__name__": "__main__"})


if __name__ == "__main__":
    from mnist_sum_tui.cli.main import main
    from mnist_sum_tui.machine.process import import_torch, set_waiting

    set_waiting()
    import_torch()
    load()
    unpack_images()
    for loaded in weakref.finalize._registry:  # type: ignore[attr-defined]
        loaded.atexit = False  # torch's operators, which each command would free at its end: half of its time
    become(*serve(socket.socket(fileno=int(sys.argv[1]))))
    end(run_source if sys.argv[1:2] == ["-c"] else main)
