"""`mnist-sum doctor`: what it reports about the machine, the terminal, the runs folder and the data, good and bad."""

import json
import os
import shutil
from pathlib import Path

import pytest

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.data import mnist_files
from mnist_sum_tui.machine import hardware
from mnist_sum_tui.runs import find
from tests.cli.terminals import shown
from tests.conftest import Cli, is_one_line
from tests.forked import Kept
from tests.guide.test_json_names import explained

TOPICS = ["versions", "device", "data", "runs", "terminal", "braille", "blocks"]
NASTY = "x\x1b]0;title\x07\x9b31m\u202e[red]"
MAIN = "from mnist_sum_tui.cli.main import main; main()"


def test_a_pipe_gets_one_line_per_topic(cli: Cli, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    done = cli("doctor", FORCE_COLOR="1")
    assert (done.returncode, done.stderr) == (0, "")
    *lines, blank, end = done.stdout.splitlines()
    assert [line.split()[1] for line in lines] == TOPICS
    assert (blank, end) == ("", "Training works here; see the notes on terminal.")
    assert "\x1b" not in done.stdout
    assert "stdin or stderr is not a terminal" in done.stdout
    assert "the first run creates it" in done.stdout
    assert sorted(tmp_path.rglob("*")) == before, "it writes nothing"


def test_json_is_one_object(cli: Cli, tmp_path: Path) -> None:
    find.create(tmp_path / "runs", TrainConfig.of("sprint"))
    done = cli("doctor", "--json", TERM=NASTY)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.rstrip("\n").isprintable()
    told = json.loads(done.stdout)
    assert list(told) == ["ok", "broken", *TOPICS]
    facts = {name for topic in TOPICS if topic != "versions" for name in told[topic]}
    assert {"ok", "broken", *facts} <= explained()
    assert (told["ok"], told["broken"]) == (True, [])
    chosen = hardware.choose(TrainConfig.of("standard"))
    expected = {"device": chosen.device.type, "precision": chosen.precision, "threads": chosen.threads}
    assert told["device"] | expected == told["device"]
    assert told["versions"]["textual"].startswith("8")
    assert told["runs"] | {"count": 1, "writable": True, "exists": True} == told["runs"]


@pytest.mark.parametrize("columns", [60, 120])
def test_the_report_fits_the_terminal(columns: int) -> None:
    found = shown("doctor", columns=columns, rows=36)
    assert found.code == 0
    lines = found.lines[: found.lines.index("")]
    assert [line.split()[1] for line in lines if not line.startswith(" ")] == TOPICS
    assert all(line[:18].strip() == "" or line[17] == " " for line in lines), "the text is indented"
    assert found.lines[-1] == "Training works here."
    text = " ".join(" ".join(found.lines).split())
    assert f"{columns}x36, TERM=xterm-256color, encoding utf-8, colours 256; the dashboard fits" in text
    assert "\x1b[38;5;28mok" in found.raw


@pytest.mark.parametrize(
    ("room", "environment", "words"),
    [
        ({}, {"TERM": "dumb"}, "TERM=dumb cannot move the cursor"),
        ({"columns": 59}, {}, "make it 60x20 or larger"),
        ({"rows": 19}, {}, "make it 60x20 or larger"),
        ({}, {"NO_COLOR": "1"}, "colours none; more colours: unset NO_COLOR"),
        ({}, {"TERM": "xterm"}, "colours 16; more colours"),
        ({}, {"COLORTERM": "truecolor"}, "colours truecolour; the dashboard fits"),
    ],
)
def test_the_terminal(room: dict[str, int], environment: dict[str, str], words: str) -> None:
    found = shown("doctor", environment=environment, **room)
    assert found.code == 0
    assert words in " ".join(found.raw.split())


def test_a_terminal_without_utf_8() -> None:
    code = "from mnist_sum_tui.cli.doctor import screen; print(screen('ascii').text)"
    assert "set PYTHONUTF8=1, or LC_ALL to a UTF-8 locale" in shown("-c", code).raw


@pytest.mark.parametrize("name", ["t10k-labels-idx1-ubyte.gz", "train-images-idx3-ubyte.gz"])
def test_a_damaged_data_file_is_broken(name: str, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(mnist_files.BUNDLED, tmp_path / "mnist"))
    content = bytearray((copy / name).read_bytes())
    content[1000] ^= 1
    (copy / name).write_bytes(content)
    replace = f"from mnist_sum_tui.data import mnist_files as files; files.BUNDLED = files.Path({str(copy)!r})"
    done = Kept(["-c", f"{replace}; {MAIN}", "doctor", "--json"], tmp_path).end()
    is_one_line(done, 1, "these must be fixed before training: data")
    told = json.loads(done.stdout)
    assert (told["ok"], told["broken"], told["data"]["state"]) == (False, ["data"], "broken")
    assert [f"{copy / name}: is damaged" in problem for problem in told["data"]["problems"]] == [True]


def test_a_runs_folder_that_cannot_be_made_is_broken(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    for name in ("file", "file/runs/deeper", "nowhere"):
        done = cli("doctor", "--runs-dir", name)
        is_one_line(done, 1, "these must be fixed before training: runs")
        assert "is not a folder: choose another --runs-dir" in done.stdout
    assert not (tmp_path / "gone").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_runs_folder_that_cannot_be_written_to_is_broken(cli: Cli, tmp_path: Path) -> None:
    (folder := tmp_path / "kept").mkdir(mode=0o500)
    for each in (folder, folder / "runs"):
        done = cli("doctor", "--runs-dir", str(each))
        is_one_line(done, 1, "runs")
        assert "is not writable" in done.stdout


def test_a_torch_that_cannot_be_loaded_is_broken(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text(r"raise ImportError('no libcudart.so\x1b[2J\nat all')")
    done = cli("doctor", fresh=True)
    is_one_line(done, 1, "device")
    assert r"(no libcudart.so\x1b[2J at all): install it again" in done.stdout


def test_escape_sequences_in_the_environment_are_not_printed(cli: Cli) -> None:
    done = cli("doctor", **dict.fromkeys(("MNIST_SUM_RUNS", "TERM", "NO_COLOR", "COLORTERM"), NASTY))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.replace("\n", "").isprintable()
