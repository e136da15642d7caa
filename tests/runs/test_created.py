"""Runs are sorted by the moments at which they were created, whatever is written of them."""

import json
import time
from pathlib import Path

import pytest

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.columns import COLUMNS, arranged
from mnist_sum_tui.runs.created import seconds_since_1970

NEWEST_FIRST = ["2026-11-27T12:00:00", "2026-11-27T13:30:00+02:00", "20261127T110000Z", "2026-11-27T02:00:00-08:00"]


@pytest.mark.parametrize("last", ["", "yesterday", 5, None, [], "0001-01-01T00:00:00+14:00", "9" * 5_000])
def test_the_newest_run_comes_first_whatever_its_time_zone(last: object, tmp_path: Path) -> None:
    for name, created in zip("dacbe", [*NEWEST_FIRST, last], strict=True):
        run = find.create(tmp_path, TrainConfig.of(), name)
        run.config_file.write_text(json.dumps({**json.loads(run.config_file.read_text()), "created": created}))
        run.last_file.touch()
    runs, found = find.list_runs(str(tmp_path)), find.summaries(str(tmp_path))
    assert "".join(run.id[-1] for run in runs) == "dacbe"
    assert [each.run for each in found] == runs == [each.run for each in arranged(found, COLUMNS[0])]
    assert find.by_name("latest", str(tmp_path)) == runs[0]


def test_a_time_without_a_zone_is_utc_wherever_the_user_is(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", "JST-9")
        time.tzset()
        found = seconds_since_1970("1970-01-01T00:00:01")
    time.tzset()
    assert found == 1
