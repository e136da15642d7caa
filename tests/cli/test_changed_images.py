"""A folder of images whose files changed: what was trained and tested on the old ones is not mixed with the new."""

import json
from pathlib import Path

from mnist_sum_tui.runs import find
from tests.conftest import Cli


def test_results_on_the_images_before_a_change_are_not_those_on_the_images_after_it(
    cli: Cli, small_data: str, tmp_path: Path
) -> None:
    seeds = ("train", "--recipe", "sprint", "--epochs", "1", "--data-dir", small_data, "--seeds", "2")
    assert cli(*seeds).returncode == 0
    old = find.list_runs(tmp_path / "runs")
    assert "have changed" not in cli("evaluate", old[0].id).stdout
    labels = Path(small_data) / "MNIST" / "raw" / "t10k-labels-idx1-ubyte"
    labels.write_bytes(labels.read_bytes()[:8] + bytes(100))

    again = cli(*seeds)
    assert again.returncode == 0, again.stderr
    assert f"seed 0: {small_data} has changed since {old[1].id}: trained again" in again.stdout
    assert "done before" not in again.stdout
    new = [run for run in find.list_runs(tmp_path / "runs") if run not in old]
    assert len(new) == 2
    assert cli(*seeds).stdout.count("done before") == 2, "on the new images"

    rows = [line.split() for line in cli("runs", "compare", old[0].id, new[0].id).stdout.splitlines()]
    (row,) = (row for row in rows if row[1:2] == ["images"])
    assert row[0] == "test"
    assert row[2] != row[3]
    assert f"those in {small_data} have changed since" in cli("evaluate", old[0].id).stdout
    told = cli("evaluate", old[0].id, "--json", "--plain")
    assert f"those in {small_data} have changed since" in told.stderr, "as it is, also in sentences"
    assert json.loads(told.stdout)["images"] == 100
    assert "have changed" not in cli("evaluate", old[0].id, "--data-dir", small_data).stdout, "the user's choice"
    assert "have changed" not in cli("evaluate", new[0].id).stdout
