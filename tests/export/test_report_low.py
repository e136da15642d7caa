"""The report and the moving picture of a run that learned nothing: the charts' figures, and what is said of it."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from mnist_sum_tui.export.report import report
from mnist_sum_tui.runs.events import Advice, Event, Finished, Progress
from tests.altered import altered
from tests.conftest import Cli
from tests.tui import recorded
from tests.tui.pages.test_runs import make

SVG = "{http://www.w3.org/2000/svg}"
NINES = "Accuracy is drawn evenly up to 90 %; from there on, 90, 99 and 99.9 % are equally far apart"


def guessing() -> list[Event]:
    """A training whose accuracies stay between 2 and 12 %."""
    events = (event for event in recorded.training(400) if isinstance(event, Progress) or event.step == 0)
    return altered(events, Progress, digit_accuracy=0.12, sum_accuracy=0.02)


def figures_of_axes(text: str) -> list[list[str]]:
    """The labels of the y axis of each chart."""
    return [
        re.findall(r'text-anchor="end">([^<]*)<', chart) for chart in re.findall(r"(?s)<svg viewBox.*?</svg>", text)
    ]


@pytest.mark.parametrize("most", [0.12, 0.085, 0.3])
def test_charts_that_stay_low_have_figures_and_no_word_about_others(most: float, tmp_path: Path) -> None:
    events = altered(guessing(), Progress, digit_accuracy=most)
    text = report(make(tmp_path, "20260101-120100-compact", events)).decode()
    assert [len(labels) >= 2 for labels in figures_of_axes(text)] == [True, True]
    assert NINES not in text


def test_a_test_of_so_few_images_that_no_bin_is_drawn_has_no_chart_of_them(tmp_path: Path) -> None:
    run = make(tmp_path, "20260101-120100-compact", [*recorded.training(2150), recorded.finished()])
    for answers, charts in ((9, 2), (10, 3)):
        run.write_json(run.report_file, {"digit_reliability": {"ece": 0.01, "bins": [[answers, 0.9, 0.8]]}})
        text = report(run).decode()
        assert "Whether it is right as often as it is sure" in text
        assert text.count("<svg") == charts
        assert '<script type="application/json">[]</script>' not in text


def test_the_colour_tells_many_mistakes_from_most_and_from_all(tmp_path: Path) -> None:
    run = make(tmp_path, "20260101-120100-compact", [*recorded.training(2150), recorded.finished()])
    counts = [[50, 0, 12, 48, *[0] * 6], *[[0] * 10] * 9]
    for shares, expected in (
        ([1.0, 0.919, 0.852, 0.0], "0 0.285 0.385 1"),
        ([1.0, 0.99, 0.96, 0.995], "0 0.5 1 0.354"),
    ):
        pairs = [shares + [None] * 6, *[[1.0] * 10] * 9]
        run.write_json(run.report_file, {"confusion": counts, "sum_accuracy_by_pair": pairs})
        images, sums = re.findall(r'(?s)<table class="map mistakes".*?</table>', report(run).decode())
        assert re.findall('--share:([^"]*)', sums)[:4] == [f"{float(shade):.3f}" for shade in expected.split()]
        assert re.findall('--share:([^"]*)', images)[:3] == ["0.000", "0.500", "1.000"]


def test_charts_with_one_of_those_figures_have_the_word(tmp_path: Path) -> None:
    text = report(make(tmp_path, "20260101-120100-compact", [*recorded.training(2150)])).decode().replace("&nbsp;", " ")
    assert {"90 %", "99 %"} <= set(figures_of_axes(text)[1])
    assert NINES in text


ADVICE = "The learning rate is too high (try 0.002): the mean of both losses, 9.0, is far above that of guessing, 2.6"
TOLD = Advice(step=60, epoch=1, elapsed=1.0, topic="too-high", words=ADVICE)
USELESS = replace(recorded.finished(), digit_accuracy=0.1135, sum_accuracy=0.1)
DIVERGED = replace(recorded.finished(reason="diverged"), message="the loss is no longer a number; try 0.002")


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (recorded.finished(step=100, reason="stopped"), ADVICE),
        (USELESS, "a digit accuracy of 11.35 % is no better than guessing: the learning rate 50 is probably too high"),
        (DIVERGED, "the loss is no longer a number; try 0.002"),
        (recorded.finished(), ""),
    ],
)
def test_what_went_wrong_is_said_as_in_the_dashboard(end: Finished, words: str, tmp_path: Path, cli: Cli) -> None:
    run = make(tmp_path, "20260101-120100-compact", [*guessing(), TOLD, end], lr=50.0)
    text = report(run).decode().replace("&nbsp;", " ")
    assert (f"<p>But: {words}" in text) if words else ("But:" not in text)
    shown = cli("runs", "show", str(run.path), fresh=False).stdout
    assert (f"but       {words[:40]}" in shown) if words else ("\nbut " not in shown)


def test_accuracies_that_are_all_100_percent_lie_at_the_upper_edge(tmp_path: Path) -> None:
    always = {"digit_accuracy": 1.0, "sum_accuracy": 1.0}
    run = make(tmp_path, "20260101-120100-compact", altered(guessing(), Progress, **always))
    charts = re.findall(r"(?s)<svg viewBox.*?</svg>", report(run).decode())
    assert len(charts) == 2
    assert figures_of_axes(charts[1])[0][-1] == "99.9&nbsp;%"
    heights = re.findall(r"[ML][\d.]+ ([\d.]+)", charts[1].partition('class="curve')[2])
    assert set(heights) == {"8"}
