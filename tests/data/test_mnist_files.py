"""Finding, checking and downloading MNIST's files."""

import gzip
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
import torch

from mnist_sum_tui.data import dataset, mnist_files
from mnist_sum_tui.errors import DataError
from tests.conftest import header, wait_for
from tests.runs.folders import lock_up


def test_a_torchvision_root_is_read_plain_or_gzipped(small_data: str) -> None:
    raw = Path(small_data) / "MNIST" / "raw"
    plain = dataset.load("train", Path(small_data))
    assert len(plain) == 600
    for path in list(raw.iterdir()):
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    assert torch.equal(dataset.load("train", small_data).images, plain.images)


def test_a_folder_may_have_the_test_images_alone(small_data: str, tmp_path: Path) -> None:
    for name in mnist_files.FILES["test"]:
        (tmp_path / name).write_bytes((Path(small_data) / "MNIST" / "raw" / name).read_bytes())
    assert torch.equal(dataset.load("test", tmp_path).images, dataset.load("test", small_data).images)


def _images(count: int) -> bytes:
    return header(2051, count, 28, 28) + bytes(count * 784)


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (b"", header(2049, 2) + bytes(2), "magic number"),
        (header(2050, 2, 28, 28) + bytes(2 * 784), header(2049, 2) + bytes(2), "magic number"),
        (_images(2)[:-1], header(2049, 2) + bytes(2), "truncated"),
        (_images(2) + b"x", header(2049, 2) + bytes(2), "truncated"),
        (header(2051, 2, 32, 32) + bytes(2 * 1024), header(2049, 2) + bytes(2), "28x28"),
        (header(2051, 2**32 - 1, 28, 28) + bytes(784), header(2049, 2) + bytes(2), "truncated"),
        (header(2051, 0, 28, 28), header(2049, 0), "truncated"),
        (_images(3), header(2049, 2) + bytes(2), r"3 images, but .* has 2 labels"),
        (_images(2), header(2049, 2) + bytes([3, 10]), "label of 10"),
        (_images(2), None, "has no train-labels"),
    ],
)
def test_damaged_files_are_refused(tmp_path: Path, images: bytes, labels: bytes | None, message: str) -> None:
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    (raw / mnist_files.FILES["train"][0]).write_bytes(images)
    if labels is not None:
        (raw / mnist_files.FILES["train"][1]).write_bytes(labels)
    with pytest.raises(DataError, match=message):
        dataset.load("train", str(tmp_path))


@pytest.mark.parametrize("damage", ["cut", "crc", "foreign"])
def test_damaged_gzip_is_refused(tmp_path: Path, damage: str) -> None:
    packed = gzip.compress(_images(2))
    content = {"cut": packed[:-20], "crc": packed[:-8] + bytes(8), "foreign": b"not gzip at all"}[damage]
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(content)
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(header(2049, 2) + bytes(2))
    with pytest.raises(DataError) as caught:
        dataset.load("train", str(tmp_path))
    message = str(caught.value).partition(": ")[2]
    assert not any(word in message for word in ("gzip", "stream", "Error", "CRC")), "no library's sentence"


@pytest.mark.parametrize("kind", ["plain", "gzipped", "zeros behind", "foreign"])
def test_no_more_of_a_file_is_read_than_its_header_says(tmp_path: Path, kind: str) -> None:
    """Whatever is called like MNIST's file may be of any size, also once it is unpacked."""
    longer, path = bytes(50_000_000), tmp_path / "train-images-idx3-ubyte"
    match kind:
        case "plain":
            path.write_bytes(_images(2) + longer)
        case "gzipped":
            path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(_images(2) + longer, 1))
        case "zeros behind":
            path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(_images(2)) + longer)
        case _:
            path.write_bytes(b"#EXTM3U, which is no IDX file" + longer)
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(header(2049, 2) + bytes(2))
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match="magic number" if kind == "foreign" else "truncated or damaged"):
            dataset.load("train", str(tmp_path))
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_images_are_in_memory_once(tmp_path: Path, suffix: str) -> None:
    content = _images(20_000)
    packed = gzip.compress(content) if suffix else content
    (tmp_path / f"train-images-idx3-ubyte{suffix}").write_bytes(packed)
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(header(2049, 20_000) + bytes(20_000))
    tracemalloc.start()
    try:
        dataset.load("train", str(tmp_path))
        assert tracemalloc.get_traced_memory()[1] < 1.5 * len(content)
    finally:
        tracemalloc.stop()


def test_a_damaged_file_in_the_package_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in mnist_files.BUNDLED.glob("t10k*"):
        content = bytearray(path.read_bytes())
        content[-3] ^= 1
        (tmp_path / path.name).write_bytes(content)
    monkeypatch.setattr(mnist_files, "BUNDLED", tmp_path)
    with pytest.raises(DataError, match="SHA-256"):
        dataset.load("test")


def test_reading_ahead_gives_each_split_once(monkeypatch: pytest.MonkeyPatch) -> None:
    splits, read = list[str](), mnist_files._read
    monkeypatch.setattr(mnist_files, "_ahead", {})

    def note(split: str, *about: Any) -> mnist_files.Arrays:
        splits.append(split)
        return read(split, *about)

    monkeypatch.setattr(mnist_files, "_read", note)
    mnist_files.read_ahead()
    assert set(mnist_files._ahead) == {"train", "test"}
    images, labels = mnist_files.read("test")
    assert set(mnist_files._ahead) == {"train"}
    assert splits == ["train", "test"]
    again, labels_again = mnist_files.read("test")
    assert splits == ["train", "test", "test"], "from the file"
    assert (images == again).all()
    assert (labels == labels_again).all()


def test_an_error_while_reading_ahead_is_raised_by_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mnist_files, "_ahead", {})
    monkeypatch.setattr(mnist_files, "BUNDLED", tmp_path)
    mnist_files.read_ahead()
    with pytest.raises(DataError, match=r"has no train-images-idx3-ubyte or .*; install mnist-sum again"):
        dataset.load("train")


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is not a folder"):
        dataset.load("train", tmp_path / "nowhere")


def test_a_download_that_fails_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from torchvision.datasets import MNIST

    def fail(*_: object) -> None:
        (tmp_path / "MNIST" / "raw").mkdir(parents=True, exist_ok=True)  # as it does before it connects
        raise RuntimeError("Error downloading train-images-idx3-ubyte.gz:\nTried everything")

    monkeypatch.setattr(MNIST, "download", fail)
    for _ in range(2):  # the second call tries again
        with pytest.raises(DataError, match="could not be downloaded"):
            dataset.load("train", str(tmp_path))


DOWNLOAD = """
import sys, time, types
from pathlib import Path
from typing import Any

def sizes(folder):
    return {path.name: path.stat().st_size for path in folder.glob("*")}

class MNIST:
    def __init__(self, root, download):
        raw, whole = Path(root) / "MNIST" / "raw", Path(sys.argv[2])
        if sizes(raw) == sizes(whole):
            return
        print("Downloading")
        with open(sys.argv[3], "a") as log:
            log.write("begun\\n")
        raw.mkdir(parents=True, exist_ok=True)
        for path in whole.iterdir():
            (raw / path.name).write_bytes(path.read_bytes()[:100])
        time.sleep(1)
        for path in whole.iterdir():
            (raw / path.name).write_bytes(path.read_bytes())

sys.modules["torchvision"] = types.ModuleType("torchvision")
sys.modules["torchvision.datasets"] = types.SimpleNamespace(MNIST=MNIST)
from mnist_sum_tui.data import mnist_files
time.sleep(float(sys.argv[4]))
print(len(mnist_files.read("train", sys.argv[1])[1]))
"""
"""reads the training images from a folder; torchvision's download is replaced by one that takes a second"""


@pytest.mark.parametrize("later", ["0", "0.5"])
def test_two_processes_download_once(tmp_path: Path, small_data: str, later: str) -> None:
    """The second process starts at the same moment, or in the middle of the download."""
    root, log = tmp_path / "empty", tmp_path / "log"
    root.mkdir()
    rest = (str(root), str(Path(small_data) / "MNIST" / "raw"), str(log))
    started = [
        subprocess.Popen([sys.executable, "-c", DOWNLOAD, *rest, wait], stdout=subprocess.PIPE, text=True)
        for wait in ("0", later)
    ]
    assert [process.communicate(timeout=60)[0] for process in started] == ["600\n", "600\n"]
    assert log.read_text() == "begun\n"
    assert [path.name for path in root.iterdir()] == ["MNIST"], "the lock is removed"


def test_a_download_that_was_killed_is_finished(tmp_path: Path, small_data: str) -> None:
    root, log = tmp_path / "empty", tmp_path / "log"
    root.mkdir()
    command = [sys.executable, "-c", DOWNLOAD, str(root), str(Path(small_data) / "MNIST" / "raw"), str(log), "0"]
    killed = subprocess.Popen(command)
    wait_for(log.exists)
    killed.kill()
    killed.wait()
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "600\n"


def test_a_folder_that_cannot_be_read_is_one_line() -> None:
    with pytest.raises(DataError, match="choose another --data-dir"):
        dataset.load("test", "x" * 300)  # longer than a name may be


def test_a_folder_without_permission_is_not_called_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as locked:
        lock_up(tmp_path, locked)
        with pytest.raises(DataError, match=r": cannot be read \(Permission denied\); choose another --data-dir"):
            dataset.load("test", str(tmp_path))
    lock_up(tmp_path / mnist_files.DOWNLOADING, monkeypatch)
    with pytest.raises(DataError, match=r": cannot be written \(Permission denied\); choose another --data-dir"):
        dataset.load("test", str(tmp_path))


def test_a_folder_whose_links_lead_nowhere_is_not_called_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the disk with the images is not mounted; MNIST in their place would be other images."""
    for name in mnist_files.FILES["test"]:
        (tmp_path / name).symlink_to(tmp_path / "disk" / name)
    monkeypatch.setattr(mnist_files, "_download", lambda _: pytest.fail("downloaded"))
    with pytest.raises(DataError, match=r"has no t10k-images-idx3-ubyte or .*; download the file, or leave out"):
        dataset.load("test", str(tmp_path))
