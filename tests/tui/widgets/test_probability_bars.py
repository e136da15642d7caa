"""The bars for the probabilities of a head."""

import pytest

from mnist_sum_tui.tui.widgets.probability_bars import bar_lines, short_percent, shown_classes

SHARES = (0.02, 0.9, 0.05, 0.03)


def test_an_arrow_marks_the_predicted_class_and_a_dot_the_true_one() -> None:
    lines = bar_lines(SHARES, 2, 20, 4).plain.split("\n")
    assert lines == [
        "  0 ▎            2%",
        "▸ 1 █████████   90%",
        "• 2 ▌            5%",
        "  3 ▎            3%",
    ]


def test_there_is_no_dot_if_the_prediction_is_right() -> None:
    assert "•" not in bar_lines(SHARES, 1, 20, 4).plain


def test_wide_bars_have_a_decimal() -> None:
    lines = bar_lines((0.9917, 0.0083), None, 30, 2).plain.split("\n")
    assert lines[0].endswith(" 99.2%")
    assert lines[1].endswith("  0.8%")


def test_all_lines_have_the_same_width() -> None:
    for width in range(10, 60):
        lengths = {len(line) for line in bar_lines(SHARES, 2, width, 4).plain.split("\n")}
        assert len(lengths) == 1
        assert lengths.pop() <= width


def test_if_not_all_classes_fit_the_most_probable_and_the_true_one_are_shown_in_order() -> None:
    assert shown_classes(SHARES, 2, None) == [1, 2]
    assert shown_classes(SHARES, 2, 0) == [0, 1]
    assert shown_classes(SHARES, 9, None) == [0, 1, 2, 3]
    assert shown_classes(SHARES, 0, None) == []


def test_the_expected_classes_stay_however_improbable() -> None:
    sums = (0.5, *[0.04] * 6, *[0.01] * 10, 0.1, 0.06)
    assert shown_classes(sums, 10, None, range(7, 17)) == [0, *range(7, 16)]
    assert shown_classes((0.0,) * 19, 10, None, range(7, 17)) == list(range(7, 17))


@pytest.mark.parametrize(("width", "height"), [(0, 0), (1, 1), (3, 2)])
def test_a_widget_without_space_raises_no_error(width: int, height: int) -> None:
    bar_lines(SHARES, 1, width, height)
    bar_lines((), None, width, height)


@pytest.mark.parametrize(
    ("share", "short", "wide"),
    [
        (1.0, "100%", "100.0%"),
        (0.9996, "100%", "100.0%"),
        (0.996, " 99%", " 99.6%"),
        (0.5, " 50%", " 50.0%"),
        (0.004, " <1%", "  0.4%"),
        (0.0, "  0%", "  0.0%"),
    ],
)
def test_percent_keeps_its_width(share: float, short: str, wide: str) -> None:
    assert short_percent(share) == short
    assert short_percent(share, is_wide=True) == wide
