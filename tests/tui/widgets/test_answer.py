from dataclasses import replace

import pytest
from textual.app import App, ComposeResult

from mnist_sum_tui.tui.widgets.answer import AllTen, AnswerText, all_ten, answer_lines, large, likeness_bar, sure_line
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
    shown = [answer_lines(fixed.predictions(0)[4], width, is_large=True).plain for width in (21, 22)]
    assert ["╺╋╸" in equation for equation in shown] == [False, True]


@pytest.mark.parametrize(
    ("index", "verdict", "truth", "colour"),
    [(0, "✓ right", "7 + 4 = 11", "$text-success"), (8, "✗ wrong", "5 + 4 = 9", "$text-error")],
)
def test_the_truth_and_a_colour_say_whether_an_answer_is_right(
    index: int, verdict: str, truth: str, colour: str
) -> None:
    lines = answer_lines(fixed.predictions(index)[4], 40)
    assert f"\n{verdict}\ntruth {truth}\n" in lines.plain
    styles = {str(span.style).removeprefix("bold ") for span in lines.spans}
    assert styles & {"$text-success", "$text-error"} == {colour}


def test_of_a_digit_and_a_sum_the_one_that_is_wrong_is_named() -> None:
    ten = fixed.predictions(0)  # a 7
    digit, total = replace(ten[4], digit=1), replace(ten[4], sum=12)
    assert "\n✗ digit wrong, sum right\n" in answer_lines(digit, 24).plain
    assert "\n✗ sum wrong, digit right at step 98\n" in answer_lines(total, 40, at="step 98").plain
    assert "\n✗ digit wrong\n" in answer_lines(digit, 18).plain
    assert "\n✗ wrong\n" in answer_lines(replace(digit, sum=5), 40).plain
    lines = all_ten((ten[3], digit, replace(total, number=5, sum=11)), 4, 40).plain.split("\n")
    assert [line[:20] for line in lines] == ["  7 + 3 = 10 ✓      ", "▸ 1 + 4 = 11 ✗ digit", "  7 + 5 = 11 ✗ sum  "]
    assert {len(line) for line in lines} == {40}
    assert all_ten((ten[3], digit), 4, 18).plain.split("\n") == ["  7+3=10 ✓      ", "▸ 1+4=11 ✗ digit"]
    assert all_ten((digit,), 4, 15).plain == "▸ 1 + 4 = 11 ✗"
    assert all_ten((replace(digit, label=None),), 4, 20).plain.rstrip() == "▸ 1 + 4 = 11 ≠"


def test_whether_the_two_answers_agree_is_told_with_their_figures() -> None:
    said = fixed.predictions(fixed.ODD[0])[4]
    assert answer_lines(said, 43).plain.endswith("\nthe two answers disagree: 0 + 4 is 4, not 5")
    assert answer_lines(said, 42).plain.endswith("\ndisagree: 0 + 4 is 4, not 5")
    assert answer_lines(said, 26).plain.endswith("\n0 + 4 is 4, not 5")
    assert answer_lines(said, 16).plain.endswith("\n0 + 4 is not 5")
    agreeing = fixed.predictions(fixed.ODD[0])[5]
    assert answer_lines(agreeing, 40).plain.endswith("\nthe two answers agree: 0 + 5 is 5")
    assert answer_lines(agreeing, 20).plain.endswith("\nanswers agree: 0+5=5")
    assert answer_lines(agreeing, 18).plain.endswith("\nboth agree: 0+5=5")


def test_of_what_is_no_digit_the_answers_do_not_agree_unless_it_is_known_to_be_one() -> None:
    for number, close in ((4, "0+4=5"), (5, "0+5=5")):
        known = replace(fixed.predictions(fixed.ODD[0])[number], digit_score=0.2)
        unknown = replace(known, label=None)
        assert answer_lines(unknown, 40).plain.endswith(f"%\nif it is a digit: {close}")
        assert answer_lines(unknown, 18).plain.endswith(f"%\nif a digit: {close}")
        assert "agree" in answer_lines(known, 43).plain.split("\n")[-1]


def test_an_answer_says_what_it_is_worth_and_how_sure_both_heads_are() -> None:
    said = replace(fixed.predictions(0)[4], digit_probabilities=(0.0,) * 7 + (0.97, 0.02, 0.01))
    assert said.verdict == "unsure"
    assert answer_lines(said, 18).plain.split("\n")[:3] == ["7 + 4 = 11", "7? (not sure)", "digit 97% sum 89%"]
    sure = replace(said, sum_probabilities=(0.0,) * 11 + (1.0,) + (0.0,) * 7)
    assert answer_lines(sure, 18).plain.split("\n")[1] == "digit 97% sum 100%"
    assert answer_lines(replace(sure, digit_score=0.2), 18).plain.split("\n")[1] == "not a digit?"
    both = replace(sure, digit_probabilities=(0.0,) * 7 + (1.0, 0.0, 0.0))
    assert answer_lines(both, 14).plain.split("\n")[1] == "both 100% sure"
    assert answer_lines(both, 20).plain.split("\n")[1] == "both 100.0% sure"
    below = replace(both, sum_probabilities=(0.1002,) + (0.0,) * 10 + (0.8998,) + (0.0,) * 7)
    said_below = ["7? (not sure: sum below 90 %)", "digit 100.0% sum 89.9%"]
    assert answer_lines(below, 30).plain.split("\n")[1:3] == said_below
    assert all_ten((below,), 4, 50).plain.endswith(" 89.9%")
    nearly = replace(both, sum_probabilities=(0.0,) * 11 + (0.9996,) + (0.0,) * 7)
    assert sure_line(nearly, 21) == "digit 100% sum >99%", "22 columns are too many"
    assert sure_line(nearly, 22) == "digit 100.0% sum 99.9%"


async def test_the_rows_of_an_answer_are_those_of_the_width_that_it_will_have() -> None:
    app, widget, said = App[None](), AnswerText(), fixed.predictions(0)[4]
    widget.said = said
    async with app.run_test(size=(40, 20)):
        await app.mount(widget)
        for width, is_large in ((24, True), (17, False)):
            rows = answer_lines(said, width, is_large).plain.split("\n")
            assert widget.get_content_height(app.size, app.size, width) == len(rows)


def test_the_bar_of_likeness_marks_the_threshold_in_its_middle() -> None:
    bars = [likeness_bar(score, 0.2, 9).plain for score in (0.0, 0.1, 0.2, 0.4, 1.0)]
    colours = [str(likeness_bar(score, 0.2, 9).spans[0].style) for score in (0.1, 0.2)]
    assert colours == ["$text-warning", "$text-primary"]
    assert bars == ["────│────", "━━──│────", "━━━━│────", "━━━━│━━━━", "━━━━│━━━━"]


def test_a_wide_list_shows_how_probable_each_sum_is() -> None:
    lines = all_ten(fixed.predictions(0), 4, 50).plain.split("\n")
    assert {len(line) for line in lines} == {50}
    sure = max(fixed.predictions(0)[4].sum_probabilities)
    assert lines[4].endswith(f" {sure * 100:.1f}%"), "the same sign as beside the digit and the sum"
    assert lines[4].count("█") == int(sure * (50 - len("> 9 + 9 = 18 x  ") - len(" 100.0%")))


def test_all_ten_answers_as_text() -> None:
    lines = all_ten(fixed.predictions(fixed.ODD[0]), 4).plain.split("\n")
    assert len(lines) == 10
    assert lines[4] == "▸ 0 + 4 = 5  ✗"
    assert lines[5] == "  0 + 5 = 5  ✓"
    assert AllTen().predictions == ()


def test_the_title_of_all_ten_says_what_a_misread_digit_is() -> None:
    ten = AllTen()
    for index, title in ((0, "All ten numbers"), (8, f"It is a {fixed.images().labels[8]}")):
        ten.predictions = fixed.predictions(index)
        ten.entitle()
        assert ten.border_title == title


class Tens(App[None]):
    def compose(self) -> ComposeResult:
        yield AllTen()


async def test_in_little_room_the_numbers_around_the_chosen_one_are_shown_and_named() -> None:
    app = Tens()
    async with app.run_test(size=(30, 5)) as pilot:
        ten = app.query_one(AllTen)
        ten.styles.height, ten.predictions = 5, fixed.predictions(0)
        digit = ten.predictions[0].digit
        for chosen, first in ((0, 0), (5, 3), (9, 5)):
            ten.chosen = chosen
            await pilot.pause()
            lines = str(ten.render()).splitlines()
            assert [line[2:7] for line in lines] == [f"{digit} + {number}" for number in range(first, first + 5)]
            assert [line[0] for line in lines].index("\u25b8") == chosen - first
            assert ten.border_title == f"Numbers {first} to {first + 4}"
