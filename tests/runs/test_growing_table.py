"""The table behind the charts, to which rows are added one by one or several at once."""

import numpy as np

from mnist_sum_tui.runs.growing_table import GrowingTable


def test_rows_are_kept_however_they_come() -> None:
    table = GrowingTable(2)
    for row in range(600):
        table.add(row, None)
    table.extend([(row, 1.0) for row in range(600, 2000)])
    table.extend([])
    assert len(table) == 2000
    assert table.column(0).tolist() == list(range(2000))
    assert np.isnan(table.column(1)).sum() == 600
