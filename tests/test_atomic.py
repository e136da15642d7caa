"""Writing a file whole or not at all, also on file systems that cannot flush a folder."""

import errno
import os
import stat
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

from mnist_sum_tui import atomic
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import RunError
from mnist_sum_tui.runs import find
from mnist_sum_tui.training.loop import train
from tests.conftest import python, small_disk


def test_a_link_in_the_place_of_the_temporary_file_is_not_followed(tmp_path: Path) -> None:
    path, precious = tmp_path / "config.json", tmp_path / "precious"
    precious.write_text("precious")
    atomic._beside(path).symlink_to(precious)
    atomic._beside(tmp_path / "other.json").hardlink_to(precious)
    atomic.write_atomic(path, b"{}", also=tmp_path / "other.json")
    assert precious.read_text() == "precious"
    assert (path.read_bytes(), (tmp_path / "other.json").read_bytes()) == (b"{}", b"{}")
    assert not path.is_symlink()


def test_a_file_may_have_the_longest_name_that_there_is(tmp_path: Path) -> None:
    path = tmp_path / ("\u00e9" * 127)
    atomic.write_atomic(path, b"{}", also=tmp_path / ("a" * 255))
    assert sorted(tmp_path.iterdir()) == [tmp_path / ("a" * 255), path]


def test_a_file_is_on_the_disk_before_it_has_its_name_and_then_its_folder_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, seen = tmp_path / "x", list[tuple[str, bool]]()

    def sync(descriptor: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        seen.append(("folder" if is_folder else "file", path.exists()))

    monkeypatch.setattr(os, "fsync", sync)
    atomic.write_atomic(path, b"new")
    assert seen == [("file", False), ("folder", True)]


def test_two_threads_that_write_a_file_at_once_do_not_take_each_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As two reports that are asked for at once in the dashboard; both are unfinished before one gets its name."""
    path, both, sync = tmp_path / "report.html", threading.Barrier(2, timeout=60), os.fsync

    def fsync(descriptor: int) -> None:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            both.wait()
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    with ThreadPoolExecutor(2) as threads:
        assert [*threads.map(lambda content: atomic.write_atomic(path, content), (b"one", b"two"))] == [None, None]
    assert path.read_bytes() in (b"one", b"two")
    assert [*tmp_path.iterdir()] == [path]


def test_two_containers_do_not_write_the_same_temporary_file() -> None:
    names = "import threading; threading.get_native_id = lambda: 1; from mnist_sum_tui import atomic"
    code = f"{names}; from pathlib import Path; print(atomic._beside(Path('x')))"
    first, second = (python("-c", code).stdout for _ in range(2))
    assert first.startswith(".x.")
    assert first != second


@pytest.mark.skipif(sys.platform != "linux", reason="/proc has folders that cannot be flushed")
def test_a_folder_that_cannot_be_flushed_is_no_error() -> None:
    with pytest.raises(OSError, match="Invalid argument"):
        os.fsync(os.open("/proc", os.O_RDONLY))
    atomic.sync_folder(Path("/proc"))


@pytest.mark.parametrize("code", [errno.EINVAL, errno.ENOTSUP, errno.EIO])
def test_training_works_where_folders_cannot_be_flushed_but_not_on_a_failing_disk(
    code: int, small_data: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = TrainConfig.of("sprint", epochs=1, threads=1, batch_size=110, data_dir=small_data)
    sync = os.fsync

    def fsync(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(code, os.strerror(code))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    if code == errno.EIO:
        with pytest.raises(RunError, match="cannot be written"):
            find.create(tmp_path / "runs", config)
        assert not list((tmp_path / "runs").iterdir()), "and nothing is left"
    else:
        assert list(train(config, find.create(tmp_path / "runs", config)))[-1].kind == "finished"


def test_on_windows_renaming_is_tried_again_while_a_reader_has_the_file_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, replace, left = tmp_path / "x", os.replace, [2]

    def refuse(source: str, target: str) -> None:
        left[0] -= 1
        if left[0] >= 0:
            raise PermissionError(errno.EACCES, "Access is denied")
        replace(source, target)

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(RunError, match="Access is denied"):  # on other systems waiting would not help
        atomic.write_atomic(path, b"one")
    monkeypatch.setattr(sys, "platform", "win32")
    left[0] = 2
    atomic.write_atomic(path, b"two")
    assert path.read_bytes() == b"two"
    left[0] = 1000
    monkeypatch.setattr("time.sleep", lambda _: None)
    with pytest.raises(RunError, match="Access is denied"):
        atomic.write_atomic(path, b"three")
    assert [item.read_bytes() for item in tmp_path.iterdir()] == [b"two"]


def test_on_windows_a_virus_scanner_may_look_at_the_file_for_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, replace, waited = tmp_path / "x", os.replace, list[float]()

    def refuse(source: str, target: str) -> None:
        if sum(waited) < 1:
            raise PermissionError(errno.EACCES, "Access is denied")
        replace(source, target)

    monkeypatch.setattr(os, "replace", refuse)
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr("time.sleep", waited.append)
    atomic.write_atomic(path, b"whole")
    assert path.read_bytes() == b"whole"


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        (errno.ENOSPC, "free some space"),
        (errno.EDQUOT, "free some space, or delete some files if their number is limited"),
        (errno.EFBIG, "raise `ulimit -f`"),
        (errno.EROFS, "check the folder, and whether you may write there"),
        (errno.EIO, "check its disk"),
        (errno.EMFILE, "close other programs, or raise `ulimit -n`"),
    ],
)
def test_space_is_asked_for_only_where_it_helps(
    code: int, advice: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(RunError, match=os.strerror(code)) as caught:
        atomic.write_atomic(tmp_path / "x", b"")
    assert str(caught.value).endswith(f"; {advice}")


def test_a_disk_that_can_hold_no_more_files_is_not_said_to_be_full(tmp_path: Path) -> None:
    with small_disk(tmp_path, "nr_inodes=4,size=1m"):
        for name in ("first", "second", "third"):
            atomic.write_atomic(tmp_path / name, b"")
        advice = r"; delete some files: the disk has space, but can hold no more files \(inodes\)"
        with pytest.raises(RunError, match=f"{advice}$"):
            atomic.write_atomic(tmp_path / "first", b"longer")
        (tmp_path / "third").unlink()
        with pytest.raises(RunError, match=f"{advice}$"):
            atomic.write_atomic(tmp_path / "first", b"longer", also=tmp_path / "second")
        (tmp_path / "third").touch()
        with pytest.raises(RunError, match=f"{advice}, or choose another --runs-dir$"):
            find.create(tmp_path, TrainConfig())
        (tmp_path / "third").unlink()
        atomic.write_atomic(tmp_path / "first", b"longer")
        with pytest.raises(RunError, match=r"; free some space$"):
            atomic.write_atomic(tmp_path / "first", bytes(2 << 20))


@pytest.mark.parametrize(("files", "is_out"), [(1000, True), (0, False)], ids=["none is left", "not counted"])
def test_a_disk_that_does_not_count_its_files_can_hold_more(
    files: int, is_out: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As btrfs, which says 0 of 0."""
    found = SimpleNamespace(f_files=files, f_favail=0, f_bavail=5)
    monkeypatch.setattr(os, "statvfs", lambda _: found, raising=False)
    assert atomic.no_more_files(tmp_path) is is_out


def test_a_system_without_flags_against_links_and_pipes_refuses_links_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"own")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    monkeypatch.delattr(os, "O_NOFOLLOW")
    monkeypatch.delattr(os, "O_NONBLOCK")
    assert atomic.read_own(tmp_path / "file", 10) == b"own"
    with pytest.raises(OSError, match="is a link"):
        atomic.open_own(tmp_path / "link")


def test_a_system_that_opens_no_folders_and_makes_no_links_writes_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = os.open

    def refuse(path: str | Path, flags: int, mode: int = 0o777) -> int:
        if Path(path).is_dir():
            raise PermissionError(errno.EACCES, "Permission denied")
        return opened(path, flags, mode)

    def no_link(source: Path, target: Path) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "open", refuse)
    monkeypatch.setattr(os, "link", no_link)
    atomic.write_atomic(tmp_path / "best", b"weights", also=tmp_path / "epoch")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"best": b"weights", "epoch": b"weights"}


def test_a_file_is_read_up_to_its_limit_and_no_further(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"four")
    assert atomic.read_own(tmp_path / "file", 4) == b"four"
    with pytest.raises(OSError, match="is too large"):
        atomic.read_own(tmp_path / "file", 3)
