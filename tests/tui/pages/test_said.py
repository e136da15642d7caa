"""What the page Train says of itself: which run it shows, and why a key does nothing."""

from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from mnist_sum_tui.charts.run_charts import RUN_SYMBOLS
from mnist_sum_tui.runs.events import Advice, Paused, Resumed
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.about import explanation
from mnist_sum_tui.tui.pages.runs import RunsPage
from mnist_sum_tui.tui.session.messages import RunEvent, TrainingEnded
from mnist_sum_tui.tui.widgets.chart import Chart
from mnist_sum_tui.tui.widgets.key_footer import KeyFooter
from mnist_sum_tui.tui.widgets.run_table import RunTable
from tests.tui import fixed, recorded
from tests.tui.pages.test_runs import make_three
from tests.tui.pages.training import play, shown
from tests.tui.recorded import press, settle, until

DOES = "validates", "stops and saves", "saves a checkpoint", "changes settings", "slows it down", "makes one step"

pytestmark = pytest.mark.usefixtures("without_form")


def notices(app: MnistSumApp) -> str:
    return " ".join(notice.message for notice in app._notifications)


async def test_the_run_is_named_while_it_trains_and_after(pilot: Pilot[int]) -> None:
    app = await play(pilot, recorded.training(200))
    assert shown(app, "#news").startswith(f"{recorded.RUN} · 55,000 training images")
    app.on_run_event(RunEvent(recorded.finished(reason="stopped")))
    app.on_training_ended(TrainingEnded())
    await pilot.pause()
    line = shown(app, "#outcome").splitlines()[0]
    assert line == f"stopped   {recorded.RUN} · after 54 s, as asked; everything is saved"


async def test_a_key_that_does_nothing_says_why(pilot: Pilot[int]) -> None:
    app = await play(pilot, [replace(recorded.started(), validation_images=0), *list(recorded.training(50))[1:]])
    for key, words in (
        ("n", "stop it first (s)"),
        ("r", "more epochs once it is over"),
        ("v", "No images are held out"),
    ):
        assert words not in notices(app)
        await press(pilot, key)
        assert words in notices(app)


async def test_keys_of_a_training_say_that_a_run_is_over(pilot: Pilot[int]) -> None:
    app = await play(pilot, [*recorded.training(50), recorded.finished(50, reason="stopped")])
    app.on_training_ended(TrainingEnded())
    keys = {"v": "v", "s": "s", "c": "c", "k": "k", "o": "o", "full_stop": "."}
    await press(pilot, *keys)
    words = notices(app)
    assert words.count(" while a run trains; this one is over.") == len(keys)
    assert all(f"{name} {does}" in words for name, does in zip(keys.values(), DOES, strict=True))


async def test_without_a_run_the_footer_offers_nothing_to_do_with_one(pilot: Pilot[int]) -> None:
    await pilot.press("f5")
    await settle(pilot)
    footer = pilot.app.screen.query_one(KeyFooter).render().plain
    needing_one = "Open", "Mark", "Play", "Resume", "Copy", "Delete", "Evaluate", "Filter", "Seeds"
    assert not any(word in footer for word in needing_one)


async def test_marked_runs_keep_their_marks_when_another_one_goes(pilot: Pilot[int]) -> None:
    app = recorded.app_of(pilot)
    made = make_three(app.session.runs_folder)
    page = await fixed.opened(pilot, RunsPage)
    await pilot.press("space", "space", "space")
    table = page.query_one(RunTable)
    before = dict(table.looks)
    assert sorted(before.values()) == [0, 1, 2]
    made[2].delete()
    page.action_reload()
    await settle(pilot)
    assert table.looks == {name: look for name, look in before.items() if name != made[2].id}
    plot = page.query_one(Chart).plot
    assert [marks.symbol for marks in plot.marks] == [RUN_SYMBOLS[look] for look in table.looks.values()]


@pytest.mark.parametrize(
    ("topic", "words"),
    [
        ("sees", "The network begins with random weights"),
        ("guesses", "see Networks."),
        ("exchanged", "A lower sum weight (k) corrects it"),
        ("chance", "it may be chance"),
        ("too-high", "mnist-sum lr finds one in seconds"),
        ("turned", "judge by the validation"),
        ("ruined", "small steps do not wake them"),
        ("dead", "No gradient reaches them"),
        ("unsettled", "The weights change so much"),
        ("too-low", "the loss of the digit is where it began"),
        ("overfitting", "learns its training images by heart"),
        ("busy", "Another program takes the processor"),
        ("few-images", "learns a few hundred images by heart"),
    ],
)
def test_a_topic_of_the_coach_has_its_paragraph(topic: str, words: str) -> None:
    assert words in explanation(topic)


def test_a_topic_from_a_foreign_file_has_none() -> None:
    assert explanation("no-such-topic") == ""


async def test_in_a_pause_other_programs_do_not_matter(pilot: Pilot[int]) -> None:
    said = [
        Advice(step=1, epoch=1, elapsed=1.0, topic=topic, words=words)
        for topic, words in (("knows", "It knows both"), ("busy", "Something else takes 72 % of the cores"))
    ]
    await pilot.resize_terminal(120, 36)
    app = await play(pilot, [*recorded.training(50), *said])
    await until(pilot, lambda: "72 %" in shown(app, "#coach"))
    app.on_run_event(RunEvent(Paused(step=50, epoch=1, elapsed=2.0)))
    await until(pilot, lambda: shown(app, "#coach") == "It knows both")
    app.on_run_event(RunEvent(Resumed(step=50, epoch=1, elapsed=2.0)))
    await until(pilot, lambda: "72 %" in shown(app, "#coach"))


async def test_the_coach_s_sentence_ends_with_a_clause_and_is_whole_in_the_help(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded.without_torch(monkeypatch)
    words = "It reads most of the digits, but the sum still guesses: adding comes after reading"
    said = Advice(step=1, epoch=1, elapsed=1.0, topic="guesses", words=words)
    async with recorded.new_app(tmp_path).run_test(size=(80, 24)) as pilot:
        app = await play(pilot, [recorded.started(), said])
        assert shown(app, "#news") == "It reads most of the digits, but the sum still guesses"
        await press(pilot, "question_mark")
        await until(pilot, lambda: shown(app, "#news") == "It reads most of the digits")
        paragraph = "Most digits are right, but only about 10 % of the sums."
        assert f"The coach: {words}. {paragraph}" in str(app.screen.query_one("#help-text", Static).render())
        await pilot.press("escape")
        await pilot.resize_terminal(80, 30)
        await until(pilot, lambda: app.train_page.query_one("#coach").region.height == 2)
        assert shown(app, "#coach") == words
        assert shown(app, "#news").endswith("validation images"), "and it is not said twice"
