"""Drawings as files: read a picture as `predict image` does, save a drawing as a picture that it can read.

Pictures of the screen are saved beside them.
"""

import contextlib
import io
import os
import re
import shlex
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_sum_tui.atomic import make_folder, write_atomic
from mnist_sum_tui.errors import RunError

FOLDER = "drawings"
"""the folder's name in the runs folder; no run's folder is used, because one with other files cannot be deleted"""
LOADED_FONT = re.compile(r',\s*url\("https:[^)]*\) format\("\w+"\)')
"""a font that Textual's pictures load from the internet if it is not installed"""


def path_of(typed: str) -> str:
    """The path that was typed or pasted; of a dropped file without the quotes or backslashes that terminals add.

    `-` is a file of that name, because standard input belongs to the dashboard.
    """
    readings = [typed.strip()]
    with contextlib.suppress(ValueError):  # a quote that does not end
        if len(words := shlex.split(typed)) == 1:
            readings += words
    readings.append(readings[0].strip("'\""))  # as Windows writes it, or with a quote too many
    paths = [*map(_at_home, readings)]
    path = next(filter(os.path.lexists, paths), paths[-1])
    return path if path != "-" else "./-"


def _at_home(words: str) -> str:
    try:
        return str(Path(words).expanduser())
    except RuntimeError:  # ~ and the name of nobody
        return words


def new_file(runs_folder: Path, kind: str, suffix: str, now: datetime) -> Path:
    """A path in the runs folder's `drawings` where nothing is yet, such as `drawing-20260101-120000.png`.

    Raises:
        RunError: the folder is a link or not a folder, or cannot be made or written to.
    """
    folder = runs_folder / FOLDER
    if os.path.islink(folder):
        raise RunError(f"{folder}: is a link, so nothing is saved there; move it away first")
    make_folder(folder)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise RunError(f"{folder}: cannot be used (Permission denied), so nothing is saved there; check the folder")
    stem, number = f"{kind}-{now:%Y%m%d-%H%M%S}", 1
    path = folder / f"{stem}.{suffix}"
    while os.path.lexists(path):
        number += 1
        path = folder / f"{stem}-{number}.{suffix}"
    return path


def png(grey_hw: NDArray[np.uint8]) -> bytes:
    """Grey values as a PNG file; takes up to half a second for a photo."""
    from PIL import Image

    content = io.BytesIO()
    Image.fromarray(grey_hw).save(content, "PNG")
    return content.getvalue()


def save(runs_folder: Path, content: bytes, now: datetime) -> Path:
    """Save a PNG in the runs folder's `drawings`, named by the time; returns its path.

    Raises:
        RunError: the folder is a link or not a folder, or the file cannot be written.
    """
    path = new_file(runs_folder, "drawing", "png", now)
    write_atomic(path, content)
    return path


def save_screen(runs_folder: Path, svg: str, now: datetime) -> Path:
    """Save a picture of the screen, which loads nothing, in `drawings`, named by the time; returns its path.

    Raises:
        RunError: the folder is a link or not a folder, or the file cannot be written.
    """
    path = new_file(runs_folder, "screen", "svg", now)
    write_atomic(path, LOADED_FONT.sub("", svg).encode())
    return path
