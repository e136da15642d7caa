"""The page Inspect with fixed answers: stepping, numbers, wrong ones, weights."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Input, Static

from mnist_sum_tui.tui.pages.dialogs import GoTo
from mnist_sum_tui.tui.pages.inspect import InspectPage
from mnist_sum_tui.tui.predictions.messages import ImagePredicted, TestSetEvaluated, Trouble, Working
from mnist_sum_tui.tui.predictions.test_set import less_certain, next_pair
from mnist_sum_tui.tui.predictions.weights import Weights
from mnist_sum_tui.tui.predictions.worker import EvaluateTestSet, PredictImage, Reply, Request
from mnist_sum_tui.tui.session.messages import OpenInInspect
from mnist_sum_tui.tui.widgets.answer import AllTen, AnswerText, all_ten, answer_lines, large
from mnist_sum_tui.tui.widgets.digit import Digit
from mnist_sum_tui.tui.widgets.slider import Slider, slider_line, stop_at
from tests.tui import fixed, recorded

WRONG = sorted(fixed.WRONG)


def page_in(app: object) -> InspectPage:
    page = getattr(app, "screen")  # noqa: B009 - the app's type is not the point here
    assert isinstance(page, InspectPage)
    return page


def text_of(page: InspectPage) -> str:
    said = page.query_one(AnswerText).said
    assert said is not None
    return answer_lines(said, 30).plain


async def test_arrows_step_and_go_round(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = fixed.new_app(tmp_path, monkeypatch)
    async with app.run_test() as pilot:
        await fixed.open_page(pilot, "inspect")
        page = page_in(app)
        await pilot.press("right", "right")
        assert page.index == 2
        await pilot.press("left", "left", "left")
        assert page.index == fixed.COUNT - 1
        assert page.query_one(Digit).image is not None


async def test_digits_and_arrows_choose_the_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = fixed.new_app(tmp_path, monkeypatch)
    async with app.run_test() as pilot:
        await fixed.open_page(pilot, "inspect")
        page, asked = page_in(app), len(fixed.predictions_in(app).asked)
        for key, number in (("3", 3), ("up", 4), ("9", 9), ("up", 0), ("down", 9)):
            await pilot.press(key)
            assert page.number == number
        assert text_of(page).startswith("7 + 9 = 16\n✓ right\ntruth 7 + 9 = 16\nthe heads agree")
        assert len(fixed.predictions_in(app).asked) == asked  # one answer has all numbers


async def test_w_goes_from_wrong_one_to_wrong_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = fixed.new_app(tmp_path, monkeypatch)
    async with app.run_test() as pilot:
        await fixed.open_page(pilot, "inspect")
        page, found = page_in(app), []
        for _ in range(len(WRONG) + 1):
            await pilot.press("w")
            await pilot.pause()
            found.append(page.index)
        assert found == [*WRONG, WRONG[0]]
        assert "✗ wrong" in text_of(page)
        assert sum(isinstance(asked, EvaluateTestSet) for asked in fixed.predictions_in(app).asked) == 1


async def test_a_survey_of_other_weights_comes_late(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = fixed.new_app(tmp_path, monkeypatch)
    async with app.run_test() as pilot:
        await fixed.open_page(pilot, "inspect")
        page, brain = page_in(app), fixed.predictions_in(app)
        held: list[Reply] = []
        at_once = brain.ask

        def ask(request: Request, reply: Reply) -> None:
            if isinstance(request, EvaluateTestSet):
                held.append(reply)
            else:
                at_once(request, reply)

        monkeypatch.setattr(brain, "ask", ask)
        await pilot.press("w", "comma")
        held[0](TestSetEvaluated(replace(fixed.survey(), source="other weights"), fixed.images().images.numpy()))
        await pilot.pause()
        assert page.index == 0  # whoever turned to other weights wants no jump by these
        await pilot.press("w")
        assert len(held) == 2  # they are not taken for the chosen ones
        held[1](TestSetEvaluated(fixed.survey(), fixed.images().images.numpy()))
        await pilot.pause()
        assert page.index == WRONG[0]


async def test_a_survey_of_a_training_serves_for_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = fixed.new_app(tmp_path, monkeypatch)
    async with app.run_test() as pilot:
        await fixed.open_page(pilot, "inspect")
        page, brain = page_in(app), fixed.predictions_in(app)
        newest = Weights("newest", fixed.RUN, None)
        asked: list[Request] = []

        def ask(request: Request, reply: Reply) -> None:
            asked.append(request)
            if isinstance(request, PredictImage):
                image, said = fixed.images().images[request.index].numpy(), fixed.predictions(request.index)
                source = f"step {len(asked)}"  # each answer is of later weights
                reply(ImagePredicted(request.index, image, said, newest, (newest,), source, fixed.COUNT))
            else:
                survey = replace(fixed.survey(), weights=newest, source="step 0", made=time.monotonic())
                reply(TestSetEvaluated(survey, fixed.images().images.numpy()))

        monkeypatch.setattr(brain, "ask", ask)
        page.show_index(0)
        await pilot.pause()
        for index in WRONG[:3]:
            await pilot.press("w")
            await pilot.pause()
            assert page.index == index
        assert sum(isinstance(request, EvaluateTestSet) for request in asked) == 1
        page.on_run_event(recorded.started())  # another training, whose newest weights have the same name
        await pilot.press("w")
        assert sum(isinstance(request, EvaluateTestSet) for request in asked) == 2


async def test_a_survey_that_another_page_has_replaced_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = fixed.new_app(tmp_path, monkeypatch)
    async with app.run_test() as pilot:
        await fixed.open_page(pilot, "inspect")
        page, brain = page_in(app), fixed.predictions_in(app)
        at_once = brain.ask
        monkeypatch.setattr(
            brain, "ask", lambda *asked: None if isinstance(asked[0], EvaluateTestSet) else at_once(*asked)
        )
        await pilot.press("w")
        page.post_message(Working("Looking at all ...", 0.45))
        await pilot.pause()
        assert page.query_one("#note", Static).display
        await fixed.open_page(pilot, "runs")
        await fixed.open_page(pilot, "inspect")
        assert not page.query_one("#note", Static).display


async def test_d_takes_a_number_with_which_the_heads_disagree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = fixed.new_app(tmp_path, monkeypatch)
    async with app.run_test() as pilot:
        await fixed.open_page(pilot, "inspect")
        await pilot.press("d")
        await pilot.pause()
        page = page_in(app)
        assert (page.index, page.number) == (fixed.ODD[0], 4)
        assert "the heads disagree" in text_of(page)


async def test_u_walks_up_from_the_least_certain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = fixed.new_app(tmp_path, monkeypatch)
    async with app.run_test() as pilot:
        await fixed.open_page(pilot, "inspect")
        page, sureness = page_in(app), fixed.survey().sureness[:, 7]
        seen = []
        for _ in range(3):
            await pilot.press("u")
            await pilot.pause()
            seen.append(float(sureness[page.index]))
        assert seen == sorted(sureness.tolist())[:3]


async def test_g_asks_for_a_place_and_takes_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = fixed.new_app(tmp_path, monkeypatch)
    async with app.run_test() as pilot:
        await fixed.open_page(pilot, "inspect")
        await pilot.press("g", *"1000", "enter")
        assert isinstance(app.screen, GoTo)  # there are a thousand, from 0
        app.screen.query_one(Input).value = "321"
        await pilot.press("enter")
        assert page_in(app).index == 321
        await pilot.press("g", "5", "escape")
        assert page_in(app).index == 321


async def test_b_switches_to_half_blocks_and_r_goes_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("random.randrange", lambda count: count - 3)
    app = fixed.new_app(tmp_path, monkeypatch)
    async with app.run_test() as pilot:
        await fixed.open_page(pilot, "inspect")
        picture = page_in(app).query_one(Digit)
        assert "@@" in str(picture.render())
        await pilot.press("b", "r")
        await pilot.pause()
        assert "█" in str(picture.render())
        assert page_in(app).index == fixed.COUNT - 3


async def test_weights_slide_and_the_same_image_is_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = fixed.new_app(tmp_path, monkeypatch)
    async with app.run_test() as pilot:
        await fixed.open_page(pilot, "inspect")
        slider = page_in(app).query_one(Slider)
        assert slider.names == ("epoch 1", "best", "last")
        assert slider.chosen == 1
        await pilot.press("comma")
        await pilot.pause()
        assert slider.chosen == 0
        last = fixed.predictions_in(app).asked[-1]
        assert isinstance(last, PredictImage)
        assert last.weights == fixed.CHOICES[0]
        await pilot.press("comma", "full_stop", "full_stop", "full_stop")
        await pilot.pause()
        assert slider.chosen == 2
        await pilot.click(slider, offset=(1, 0))
        await pilot.pause()
        assert slider.chosen == 0


async def test_a_training_that_begins_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = fixed.new_app(tmp_path, monkeypatch)
    async with app.run_test() as pilot:
        await fixed.open_page(pilot, "inspect")
        await pilot.press("comma")
        page, asked = page_in(app), fixed.predictions_in(app).asked
        assert [(look.index, look.weights) for look in asked[-1:] if isinstance(look, PredictImage)] == [
            (0, fixed.CHOICES[0])
        ]
        page.on_run_event(recorded.started())
        await pilot.press("right")
        assert [(look.index, look.weights) for look in asked[-1:] if isinstance(look, PredictImage)] == [(1, None)]


async def test_the_newest_weights_give_way_to_the_best_when_the_training_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = fixed.new_app(tmp_path, monkeypatch)
    async with app.run_test() as pilot:
        await fixed.open_page(pilot, "inspect")
        page = page_in(app)
        newest = Weights("newest", "the training in progress", None)
        image = fixed.images().images[0].numpy()
        page.on_image_predicted(
            ImagePredicted(0, image, fixed.predictions(0), newest, (newest,), "step 7", fixed.COUNT)
        )
        page._keep_up()
        await pilot.pause()
        assert str(page.query_one("#source", Static).render()) == fixed.SOURCE
        asked = len(fixed.predictions_in(app).asked)
        page._keep_up()
        assert len(fixed.predictions_in(app).asked) == asked


async def test_other_test_images_may_be_fewer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = fixed.new_app(tmp_path, monkeypatch)
    async with app.run_test() as pilot:
        await fixed.open_page(pilot, "inspect")
        page = page_in(app)
        page.show_index(fixed.COUNT + 445)
        await pilot.pause()
        assert page.index == 445
        assert str(page.query_one("#which", Static).render()).startswith("#445")


async def test_another_page_opens_an_image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = fixed.new_app(tmp_path, monkeypatch)
    async with app.run_test() as pilot:
        app.post_message(OpenInInspect(445))
        await pilot.pause()
        await pilot.pause()
        page = page_in(app)
        assert page.index == 445
        assert "5 + 7" not in text_of(page)  # it is a 6, read as 0
        assert str(page.query_one("#which", Static).render()).startswith("#445")


async def test_what_the_brain_is_at_and_what_it_could_not_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = fixed.new_app(tmp_path, monkeypatch)
    async with app.run_test() as pilot:
        await fixed.open_page(pilot, "inspect")
        page = page_in(app)
        note = page.query_one("#note", Static)
        assert not note.display
        page.post_message(Working("Reading the test images ...", 0.5))
        await pilot.pause()
        assert "Reading" in str(note.render())
        assert "50 %" in str(note.render())
        page.post_message(Trouble("there is no trained network yet"))
        await pilot.pause()
        assert str(note.render()) == "There is no trained network yet"
        assert note.has_class("-error")
        await pilot.press("right")
        await pilot.pause()
        assert not note.display


async def test_any_size_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = fixed.new_app(tmp_path, monkeypatch)
    async with app.run_test() as pilot:
        for name in ("inspect", "draw", "mistakes", "runs"):
            await fixed.open_page(pilot, name)
            for size in ((1, 1), (2, 40), (300, 3), (17, 9), (60, 20), (200, 60), (80, 24)):
                await pilot.resize_terminal(*size)
                await asyncio.sleep(0)
                await pilot.pause()


async def test_function_keys_leave_a_page_that_takes_digits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = fixed.new_app(tmp_path, monkeypatch)
    async with app.run_test() as pilot:
        await fixed.open_page(pilot, "inspect")
        await pilot.press("f4")
        await pilot.pause()
        assert app.current_mode == "mistakes"


def test_the_next_pair_keeps_the_number_if_it_can() -> None:
    hits = fixed.survey().wrong
    assert next_pair(hits, 8, 7) == (241, 7)
    assert next_pair(hits, 999, 7) == (8, 7)
    only = hits & False
    assert next_pair(only, 0, 7) is None
    only[5, 2] = True
    assert next_pair(only, 5, 7) == (5, 2)


def test_a_walk_begins_anew_where_one_has_gone_elsewhere() -> None:
    sureness = fixed.survey().sureness
    first, _ = less_certain(sureness, 500, 3, fresh=True)
    second, _ = less_certain(sureness, first, 3, fresh=False)
    assert first == int(sureness[:, 3].argmin())
    assert sureness[second, 3] >= sureness[first, 3]
    assert second != first


def test_the_slider_as_text() -> None:
    names = ("epoch 1", "best", "last")
    assert slider_line(names, 1, 60) == "○ epoch 1 ── ● best ── ○ last"
    assert slider_line(names, 1, 20) == "○──●──○ best"
    assert slider_line(names, 2, 8) == "○○● last"
    assert slider_line(names, 0, 5) == "1/3 e"
    assert slider_line((), 0, 5) == ""


def test_the_stop_under_the_mouse() -> None:
    line = slider_line(("epoch 1", "best", "last"), 1, 60)
    assert [stop_at(line, column) for column in (0, 5, line.index("●"), len(line) - 1)] == [0, 0, 1, 2]
    assert stop_at("1/3 e", 2) is None


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
