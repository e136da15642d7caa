"""A run from a stranger: no escape sequence in its files or names reaches the terminal."""

import json
import subprocess
from pathlib import Path

import pytest

from mnist_sum_tui.errors import RunError, UsageError
from mnist_sum_tui.printable import printable, shell_word
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.run import Run
from tests.conftest import Cli, is_one_line
from tests.training.resuming import begun, config_of
from tests.tui import recorded
from tests.tui.pages.test_runs import make

EVIL = "\x1b]52;c;cm0gLXJm\x07\x9b31m\u202e[/old][red]:snake:"
SHOWN = r"\x1b]52;c;cm0gLXJm\x07\x9b31m\u202e[/old][red]:snake:"


def make_run(folder: Path, name: str, **values: object) -> Run:
    """A completed run of five epochs."""
    return make(folder, name, [*recorded.training(2150), recorded.finished()], **values)


def is_harmless(result: "subprocess.CompletedProcess[str]", code: int = 0) -> str:
    """The output, after checking that every line is printable."""
    assert result.returncode == code, result.stderr
    for line in (result.stdout + result.stderr).splitlines():
        assert line.isprintable(), repr(line)
    return result.stdout


@pytest.fixture
def evil(tmp_path: Path) -> Run:
    """A run in which every text is an attack."""
    folder = tmp_path / "runs"
    make_run(folder, "20260101-120000-compact")
    run = make_run(folder, f"x{EVIL.replace('/', '')}", data_dir=f"data/{EVIL}/mnist")
    last = json.loads(run.metrics_file.read_text().splitlines()[-1])
    values = {"digit_accuracy": 0.9, "sum_accuracy": 0.9, "agreement": 0.9, "pairs": 9, "best_epoch": EVIL}
    run.report_file.write_text(json.dumps(values))
    with run.metrics_file.open("a") as stream:
        stream.write(json.dumps({**last, "reason": EVIL, "message": EVIL}) + "\n")
        stream.write(json.dumps({**last, "message": EVIL, "path": EVIL, "run": EVIL}) + "\n")
    return run


def test_the_commands_print_it_without_escape_sequences_or_markup(evil: Run, cli: Cli) -> None:
    assert shell_word(evil.path.name) in is_harmless(cli("runs"))
    shown = is_harmless(cli("runs", "show", str(evil.path)))
    assert f"data-dir data/{SHOWN}/mnist" in " ".join(shown.split())
    assert "report.json is damaged" in shown
    assert f"folder    {printable(str(evil.path))}\n" in shown
    compared = is_harmless(cli("runs", "compare", "20260101-120000-compact", str(evil.path)))
    assert "[/old][red]:snake:" in "".join(compared.split())
    listed = is_harmless(cli("runs", "--json")).splitlines()
    assert {json.loads(line)["path"] for line in listed} == {str(run.path) for run in find.list_runs(evil.path.parent)}


def test_errors_about_it_are_one_printable_line(evil: Run, cli: Cli) -> None:
    for arguments in (
        ["runs", "delete", str(evil.path)],
        ["train", "--resume", str(evil.path), "--data-dir", "elsewhere"],
        ["predict", "idx", "3", "--run", str(evil.path)],
        ["runs", "--runs-dir", f"none{EVIL}", "show", "latest"],
        ["predict", "image", f"none{EVIL}"],
        ["train", "--threads", f"1{EVIL}"],
        [f"{EVIL}"],
    ):
        result = cli(*arguments)
        is_one_line(result, result.returncode)
        is_harmless(result, result.returncode)
    assert is_harmless(cli("runs", "delete", str(evil.path), "--yes")).startswith("Deleted ")
    assert not evil.path.exists()


def test_a_run_is_found_by_the_printable_form_of_its_name(evil: Run) -> None:
    assert printable(evil.id) == evil.id
    assert find.by_name(evil.id, evil.path.parent) == evil
    assert find.by_name(evil.path.name, evil.path.parent) == evil, "which the list prints, quoted for a shell"
    assert find.by_name(evil.path.name[:5], evil.path.parent) == evil
    assert evil.argument.isprintable()


def test_tab_offers_only_names_that_a_shell_takes_as_one_plain_word(tmp_path: Path, cli: Cli) -> None:
    for name in ("2026-$(touch pwned)", "2026-`id`", "2026 b", "2026*", "2026;id", "2026'", "2026\\", "--yes", "~"):
        make_run(tmp_path / "runs", name)
    plain = make_run(tmp_path / "runs", "20260101-000000-net@3f1c40ab12cd-one_2.5")
    asked = {"_MNIST_SUM_COMPLETE": "complete_bash", "COMP_WORDS": "mnist-sum runs show ", "COMP_CWORD": "3"}
    assert cli(**asked).stdout.split("\n") == ["latest", "best", plain.id, ""]


def test_two_runs_whose_names_print_alike_have_different_ids(evil: Run) -> None:
    make_run(evil.path.parent, printable(evil.path.name))
    ids = [run.id for run in find.list_runs(evil.path.parent)]
    assert len(ids) == len(set(ids)) == 2


def test_the_message_of_an_error_is_printable() -> None:
    for kind in (RunError, UsageError):
        assert str(kind(f"{EVIL}: is damaged")) == f"{SHOWN}: is damaged"


def test_a_folder_of_images_is_named_as_a_word_of_the_shell(cli: Cli, small_data: str, tmp_path: Path) -> None:
    begun(config_of(small_data, model="swift"), tmp_path / "runs", 1)
    folder = Path(small_data).rename(tmp_path / "\x1b[31m")
    assert f"predict INDEX --data-dir {shell_word(str(folder))}" in is_harmless(
        cli("evaluate", "--data-dir", str(folder))
    )
