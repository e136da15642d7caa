"""The bars for the probabilities of a head."""

import pytest

from mnist_sum_tui.tui.widgets.probability_bars import bar_lines, shown_classes

SHARES = (0.02, 0.9, 0.05, 0.03)


def test_an_arrow_marks_the_predicted_class_and_a_dot_the_true_one() -> None:
    lines = bar_lines(SHARES, 2, 20, 4).plain.split("\n")
    assert lines == [
        "  0 ▏          2.0%",
        "▸ 1 ███████▎  90.0%",
        "• 2 ▍          5.0%",
        "  3 ▎          3.0%",
    ]


@pytest.mark.parametrize(
    ("truth", "coloured"),
    [
        (2, {"$text-error bold": "▸ 1", "$text-success": "• 2"}),
        (1, {"$text-success bold": "▸ 1"}),
        (None, {"$text-primary bold": "▸ 1"}),
    ],
)
def test_the_colours_say_which_class_is_right_and_which_is_wrong(truth: int | None, coloured: dict[str, str]) -> None:
    found = bar_lines(SHARES, truth, 20, 4)
    first = {str(span.style): found.plain[span.start : span.start + 3] for span in reversed(found.spans)}
    assert {style: label for style, label in first.items() if label.strip("▸• ") and label[0] in "▸•"} == coloured
    assert "$foreground-muted" in first, "the other classes"


def test_there_is_no_dot_if_the_prediction_is_right() -> None:
    assert "•" not in bar_lines(SHARES, 1, 20, 4).plain


def test_all_lines_have_the_same_width() -> None:
    for width in range(12, 60):
        lengths = {len(line) for line in bar_lines(SHARES, 2, width, 4).plain.split("\n")}
        assert len(lengths) == 1
        assert lengths.pop() <= width


def test_no_row_is_left_out_of_the_middle() -> None:
    """All in order, or the most probable first and a line about the others."""
    assert shown_classes(SHARES, 4, None) == [0, 1, 2, 3]
    assert shown_classes(SHARES, 3, None) == [1, 2]
    assert shown_classes(SHARES, 3, 0) == [1, 0], "the true one is always there"
    assert shown_classes(SHARES, 0, None) == []
    lines = bar_lines(SHARES, None, 20, 3).plain.split("\n")
    assert [line.split()[0] for line in lines[:2]] == ["▸", "2"]
    assert lines[2] == "  … 2 more", "their count is not below the classes"
    moved_up = bar_lines(SHARES, 0, 20, 3).plain.split("\n")
    assert moved_up[1].startswith("• 0"), "it is the least probable"
    assert moved_up[2] == "  … 2 more", "they are not the lowest"
    assert bar_lines((0.0,) * 19, None, 20, 3).plain == "", "nothing is known yet"


@pytest.mark.parametrize(
    ("width", "lines"),
    [(10, ["▸ 0 100.0%", "  1   0.0%", "  … 2 more"]), (8, ["▸ 0 100%", "  1   0%", "  … +2"])],
)
def test_without_room_for_bars_a_class_still_has_one_line(width: int, lines: list[str]) -> None:
    for little in (0.0, 1e-6):
        assert bar_lines((1.0, little, 0.0, 0.0), None, width, 3).plain.split("\n") == lines


@pytest.mark.parametrize(("width", "height"), [(0, 0), (1, 1), (3, 2)])
def test_a_widget_without_space_raises_no_error(width: int, height: int) -> None:
    bar_lines(SHARES, 1, width, height)
    bar_lines((), None, width, height)


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (1.0, "100.0%"),
        (0.9996, " 99.9%"),
        (0.996, " 99.6%"),
        (0.8998, " 89.9%"),
        (0.5, " 50.0%"),
        (0.004, "  0.4%"),
        (0.0, "  0.0%"),
    ],
)
def test_percent_keeps_its_width(share: float, shown: str) -> None:
    assert bar_lines((share, 1 - share), None, 20, 2).plain.split("\n")[0].endswith(f" {shown}")
