"""A network of the user's own, in a Python file that the command line names: its name and its file.

The name contains the file's hash, `tiny@3f1c40ab12cd`. A run stores it as its setting `model`, so the run says exactly
which code it trained. Code is never taken from a run: `models/own.py` executes only files that were named here.
"""

import errno
import hashlib
import os
import re
from pathlib import Path

from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.printable import shell_word

OPTION = "--model-file"
NAME = re.compile(r"([A-Za-z0-9_-]{1,40})@([0-9a-f]{12})")
MOST_BYTES = 1_000_000

_files: dict[str, tuple[Path, bytes]] = {}


def is_own(model: object) -> bool:
    """Whether this is the name of a network from a user's file, and not of one in the package."""
    return isinstance(model, str) and NAME.fullmatch(model) is not None


def take(text: str | Path) -> str:
    """Read the file that the user names, without executing it; returns the network's name.

    Raises:
        UsageError: it is not a Python file, cannot be read, or lies in a run's folder.
    """
    path = Path(text)
    if path.suffix != ".py" or NAME.fullmatch(f"{path.stem}@{'0' * 12}") is None:
        raise UsageError(f"{OPTION} '{text}': name a Python file such as net.py (letters, digits, - and _)")
    if all(os.path.exists(path.parent / name) for name in ("config.json", "metrics.jsonl")):
        raise UsageError(f"{path}: lies in a run's folder, from which no code is taken; put it elsewhere")
    try:
        if path.is_fifo():  # opening it would wait for its other end
            raise OSError(errno.EINVAL, "is a pipe")
        with path.open("rb") as stream:
            code = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror or error}); name a file that is there") from None
    if len(code) > MOST_BYTES:
        raise UsageError(f"{path}: is larger than a megabyte, too large for the code of a network")
    name = f"{path.stem}@{hashlib.sha256(code).hexdigest()[:12]}"
    _files[name] = path, code
    return name


def named() -> dict[str, str]:
    """The networks that the user has named, each with a few words on it, as `recipes.MODELS` has the program's own."""
    return {name: f"your own, from {path}" for name, (path, _) in _files.items()}


def file_of(model: str) -> tuple[Path, bytes]:
    """The path and the content of the file that the user has named for this network.

    Raises:
        UsageError: no file was named, or its content is not that of `model`; the message says which file to give.
    """
    if model in _files:
        return _files[model]
    stem, _, digest = model.partition("@")
    for name, (path, _) in _files.items():
        if name.startswith(f"{stem}@"):
            raise UsageError(
                f"{path}: is not the file of {model}; it was changed, and is now {name}: give it as it was"
            )
    for path, _ in _files.values():
        raise UsageError(f"{path}: is not the file of {model}: give that one, {OPTION} {stem}.py")
    raise UsageError(
        f"the network {stem} is not in the package: give its file, {OPTION} {stem}.py (its hash: {digest}...), "
        "or choose another run"
    )


def option_for(model: str) -> str:
    """The option that a command needs for this network, ` --model-file net.py`; empty for a network in the package."""
    path, _ = _files.get(model, (f"{model.partition('@')[0]}.py", b""))
    return f" {OPTION} {shell_word(str(path))}" if is_own(model) else ""
