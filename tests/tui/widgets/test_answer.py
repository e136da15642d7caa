from mnist_sum_tui.tui.widgets.answer import AllTen, all_ten, large
from tests.tui import fixed


def test_large_figures_are_three_columns_each() -> None:
    lines = large("7+9=16")
    assert len(lines) == 3
    assert {len(line) for line in lines} == {18}


def test_all_ten_answers_as_text() -> None:
    lines = all_ten(fixed.predictions(fixed.ODD[0]), 4).plain.split("\n")
    assert len(lines) == 10
    assert lines[4] == "▸ 0 + 4 = 5  ✗"
    assert lines[5] == "  0 + 5 = 5  ✓"
    assert AllTen().predictions == ()
