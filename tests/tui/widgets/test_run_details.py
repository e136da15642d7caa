from mnist_sum_tui.tui.widgets.run_details import in_columns, shortened


def test_lines_that_are_not_shown_are_counted() -> None:
    lines = "setting\none\ntwo\nthree"
    assert shortened(lines, 4) == lines
    assert shortened(lines, 3) == "setting\none\n… 2 more"


def test_columns_line_up_also_where_a_letter_is_two_cells_wide() -> None:
    assert in_columns([["run", "seed"], ["数", "1"], ["abcd", ""]]) == "run   seed\n数    1\nabcd"
