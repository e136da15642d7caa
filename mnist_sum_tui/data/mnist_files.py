"""Find, check and read MNIST's files: those in the package or in another folder. Does not need torch."""

import contextlib
import hashlib
import io
import os
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_sum_tui.data import idx
from mnist_sum_tui.errors import DataError, MissingDataError, unknown

BUNDLED = Path(__file__).parent / "mnist"
FILES = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}
SHA256 = {
    "train-images-idx3-ubyte": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    "train-labels-idx1-ubyte": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    "t10k-images-idx3-ubyte": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    "t10k-labels-idx1-ubyte": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
}

CONTENT = {
    "train": "edc0d1098aa497be14ace79ddd5171e5a3dcf9c4d196c015389203eb3ba1f59b",
    "test": "c3f9adf9c66efb572b1f9326c3a511b45910c7173b97be66ceceeeeaef6b802b",
}
"""the `fingerprint` of the package's images; stored, and not computed, because SHA256 already checks the files"""
RUNS_OWN = "the run's images were there: name their new folder with --data-dir"

Arrays = tuple[NDArray[np.uint8], NDArray[np.uint8]]
"""images (N, 28, 28) and labels (N,)"""

DOWNLOADING = ".mnist-sum-download.lock"
"""a lock file: it is in the folder during a download, and after a download that was killed"""

_ahead: dict[str, Future[Arrays]] = {}


def read(split: str, data_dir: str | Path | None = None, *, is_from_run: bool = False) -> Arrays:
    """The images and labels of `train` or `test`, checked.

    `is_from_run` says that the folder comes from a run's files and not from the user, so nothing is downloaded into it.

    Raises:
        UsageError: there is no such split.
        DataError: files are missing, damaged or do not belong together, or a download failed.
    """
    if split not in FILES:
        raise unknown("split", split, FILES)
    if data_dir is None and split in _ahead:
        return _ahead.pop(split).result()
    return _read(split, data_dir, is_from_run)


def fingerprint(images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> str:
    """The SHA-256 of images and labels, whatever files they came from."""
    digest = hashlib.sha256(np.ascontiguousarray(images).data)
    digest.update(np.ascontiguousarray(labels).data)
    return digest.hexdigest()


def read_ahead(data_dir: str | None = None) -> None:
    """Start reading the package's files in a thread, while the caller imports torch; `read` then takes the result.

    Training starts 0.2 s earlier. A folder that the user names is not read ahead, because it may need a download.
    """
    if data_dir is None and not _ahead:
        pool = ThreadPoolExecutor(1, thread_name_prefix="data")
        _ahead.update({split: pool.submit(_read, split) for split in FILES})
        pool.shutdown(wait=False)


def _read(split: str, data_dir: str | Path | None = None, is_from_run: bool = False) -> Arrays:
    names = FILES[split]
    try:
        folder = BUNDLED if data_dir is None else _raw_folder(Path(data_dir), names[0], is_from_run)
        paths = [_find(folder, name, is_from_run) for name in names]
    except OSError as error:
        reason = error.strerror or error
        remedy = RUNS_OWN if is_from_run else "choose another --data-dir"
        raise DataError(f"{data_dir or BUNDLED}: cannot be read ({reason}); {remedy}") from error
    sums = [SHA256[name] if data_dir is None else None for name in names]
    images, labels = idx.read_images(paths[0], sums[0]), idx.read_labels(paths[1], sums[1])
    if len(images) != len(labels):
        raise DataError(
            f"{paths[0]}: has {len(images)} images, but {paths[1].name} has {len(labels)} labels; download both again"
        )
    return images, labels


def _find(folder: Path, name: str, is_from_run: bool) -> Path:
    for path in (folder / name, folder / f"{name}.gz"):
        if path.is_file():
            return path
    if is_from_run or folder == BUNDLED:
        remedy = "install mnist-sum again" if folder == BUNDLED else RUNS_OWN
        raise DataError(f"{folder}: has no {name} or {name}.gz; {remedy}")
    raise MissingDataError(f"{folder}: has no {name} or {name}.gz; download the file, or leave out --data-dir")


def _raw_folder(root: Path, name: str, is_from_run: bool) -> Path:
    """The folder of this file: the root or one below. MNIST is downloaded into an empty root unless it is a run's."""
    if not root.is_dir():
        if is_from_run:
            raise DataError(f"{root}: is not a folder; {RUNS_OWN}")
        advice = "create it (MNIST is downloaded into an empty folder) or leave out --data-dir"
        raise MissingDataError(f"{root}: is not a folder (was it moved?); {advice}")
    folders = [root / "MNIST" / "raw", root / "raw", root]
    has_files = any(not path.is_dir() for path in root.rglob("*"))  # a failed download leaves empty folders
    if is_from_run or (has_files and not (root / DOWNLOADING).exists()):
        return next((f for f in folders if (f / name).exists() or (f / f"{name}.gz").exists()), folders[0])
    os.scandir(root).close()  # raises if it may not be read; rglob then finds nothing
    _download(root)
    return folders[0]


def _download(root: Path) -> None:
    """Download MNIST into the folder. Of several processes one downloads, and the others wait for it."""
    from filelock import FileLock
    from torchvision.datasets import MNIST  # takes 2 to 3 s

    lock = root / DOWNLOADING
    try:
        with FileLock(lock), contextlib.redirect_stdout(io.StringIO()):  # torchvision prints; stdout is for --json
            try:
                MNIST(str(root), download=True)  # does nothing if another process has done it
            finally:
                with contextlib.suppress(OSError):  # on Windows, the lock's release removes it
                    lock.unlink()
    except (RuntimeError, OSError) as error:
        if isinstance(error, PermissionError):
            raise DataError(f"{root}: cannot be written ({error.strerror}); choose another --data-dir") from error
        raise DataError(
            f"{root}: is empty, and MNIST could not be downloaded; check the connection, or leave out --data-dir"
        ) from error
