"""The command line without the seconds that Python and torch take to start.

A process that has loaded both forks itself for each command. The child has the command's arguments, folder, environment
and streams, and runs and ends as a fresh process does. What only a fresh process shows, such as which modules a command
loads and what the interpreter reads from its environment, is not seen this way.
"""

import atexit
import contextlib
import fcntl
import functools
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import threading
import traceback
import warnings
import weakref
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).parent.parent
READ_AT_START = ("PYTHON", "LANG", "LC_", "OMP_", "GOMP_", "KMP_")
"""the interpreter or torch reads variables that begin so once, at the start"""
LOADED = (
    "filelock",
    "tomllib",
    *(
        f"{package}.{name}"
        for package, names in {
            "mnist_sum_tui": "cli.options cli.run_list inference.evaluate inference.predict training.loop",
            "rich": "_emoji_codes columns emoji markdown padding panel progress table traceback",
            "platformdirs": "unix",
        }.items()
        for name in names.split()
    ),
)
"""what most commands need, and which reads nothing from the environment, as typer.rich_utils does"""


class Server:
    """Starts commands, each in one process or in several."""

    def __init__(self) -> None:
        self._link, theirs = socket.socketpair()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.forked", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            cwd=ROOT,
            env={**os.environ, "PYTHONWARNINGS": "error"},
        )
        theirs.close()

    def start(
        self, arguments: Sequence[str], streams: Sequence[int], folder: Path, *environments: Mapping[str, str]
    ) -> socket.socket:
        """Start a command; what is returned tells the ids of its processes, and at their end the exit code."""
        asked = json.dumps([list(arguments), str(folder), [dict(each) for each in environments]])
        ours, theirs = socket.socketpair()
        socket.send_fds(self._link, [asked.encode() + b"\n"], [*streams, theirs.fileno()])
        theirs.close()
        return ours

    def close(self) -> None:
        self._link.close()
        self._process.wait()


@functools.cache
def server() -> Server:
    """The server of this process, which ends with it."""
    made = Server()
    atexit.register(made.close)
    return made


class Running:
    """A command at work, in a process for each environment; used as a subprocess.Popen.

    The three descriptors are its standard streams. Its arguments may be those of `python -c`.
    """

    def __init__(
        self, arguments: Sequence[str], streams: Sequence[int], folder: Path, *environments: Mapping[str, str]
    ) -> None:
        self._link = server().start(arguments, streams, folder, *environments)
        self._answers = self._link.makefile("rb", buffering=0)
        self._children = [int(number) for number in self._answers.readline().split()]
        self.pid = self._children[0]
        self.returncode: int | None = None

    def poll(self, seconds: float = 0) -> int | None:
        """The exit code, of several processes the largest; None while one of them is at work."""
        if self.returncode is None and select.select([self._link], [], [], seconds)[0]:
            self.returncode = int(self._answers.readline())
            self._answers.close()
            self._link.close()
        return self.returncode

    def wait(self, seconds: float) -> int:
        """Return the exit code; after that time, kill the processes and raise subprocess.TimeoutExpired."""
        if (code := self.poll(seconds)) is None:
            self.send_signal(signal.SIGKILL)
            self.poll(seconds)
            raise subprocess.TimeoutExpired("mnist-sum", seconds)
        return code

    def send_signal(self, number: int) -> None:
        for child in self._children:
            os.kill(child, number)


class Kept(Running):
    """A command whose output is kept until its end; its input, unless `given`, is empty."""

    def __init__(
        self, arguments: Sequence[str], folder: Path, *environments: Mapping[str, str], given: Path = Path(os.devnull)
    ) -> None:
        self._arguments = arguments
        self._written = [tempfile.TemporaryFile() for _ in range(2)]  # noqa: SIM115
        with given.open() as read:
            streams = [stream.fileno() for stream in (read, *self._written)]
            super().__init__(arguments, streams, folder, *(environments or [os.environ]))

    def end(self, seconds: float = 60) -> "subprocess.CompletedProcess[str]":
        """Wait for its end; how it ended, and what it has written."""
        code, texts = self.wait(seconds), list[str]()
        for stream in self._written:
            stream.seek(0)
            texts.append(stream.read().decode())
            stream.close()
        return subprocess.CompletedProcess(self._arguments, code, *texts)


def ranks(count: int, variables: Mapping[str, str]) -> list[Mapping[str, str]]:
    """The environments of the processes that torchrun would start."""
    if count == 1:
        return [variables]
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    shared = {"WORLD_SIZE": count, "LOCAL_WORLD_SIZE": count, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    places = [shared | {"RANK": rank, "LOCAL_RANK": rank} for rank in range(count)]
    return [{**variables, **{name: str(value) for name, value in place.items()}} for place in places]


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
    """Answer with a command's processes and its exit code: in a thread, because to fork once more takes 0.015 s."""
    with answer, contextlib.suppress(OSError):  # the test has ended
        answer.sendall(" ".join(map(str, children)).encode() + b"\n")
        codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        answer.sendall(b"%d\n" % max(codes, key=abs))


def fork() -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numpy has threads, but they wait for work, of which there was none
        return os.fork()


def unpack_test_images() -> None:
    """Unpack the package's test images once for all commands, of which each would take 0.05 s for it."""
    from mnist_sum_tui.data import idx, mnist_files

    read, package = idx._read, mnist_files.BUNDLED
    kept = functools.cache(read)
    setattr(idx, "_read", lambda path, *about: (kept if path.parent == package else read)(path, *about))  # noqa: B010
    mnist_files.read("test")


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
    for module in LOADED:
        importlib.import_module(module)
    unpack_test_images()
    for loaded in weakref.finalize._registry:  # type: ignore[attr-defined]
        loaded.atexit = False  # torch's operators, which each command would free at its end: half of its time
    become(*serve(socket.socket(fileno=int(sys.argv[1]))))
    end(run_source if sys.argv[1:2] == ["-c"] else main)
