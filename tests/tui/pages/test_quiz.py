"""The quiz: what it asks, how it compares, and the score."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import Input, Label, Static

from mnist_sum_tui.runs.quiz_scores import read_scores
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.inspect import InspectPage
from mnist_sum_tui.tui.pages.quiz import QuizScreen
from mnist_sum_tui.tui.predictions.messages import Trouble, Working
from mnist_sum_tui.tui.predictions.quiz import HARDEST, Answered, choose, score_lines, score_of
from mnist_sum_tui.tui.predictions.requests import EvaluateTestSet, PredictImage
from mnist_sum_tui.tui.widgets.digit import Digit
from mnist_sum_tui.tui.widgets.key_footer import keys_of
from tests.tui import fixed
from tests.tui.recorded import press, until

pytestmark = pytest.mark.usefixtures("without_form")


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MnistSumApp:
    return fixed.new_app(tmp_path / "runs", monkeypatch)


async def open_quiz(pilot: Pilot[int]) -> QuizScreen:
    await fixed.open_page(pilot, "inspect")
    await pilot.press("z")
    await until(pilot, lambda: isinstance(pilot.app.screen, QuizScreen))
    screen = pilot.app.screen
    assert isinstance(screen, QuizScreen)
    return screen


def text(screen: QuizScreen, name: str) -> str:
    return str(screen.query_one(name, Static).render())


async def give(pilot: Pilot[int], digit: int, total: int) -> None:
    await press(pilot, str(digit), *str(total), "enter")


def test_half_of_the_images_are_hard() -> None:
    sureness = np.random.default_rng(1).random((1000, 10)).astype(np.float32)
    hard = set(sureness.min(1).argsort()[:HARDEST].tolist())
    for seed in range(20):
        asked = choose(sureness, np.random.default_rng(seed))
        assert len({one.image for one in asked}) == 10
        assert sum(one.image in hard for one in asked) == 5
        assert {one.number for one in asked} <= set(range(10))
    first = {one.image in hard for seed in range(20) for one in choose(sureness, np.random.default_rng(seed))[:1]}
    assert first == {True, False}, "mixed"
    for count in (1, 2, 3, 6, 9):
        asked = choose(sureness[:count], np.random.default_rng(0))
        assert sorted(one.image for one in asked) == [*range(count)], "all of a few"


def answered(digit: int, total: int, index: int = 8, number: int = 3, seconds: float = 2.0) -> Answered:
    return Answered(digit, total, seconds, fixed.predictions(index)[number], 0.004)


def test_who_was_right_and_how_long_it_took() -> None:
    """Image 8 is a 5 that is read as 6."""
    right = answered(5, 8)
    assert right.lines() == ["You      5 + 3 = 8  ✓ 2.0 s", "Network  6 + 3 = 9  ✗ 4 ms", "It is    5 + 3 = 8"]
    slow = replace(right, network_seconds=0.9996)
    assert slow.lines()[1].endswith(" 1.0 s"), "and not 1000 ms"
    assert not answered(5, 9).is_right
    assert not answered(6, 8).is_right
    score = score_of([right, answered(6, 9), answered(7, 9, index=0, number=2)], "x", "2026-11-27")
    assert (score["right"], score["network_right"], score["images"], score["seconds"]) == (2, 1, 3, 6.0)
    hard = "Half of the images are hard ones for the network."
    assert score_lines(score, []) == ["You      2 of 3 in 6.0 s", "Network  1 of 3 in 12 ms", hard]
    assert score_lines(score, [{**score, "right": 1}])[-1] == "Your best so far!"
    assert score_lines(score, [{**score, "right": 3}])[-1] == "Your best so far: 100 % right"
    assert score_lines(score, [score])[-1] == "Your best so far: 67 % right", "as good is not better"


async def test_ten_images_and_a_score_that_is_kept(app: MnistSumApp) -> None:
    sizes = ((200, 60), (120, 36), (41, 11), (80, 24))
    async with app.run_test(size=sizes[0]) as pilot:
        screen = await open_quiz(pilot)
        await until(pilot, lambda: screen.waiting)
        labels, asked = fixed.images().labels.tolist(), list(screen.waiting)
        for place, (index, number) in enumerate(asked):
            size = sizes[min(place, len(sizes) - 1)]
            if app.size != size:
                await pilot.resize_terminal(*size)
                await pilot.pause()
            assert text(screen, "#asked").startswith(f"Image {place + 1} of 10")
            assert f"sum with {number}" in text(screen, "#asked")
            assert text(screen, "#hint").startswith("Type the digit"), "nothing is wrong yet"
            picture = screen.query_one(Digit)
            assert picture.region.area >= (28 * 14 if size[1] > 20 else 12 * 5)
            assert picture.image is not None
            assert (picture.image == fixed.images().images[index].numpy()).all()
            off_by = int(place == 4)
            await give(pilot, labels[index], abs(labels[index] + number - off_by))
            truth = f"It is    {labels[index]} + {number} = {labels[index] + number}"
            assert truth in [line.rstrip() for line in text(screen, "#told").splitlines()]
            if place < 9:
                await press(pilot, "enter")
        assert text(screen, "#told").startswith("You      9 of 10 in")
        [score] = read_scores(app.session.runs_folder)
        assert (score["right"], score["images"], score["network"]) == (9, 10, fixed.SOURCE)
        right = sum(bool(fixed.predictions(index)[number].correct) for index, number in asked)
        assert score["network_right"] == right
        for size in sizes:
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert all(part.region.bottom <= size[1] for part in (*screen.query(Label), *screen.query(Input))), (
                "all of it can be seen"
            )
        await press(pilot, "enter")
        assert text(screen, "#told").startswith("You      9 of 10 in"), "the score stays"
        assert text(screen, "#asked") == "The quiz is over"
        assert [key.words for key in keys_of(app.screen)[0]][-1] == "Ten others"
        await press(pilot, "n")
        assert text(screen, "#asked").startswith("Image 1 of 10"), "once more"
        assert not any(key.words == "Ten others" for key in keys_of(app.screen)[0])
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is not screen)
        assert len(read_scores(app.session.runs_folder)) == 1


async def test_what_is_missing_or_impossible_is_asked_for_again(app: MnistSumApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_quiz(pilot)
        await until(pilot, lambda: screen.waiting)
        await pilot.press("enter", "x", "enter")
        assert not screen.answers
        assert "type both" in text(screen, "#hint")
        await pilot.press("4", "1", "9", "enter")
        assert not screen.answers, "no sum is 19"
        await pilot.press("1", "8")
        assert screen.query_one("#typed-sum", Input).value == "18", "what is typed next replaces the 19"
        await pilot.press("backspace", "backspace")
        assert screen.focused is screen.query_one("#typed-sum"), "it was not empty"
        await pilot.press("backspace")
        assert screen.focused is screen.query_one("#typed-digit")
        await press(pilot, "4", "1", "enter")
        assert (screen.answers[0].digit, screen.answers[0].sum) == (4, 1)
        assert all(field.disabled for field in screen.query(Input))


async def test_an_answer_may_be_typed_at_once(app: MnistSumApp) -> None:
    """However quickly: the next key comes before what the last one does."""
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_quiz(pilot)
        await until(pilot, lambda: screen.waiting)
        for key in (*"71", "backspace", "backspace", *"812", "enter"):
            app.post_message(Key(key, key if len(key) == 1 else None))
        await until(pilot, lambda: screen.answers)
        assert (screen.answers[0].digit, screen.answers[0].sum) == (8, 12)
        for key in ("4", "enter", *"510", "enter"):  # the 4 answers no image: the next one is not in view yet
            app.post_message(Key(key, key if len(key) == 1 else None))
        await until(pilot, lambda: len(screen.answers) == 2)
        assert (screen.answers[1].digit, screen.answers[1].sum) == (5, 10)


async def test_a_second_enter_that_comes_at_once_is_not_a_second_answer(app: MnistSumApp) -> None:
    """It comes before the fields are disabled; the next image was dropped unseen, and the score was kept twice."""
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_quiz(pilot)
        await until(pilot, lambda: screen.waiting)
        del screen.waiting[2:]
        field = screen.query_one("#typed-sum", Input)
        for left in (1, 0):
            await press(pilot, "4", "9")
            for _ in range(2):
                field.post_message(Input.Submitted(field, field.value))
            await until(pilot, lambda: field.disabled)
            await pilot.pause()
            assert (len(screen.answers), len(screen.waiting)) == (2 - left, left)
            await press(pilot, "enter")
        assert [score["images"] for score in read_scores(app.session.runs_folder)] == [2]


async def test_the_answer_waits_for_a_network_that_is_slower(app: MnistSumApp) -> None:
    async with fixed.on(app, InspectPage) as (pilot, _):
        worker, held = fixed.predictions_in(app), fixed.hold(app)
        await pilot.press("z")
        await until(pilot, lambda: held)
        screen = app.screen
        assert isinstance(screen, QuizScreen)
        assert "least sure" in text(screen, "#told"), "what will be here"
        held[0].reply(Working("Evaluating all 10,000 test images", 0.48))
        await until(pilot, lambda: "Evaluating" in text(screen, "#hint"))
        await pilot.pause()
        rows = [line.text for line in screen._compositor.render_strips()]
        assert any("Evaluating all" in row and "━" in row and " 48 %" in row for row in rows), "in one row"
        await pilot.press("enter", "4")
        assert isinstance(held[0].request, EvaluateTestSet)
        worker.answer(held[0])
        await until(pilot, lambda: screen.waiting)
        await give(pilot, 4, 9)
        assert not screen.answers
        assert isinstance(held[1].request, PredictImage)
        assert held[1].request.index == screen.waiting[0].image
        worker.answer(held[1])
        await until(pilot, lambda: screen.answers)
        assert screen.answers[0].network_seconds > screen.answers[0].seconds
        await pilot.press("enter")
        await give(pilot, 4, 9)
        held[2].reply(Trouble("the training has just ended"))
        await until(pilot, lambda: "just ended" in text(screen, "#hint"))
        await pilot.press("enter")  # asks once more
        worker.answer(held[3])
        await until(pilot, lambda: len(screen.answers) == 2)


async def test_who_is_played_against_is_named_in_a_sentence_and_no_word_of_it_is_torn(app: MnistSumApp) -> None:
    name, newest = "20261201-114155-compact-first, epoch 5", "newest good run 20260101-120000-compact, epoch 3"
    sources = iter((name, newest))
    fixed.predictions_in(app).says = {EvaluateTestSet: lambda _: fixed.evaluated(source=next(sources))}
    async with app.run_test(size=(80, 24)) as pilot:
        told = list[str]()
        for _ in range(2):
            screen = await open_quiz(pilot)
            await until(pilot, lambda: screen.waiting)  # noqa: B023
            told.append(text(screen, "#told"))
            await press(pilot, "escape")
        assert told[0].splitlines() == ["You against", "20261201-114155-compact-", "first,", "epoch 5"]
        assert " ".join(told[1].split()) == f"You against the {newest}"


async def test_without_a_network_it_says_so(app: MnistSumApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        worker = fixed.predictions_in(app)
        worker.says = {EvaluateTestSet: lambda _: Trouble("there is no trained network yet")}
        app.action_quiz()
        await until(pilot, lambda: isinstance(app.screen, QuizScreen))
        screen = app.screen
        assert isinstance(screen, QuizScreen)
        await until(pilot, lambda: "no trained network" in text(screen, "#hint"))
        await pilot.press("enter", "4")
        assert "no trained network" in text(screen, "#hint")
        worker.says = {}  # there is one by now
        await pilot.press("enter")
        await until(pilot, lambda: text(screen, "#asked").startswith("Image 1 of 10"))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is not screen)
