"""The table of the layers' health, its pictures, and what is said of it."""

from dataclasses import replace

import numpy as np
import pytest

from mnist_sum_tui.charts.health import STILL, USUAL, figure, health_lines, health_words, judgement, spread_pictures
from mnist_sum_tui.glyphs import BRAILLE
from tests.tui.recorded import LAYERS, health

EVENTS = [health(step) for step in range(10, 500, 10)]


@pytest.mark.parametrize("width", [38, 51, 80, 140])
def test_each_layer_has_a_line_with_its_last_figures(width: int) -> None:
    heading, *lines = health_lines(EVENTS, width)
    assert [word[:6] for word in heading.split()] == ["weight", "gradie", "update", "dead"]
    assert [line.split()[0] for line in lines] == list(LAYERS)
    assert all(len(line) <= width for line in (heading, *lines))
    for place, line in enumerate(lines):
        last = EVENTS[-1]
        for value in (last.weights[place], last.gradients[place], last.updates[place]):
            assert f" {figure(value)} " in line
    assert lines[2].endswith(" 33 %")
    few = replace(EVENTS[-1], dead=(4 / 1024, 0.0, 0.996, 1.0, 0.5))
    ends = ["  <1 %", "   0 %", " >99 %", " 100 %", "  50 %"]
    assert [line[-6:] for line in health_lines([few], width)[1:]] == ends


def test_the_course_of_a_figure_rises_and_falls_as_it_did() -> None:
    line = health_lines(EVENTS, 120)[1]
    weights, gradients = (part.strip() for part in line.split()[2:5:2])
    assert (weights[0], weights[-1]) == (BRAILLE.sparks[0], BRAILLE.sparks[-1])
    assert (gradients[0], gradients[-1]) == (BRAILLE.sparks[-1], BRAILLE.sparks[0])


def test_events_about_other_layers_are_left_out() -> None:
    lone = (1.0,)
    one = replace(EVENTS[0], layers=("x",), weights=lone, gradients=lone, updates=lone, dead=lone, spread=("9" * 19,))
    assert health_lines([one, *EVENTS], 80) == health_lines(EVENTS, 80)
    assert len(health_lines([*EVENTS, one], 80)) == 2


def test_the_weights_that_spread_out_are_seen_to() -> None:
    name, picture = spread_pictures(EVENTS)[0]
    assert name == "conv1"
    assert picture[9].min() == pytest.approx(1), "most are near 0"
    wide = (picture > 0.01).sum(0)
    assert wide[-1] > wide[0]
    lopsided = replace(EVENTS[0], spread=("9" + "0" * 18,) * 5)
    assert np.flatnonzero(spread_pictures([lopsided])[0][1][:, 0]).tolist() == [18], "negative weights at the bottom"


def test_a_layer_in_trouble_is_pointed_out() -> None:
    def said(**fields: tuple[float, ...]) -> str:
        return judgement([replace(EVENTS[-1], **fields)])  # type: ignore[arg-type]

    assert said() == USUAL
    assert "hidden explodes" in said(updates=(0.001, 0.001, 0.4, 0.001, 0.001))
    assert "digit explodes" in said(weights=(0.1, 0.1, 0.1, float("nan"), 0.1))
    words = "conv1 vanishes: its gradient, beside its weights, is {} times weaker than another layer's"
    assert words.format("over a million") in said(gradients=(1e-12, 0.01, 0.01, 0.01, 0.01))
    large = said(weights=(3.0, 0.1, 0.1, 0.1, 0.1), gradients=(1e-4, 0.01, 0.01, 0.01, 0.01))
    assert words.format("3,000") in large, "by the table's gradients alone it is 100 times"
    assert "conv1 vanishes" in said(gradients=(0.0, 0.01, 0.01, 0.01, 0.01))
    silent = (0.0, 0.1, 0.625, 0.0, 0.0)
    assert "hidden: 62 % of its units" in said(dead=silent)
    assert "digit: 88 % of its units" in said(dead=(0.0, 0.75, 0.86, 0.88, 0.5)), "the worst"
    assert "hidden explodes" in said(updates=(0.001, 0.3, 0.4, 0.25, 0.001))
    assert "hidden vanishes" in said(gradients=(0.01, 1e-9, 1e-12, 1e-10, 0.01))
    weak = said(gradients=(0.0, 0.01, 0.01, 0.01, 0.01), updates=(0.004, 0.07, 0.07, 0.07, 0.07))
    assert weak.endswith("ReLU and batch normalisation help against that."), "its own steps are small"
    ruined = said(dead=silent, gradients=(0.0, 0.01, 0.01, 0.01, 0.01), updates=(0.07,) * 5)
    assert ruined.endswith("The learning rate is too high: turn it down.")
    assert said(gradients=(0.0,) * 5) == USUAL, "none is weaker than the others"
    assert said(updates=(1e-7,) * 5) == STILL
    nothing = dict.fromkeys(("layers", "weights", "gradients", "updates", "dead", "spread"), ())
    assert said(**nothing) == USUAL, "a network without weights"
    assert "conv2 explodes" in said(updates=(0.3, float("nan"), 0.4, 0.25, 0.001))


def test_the_words_begin_with_the_step() -> None:
    assert health_words(EVENTS, 3216) == f"Step 490 of 3,216. {USUAL}"
    assert health_words(EVENTS, None) == f"Step 490. {USUAL}"


def test_one_odd_batch_is_no_trouble_and_one_quiet_one_no_end_of_it() -> None:
    odd = replace(EVENTS[-1], dead=(0.9,) * 5, gradients=(0.0, 0.01, 0.01, 0.01, 0.01))
    assert judgement([*EVENTS, odd]) == USUAL
    wild = replace(EVENTS[-1], updates=(0.001, 0.001, 0.4, 0.001, 0.001))
    assert "hidden explodes" in judgement([*EVENTS, wild, EVENTS[-1]])
    assert judgement([wild, *EVENTS]) == USUAL
    dead = replace(EVENTS[-1], dead=(0.0, 0.75, 0.6, 0.0, 0.0))
    assert "conv2: 75 % of its units" in judgement([*EVENTS, dead, dead]), "at once when the coach points it out"
    later = replace(dead, dead=(0.0, 0.76, 0.86, 0.0, 0.0))
    assert "hidden: 86 % of its units" in judgement([*EVENTS, dead, later]), "as the table says"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.00123, "0.0012"),
        (1.234e-5, "1.2e-5"),
        (2.46e-10, "2e-10"),
        (3e10, "3.0e10"),
        (0.1, "0.10"),
        (0.04, "0.040"),
        (0.004, "0.0040"),
        (12.0, "12"),
        (0.00068, "6.8e-4"),
        (0.0005, "5.0e-4"),
        (0, "0"),
        (float("nan"), "nan"),
    ],
)
def test_a_figure_is_short(value: float, words: str) -> None:
    assert figure(value) == words
