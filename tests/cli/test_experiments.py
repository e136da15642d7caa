"""`mnist-sum runs list --filter --sort`, and `mnist-sum runs note`."""

import json
from pathlib import Path

import pytest

from mnist_sum_tui.export.report import report
from mnist_sum_tui.runs import find
from tests.conftest import Cli, is_one_line
from tests.tui.pages.test_runs import make_three


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_three(tmp_path / "runs")
    return tmp_path / "runs"


def listed(cli: Cli, *options: str) -> list[str]:
    result = cli("runs", "list", "--json", *options)
    assert result.returncode == 0, result.stderr
    return [json.loads(line)["run"][16:] for line in result.stdout.splitlines()]


def test_a_list_is_filtered_and_sorted(cli: Cli, folder: Path) -> None:
    assert len(find.list_runs(folder)) == 3
    assert listed(cli) == ["compact-short", "pictured", "compact"]
    assert listed(cli, "--filter", "model=compact lr>1e-3 stopped") == ["compact-short"]
    assert listed(cli, "--filter", "model=compact", "--sort", "sum") == ["compact", "compact-short"]
    assert listed(cli, "--sort", "time") == ["compact-short", "compact", "pictured"]
    assert "None of the 3 runs fits the filter seed=9" in cli("runs", "list", "--filter", "seed=9").stdout
    is_one_line(cli("runs", "list", "--filter", "nonsense"), 2, "write key=value")
    is_one_line(cli("runs", "list", "--sort", "beauty"), 2, "unknown column 'beauty'")


def test_a_note_is_in_the_list_the_run_and_its_report(cli: Cli, folder: Path) -> None:
    result = cli("runs", "note", "20260101-120200", "wide <b>images</b>")
    assert result.returncode == 0, result.stderr
    for arguments in (["list"], ["show", "20260101-120200"], ["show", "20260101-120200", "--json"], ["list", "--json"]):
        assert "wide <b>images</b>" in cli("runs", *arguments).stdout
    assert "wide &lt;b&gt;images&lt;/b&gt;" in report(find.by_name("20260101-120200", folder)).decode()
    assert "no note any more" in cli("runs", "note", "20260101-120200", "").stdout
    assert "note" not in cli("runs", "list").stdout
    is_one_line(cli("runs", "note", "latest", "x" * 201), 2, "at most 200 letters")
