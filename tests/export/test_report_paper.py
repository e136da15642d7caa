"""A report on paper, and on a telephone: nothing is cut, and no page is left empty."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from mnist_sum_tui.export.report import report
from tests.export.test_report import EVENTS, a_result
from tests.tui.pages.test_runs import make


def test_a_whole_percentage_fits_into_its_cell(tmp_path: Path) -> None:
    run = make(tmp_path, "20260101-120100-compact", EVENTS)
    run.write_json(run.report_file, a_result(sum_accuracy_by_pair=[[1.0, 0.99999, *[0.987] * 8]] * 10))
    (table,) = re.findall(r'(?s)aria-labelledby="by-pair">(.*?)</table>', report(run).decode())
    assert {*re.findall(r"<td[^>]*>([^<]*)<", table)} == {"100", "99.9", "98.7"}, "100.0 would lie on its neighbour"
