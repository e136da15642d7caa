from mnist_sum_tui.tui.widgets.answer import AllTen, all_ten, answer_lines, large
from tests.tui import fixed


def test_large_figures_are_three_columns_each() -> None:
    lines = large("7+9=16")
    assert len(lines) == 3
    assert {len(line) for line in lines} == {18}


def test_the_equation_has_its_gaps_and_fits() -> None:
    wide, tight = large("7 + 9 = 16"), large("7 + 9 = 16", is_tight=True)
    assert {len(line) for line in wide} == {22}
    assert {len(line) for line in tight} == {18}
    assert tight[1][3:6] == " + "
    assert wide[1][3:8] == " ╺╋╸ "


def test_answers_that_do_not_fit_are_told_with_their_figures() -> None:
    said = fixed.predictions(fixed.ODD[0])[4]
    assert answer_lines(said, 40).plain.endswith("the two answers do not fit: 0 + 4 is 4, not 5")
    assert answer_lines(fixed.predictions(fixed.ODD[0])[5], 40).plain.endswith("the answers fit")


def test_a_wide_list_shows_how_probable_each_sum_is() -> None:
    lines = all_ten(fixed.predictions(0), 4, 50).plain.split("\n")
    assert {len(line) for line in lines} == {50}
    sure = max(fixed.predictions(0)[4].sum_probabilities)
    assert lines[4].endswith(f" {sure * 100:.1f} %")


def test_all_ten_answers_as_text() -> None:
    lines = all_ten(fixed.predictions(fixed.ODD[0]), 4).plain.split("\n")
    assert len(lines) == 10
    assert lines[4] == "▸ 0 + 4 = 5  ✗"
    assert lines[5] == "  0 + 5 = 5  ✓"
    assert AllTen().predictions == ()
