"""`mnist-sum doctor`: what it reports about the machine, the terminal, the runs folder and the data, good and bad."""

import json
import os
import shutil
from pathlib import Path

import pytest
from textual.app import App

from mnist_sum_tui.cli import doctor_checks, terminal_checks
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.data import mnist_files
from mnist_sum_tui.machine import hardware, packages
from mnist_sum_tui.runs import find
from tests.cli.terminals import shown
from tests.conftest import Cli, is_one_line
from tests.forked import Kept
from tests.guide.test_json_names import explained
from tests.test_import_hygiene import loaded_by

TOPICS = [
    "versions", "machine", "device", "threads", "data", "runs", "settings", "terminal", "braille", "blocks", "colours",
    "mouse",
]  # fmt: skip
NASTY = "x\x1b]0;title\x07\x9b31m\u202e[red]"
MAIN = "from mnist_sum_tui.cli.main import main; main()"


def test_a_pipe_gets_one_line_per_topic(cli: Cli, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    done = cli("doctor", FORCE_COLOR="1")
    assert (done.returncode, done.stderr) == (0, "")
    *lines, blank, end = done.stdout.splitlines()
    assert [line.split()[1] for line in lines] == TOPICS
    assert (blank, end) == ("", "Training works here; see the notes on terminal, colours.")
    assert "\x1b" not in done.stdout
    assert "stdin or stderr is not a terminal" in done.stdout
    assert "the first run creates it" in done.stdout
    assert sorted(tmp_path.rglob("*")) == before, "it writes nothing"


def test_json_is_one_object(cli: Cli, tmp_path: Path) -> None:
    find.create(tmp_path / "runs", TrainConfig.of("sprint"))
    done = cli("doctor", "--json", "--mouse", TERM=NASTY)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.rstrip("\n").isprintable()
    told = json.loads(done.stdout)
    assert list(told) == ["ok", "broken", *TOPICS]
    facts = {name for topic in TOPICS if topic not in ("versions", "settings") for name in told[topic]}
    assert {"ok", "broken", *facts} <= explained()
    assert (told["ok"], told["broken"]) == (True, [])
    chosen = hardware.choose(TrainConfig.of("standard"))
    assert (told["device"]["device"], told["device"]["precision"]) == (chosen.device.type, chosen.precision)
    assert told["device"]["why"] in chosen.reason
    assert told["threads"]["threads"] == hardware.usable_cores()
    assert told["versions"]["textual"].startswith("8")
    assert (
        told["runs"] | {"count": 1, "writable": True, "exists": True, "origin": "from MNIST_SUM_RUNS"} == told["runs"]
    )
    assert told["runs"]["free_bytes"] > 0
    assert told["mouse"] | {"state": "note", "reported": None} == told["mouse"]
    assert "it needs a terminal" in told["mouse"]["text"]


def test_importing_the_checks_loads_neither_rich_nor_typer_nor_torch() -> None:
    assert not loaded_by("import mnist_sum_tui.cli.terminal_checks") & {"rich", "typer", "torch", "numpy"}


@pytest.mark.parametrize("columns", [60, 120])
def test_the_report_fits_the_terminal(columns: int) -> None:
    found = shown("doctor", columns=columns, rows=36)
    assert found.code == 0
    lines = found.lines[: found.lines.index("")]
    assert [line.split()[1] for line in lines if not line.startswith(" ")] == TOPICS
    assert all(line[:18].strip() == "" or line[17] == " " for line in lines), "the text is indented"
    assert found.lines[-1] == "Training works here."
    text = " ".join(" ".join(found.lines).split())
    assert f"{columns}x36, TERM=xterm-256color, encoding utf-8; the dashboard fits" in text
    assert "should be eight rising steps without gaps, then a wall that fades" in text
    assert "\x1b[38;5;28mok" in found.raw


def test_a_dumb_terminal_gets_no_escapes() -> None:
    found = shown("doctor", environment={"TERM": "dumb"})
    assert found.code == 0
    assert "\x1b" not in found.raw
    assert "TERM=dumb cannot move the cursor" in " ".join(found.raw.split())


def test_a_terminal_that_is_small_or_lacks_utf_8_or_is_remote() -> None:
    code = (
        "from mnist_sum_tui.cli.terminal_checks import window; import sys; print(window(sys.stdout.encoding)[0].text)"
    )
    assert "make it 60x20 or larger" in shown("-c", code, columns=59).raw
    assert "make it 60x20 or larger" in shown("-c", code, rows=19).raw
    unknown = shown("-c", code, columns=0, rows=0).raw
    assert unknown.startswith("TERM=xterm-256color, encoding utf-8; the dashboard fits"), "Textual takes it for 80x25"
    for variables in ({"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "", "PYTHONIOENCODING": ""}):
        assert "set PYTHONUTF8=1, or LC_ALL to" in shown("-c", code, environment=variables).raw
    remote = {"TMUX": "/tmp/t", "SSH_TTY": "/dev/pts/1"}
    assert "inside tmux, inside ssh; the dashboard" in shown("-c", code, environment=remote).raw


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({"TERM": "xterm"}, "16"),
        ({"TERM": "xterm-256color"}, "256"),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, "truecolour"),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, "none"),
        ({"TERM": "dumb"}, "none"),
    ],
)
def test_the_colours_are_those_that_textual_uses(
    environment: dict[str, str], wanted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "from mnist_sum_tui.cli import doctor; print('takes', doctor._of_dashboard(), doctor._of(doctor.console()))"
    assert f"takes {wanted} {wanted}" in shown("-c", code, environment=environment).raw
    if wanted == "none":
        return
    monkeypatch.delenv("COLORTERM", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    names = {"standard": "16", "256": "256", "truecolor": "truecolour"}
    assert names[str(App[None]().console.color_system)] == wanted


def test_the_variables_that_set_the_colours_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert terminal_checks.colours("none", "none").text.endswith("NO_COLOR=1; unset NO_COLOR to get colours")
    assert "256 in the dashboard, none in printed text" in terminal_checks.colours("256", "none").text
    monkeypatch.delenv("NO_COLOR")
    assert terminal_checks.colours("none", "none").state == "note", "no colours are not what one wants"
    assert "it is a pipe or a file" in terminal_checks.colours("none", "none").text


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the built-in data, to be damaged."""
    return Path(shutil.copytree(mnist_files.BUNDLED, tmp_path / "mnist"))


def test_a_damaged_data_file_is_reported_as_broken(copy: Path) -> None:
    file = copy / "t10k-labels-idx1-ubyte.gz"
    content = bytearray(file.read_bytes())
    content[1000] ^= 1
    file.write_bytes(content)
    replace = f"from mnist_sum_tui.data import mnist_files as files; files.BUNDLED = files.Path({str(copy)!r})"
    done = Kept(["-c", f"{replace}; {MAIN}", "doctor", "--json"], copy.parent).end()
    is_one_line(done, 1, "these must be fixed before training: data")
    told = json.loads(done.stdout)
    assert (told["ok"], told["broken"], told["data"]["state"]) == (False, ["data"], "broken")
    assert [f"{file}: is damaged" in problem for problem in told["data"]["problems"]] == [True]


def test_the_files_of_both_splits_are_checked(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mnist_files, "BUNDLED", copy)
    assert doctor_checks.data().state == "ok"
    (copy / "t10k-labels-idx1-ubyte.gz").unlink()
    (copy / "train-images-idx3-ubyte.gz").write_bytes(b"")
    found = doctor_checks.data()
    assert found.state == "broken"
    assert ["t10k-labels" in problem for problem in found.facts["problems"]] == [False, True]


def test_a_runs_folder_that_cannot_be_made_is_broken(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    done = cli("doctor", "--runs-dir", "file/runs")
    is_one_line(done, 1, "runs")
    reason = f"cannot be created, because {tmp_path}/file is not a folder"
    assert f"{tmp_path}/file/runs (from --runs-dir) {reason}" in done.stdout
    for name in ("file", "file/runs/deeper", "nowhere"):
        assert doctor_checks.runs(tmp_path / name, "").state == "broken"
    assert not (tmp_path / "gone").exists()
    monkeypatch.setattr(os.path, "lexists", lambda _: False)  # a drive that is not there, on Windows
    assert doctor_checks.runs(tmp_path / "drive", "").state == "broken"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_runs_folder_that_cannot_be_written_to_is_broken(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    folder.mkdir(mode=0o500)
    for each in (folder, folder / "runs"):
        done = cli("doctor", "--runs-dir", str(each))
        is_one_line(done, 1, "runs")
        assert "is not writable" in done.stdout


def test_little_disk_space_is_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor_checks.runs(tmp_path, "").state == "ok"
    monkeypatch.setattr(doctor_checks, "LITTLE_SPACE", 1 << 62)
    found = doctor_checks.runs(tmp_path, "")
    assert found.state == "note"
    assert "free some" in found.text


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (r"ImportError('no libcudart.so\x1b[2J\nat all')", r"(no libcudart.so\x1b[2J at all): install it again"),
        ("RuntimeError('Unable to open /dev/urandom')", "(Unable to open /dev/urandom)"),
    ],
)
def test_a_torch_that_cannot_be_loaded_is_broken(error: str, said: str, cli: Cli, tmp_path: Path) -> None:
    """It may fail in its own way where /dev/urandom is missing, and numpy on a processor that is too old."""
    (tmp_path / "torch.py").write_text(f"raise {error}")
    done = cli("doctor", fresh=True)
    is_one_line(done, 1, "device")
    assert f"torch cannot be loaded {said}" in done.stdout


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "NEEDED", {"rich": "", "textual-of-nowhere": ""})
    monkeypatch.setattr(doctor_checks, "OPTIONAL", set())
    found = doctor_checks.versions()
    assert (found.state, found.facts["textual-of-nowhere"]) == ("broken", None)
    assert "textual-of-nowhere not installed" in found.text


def test_a_version_that_does_not_fit_is_noted_below_the_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(packages.NEEDED, "rich", ">=1,<2")
    found = doctor_checks.versions()
    line, misfit = found.text.splitlines()
    assert (found.state, "typer" in line) == ("note", True)
    number = found.facts["rich"]
    assert misfit == f"rich {number} does not fit mnist-sum: pip install 'rich>=1,<2'"


@pytest.mark.skipif(
    (os.cpu_count() or 1) < 2 or not hasattr(os, "sched_setaffinity"), reason="one core, or no affinity"
)
def test_the_reason_for_fewer_threads_than_cores_is_given(tmp_path: Path) -> None:
    allowed = sorted(os.sched_getaffinity(0))
    code = f"import os; os.sched_setaffinity(0, {{{allowed[0]}}}); {MAIN}"
    done = Kept(["-c", code, "doctor", "--json"], tmp_path).end()
    told = json.loads(done.stdout)["threads"]
    assert (told["threads"], told["affinity"]) == (1, 1)
    assert "CPU affinity" in told["text"]
    if len(allowed) > 1:
        assert "cgroup" in doctor_checks._threads(1).text


def test_escape_sequences_in_the_environment_are_not_printed(cli: Cli) -> None:
    values = dict.fromkeys(("MNIST_SUM_RUNS", "TERM", "NO_COLOR", "FORCE_COLOR", "COLORTERM"), NASTY)
    done = cli("doctor", **values)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("[red]") == len(values)
    assert done.stdout.replace("\n", "").isprintable()
