"""A network of the user's own, from a Python file that the command line names: its name, and its file.

The name has the file's hash, `tiny@3f1c40ab12cd`; a run has it in its settings and so records which network it trained.
No run brings code: `models/own.py` executes what was named here, and nothing else.
"""

import hashlib
import re
import shlex
from pathlib import Path

from mnist_sum_tui.errors import UsageError

OPTION = "--model-file"
NAME = re.compile(r"([A-Za-z0-9_-]{1,40})@([0-9a-f]{12})")
MOST_BYTES = 1_000_000

_files: dict[str, tuple[Path, bytes]] = {}


def is_own(model: object) -> bool:
    """Whether this is the name of a network of somebody's own."""
    return isinstance(model, str) and NAME.fullmatch(model) is not None


def take(text: str) -> str:
    """Read the file that the user names, without executing it; returns the network's name.

    Raises:
        UsageError: it is not a Python file, cannot be read, or lies in a run's folder.
    """
    path = Path(text)
    if path.suffix != ".py" or NAME.fullmatch(f"{path.stem}@{'0' * 12}") is None:
        raise UsageError(f"{OPTION} {text!r}: name a Python file, whose name has letters, digits, - and _: net.py")
    if (path.parent / "config.json").exists() and (path.parent / "metrics.jsonl").exists():
        raise UsageError(f"{path}: lies in a run's folder, from which no code is taken; put it elsewhere")
    try:
        with path.open("rb") as stream:
            code = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror or error}); name a file that is there") from None
    if len(code) > MOST_BYTES:
        raise UsageError(f"{path}: is no network's file, it is larger than a megabyte")
    name = f"{path.stem}@{hashlib.sha256(code).hexdigest()[:12]}"
    _files[name] = path, code
    return name


def file_of(model: str) -> tuple[Path, bytes]:
    """The file of a network that the user has named, and what is in it.

    Raises:
        UsageError: it was not named, or has other content than it had; the line says what to give.
    """
    if model in _files:
        return _files[model]
    stem, _, digest = model.partition("@")
    for name, (path, _) in _files.items():
        raise UsageError(f"{path}: is not the file of {model}, but that of {name}: give it as it was")
    raise UsageError(
        f"the network {stem} is none of ours: give its file, {OPTION} {stem}.py, to train, predict or evaluate "
        f"(its hash: {digest}...)"
    )


def option_for(model: str) -> str:
    """What a command needs to use this network, ` --model-file net.py`; empty for the program's own."""
    path, _ = _files.get(model, (f"{model.partition('@')[0]}.py", b""))
    return f" {OPTION} {shlex.quote(str(path))}" if is_own(model) else ""
