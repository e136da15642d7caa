"""The health of a network's layers as a table, with a sparkline for each figure, and in words. Pure functions."""

from collections.abc import Sequence

import numpy as np

from mnist_sum_tui.charts.axes import Floats
from mnist_sum_tui.formatting import first_fit, percent, small, sparkline, whole_percent
from mnist_sum_tui.runs.events import Health
from mnist_sum_tui.training.dead_units import mostly_dead, short_name

FIGURES = {"weights": "weights", "gradients": "gradient", "updates": "update"}
"""the fields that are shown with a sparkline, and their headings"""
WIDEST = 24
"""the widest sparkline, in columns"""
LEAST = 1e-3
"""figures below it have a power of ten, `5.0e-4` as well as `9.5e-5`, so that a column has one notation for them"""
FIGURE, DEAD = 7, 6
"""the columns of a figure with its space, and those of a percentage"""
EXPLODES = 0.2
"""a layer explodes if one step changes its weights by at least this share of them"""
FAST = 0.03
"""above this share steps are larger than usual; if a layer then vanishes, the large steps are the cause"""
RATE_TOO_HIGH = "The learning rate is too high: turn it down."
VANISHES = 1e-3
"""a layer vanishes if its gradient per weight is below this share of the largest such ratio"""
MOVES = 1e-5
"""if no layer changes by at least this share of its weights in a step, the learning rate is almost 0"""
RECENT = 5
"""how many of the last events are judged together"""
STILL = (
    "No layer moves: one step changes less than 0.001 % of any. At the end of a schedule, when the rate has fallen, "
    "that is as it should be; before, the learning rate is too low: turn it up."
)
USUAL = (
    "Each layer learns. Weights and gradients: their standard deviations. Update: how large a step's change is beside "
    "the weights: 0.001 to 0.03 is usual, far less once the rate has fallen. Dead: units that give 0 for all of "
    "32 training images; half of a layer is too many."
)


def comparable(events: Sequence[Health]) -> Sequence[Health]:
    """The events that are about the same layers as the last one."""
    return [event for event in events if event.layers == events[-1].layers]


def health_lines(events: Sequence[Health], width: int) -> list[str]:
    """A heading, and a line for each layer: its last figures, and a sparkline of each if there is room."""
    events = comparable(events)
    last = events[-1]
    names = [short_name(name) for name in last.layers]
    longest = min(max(map(len, names), default=0), max(5, width // 4))
    course = min(max((width - longest - DEAD) // len(FIGURES) - FIGURE - 1, 0), WIDEST)
    room = FIGURE + course
    heading = "".join(f" {words:{room}.{room}}" for words in FIGURES.values())
    lines = [f"{'':{longest}}{heading}  dead"]
    for place, name in enumerate(names):
        parts = []
        for field in FIGURES:
            values = [getattr(event, field)[place] for event in events]
            parts.append(f" {figure(values[-1]):>{FIGURE - 1}} {sparkline(values, course) if course else '':{course}}")
        lines.append(f"{name:{longest}.{longest}}{''.join(parts)}{whole_percent(last.dead[place], ' %'):>{DEAD}}")
    return lines


def figure(value: float) -> str:
    """A deviation in at most six characters: `0.0012`, `1.2e-4`, `inf`; below 0.001 always with a power of ten.

    Zeros at its end stay, `0.20`, so that the figures of a column are equally exact, and none looks like a rough one.
    """
    mantissa, power, exponent = f"{value:.1e}".partition("e")
    scientific = f"{mantissa}e{int(exponent)}" if power else mantissa
    plain = () if 0 < value < LEAST else (small(value, 2, has_zeros=value != 0),)
    return first_fit((*plain, scientific, small(value, 1)), FIGURE - 1)


def spread_pictures(events: Sequence[Health]) -> list[tuple[str, Floats]]:
    """For each layer its name and its histogram of weights over time: shares (bins, events), the largest on top."""
    events = comparable(events)
    found = []
    for place, name in enumerate(events[-1].layers):
        bins = np.array([[int(level) for level in event.spread[place]] for event in events], float).T[::-1] / 9
        found.append((short_name(name), bins))
    return found


def health_words(events: Sequence[Health], total_steps: int | None) -> str:
    """Of which step of the run the last figures are, and what they say."""
    of_all = f" of {total_steps:,}" if total_steps else ""
    return f"Step {events[-1].step:,}{of_all}. {judgement(events)}"


def judgement(events: Sequence[Health]) -> str:
    """A sentence on the layer that explodes, vanishes or has dead units most, and what to try; else what figures mean.

    The last few events are judged together, because a single batch may be unusual.
    """
    recent, last = comparable(events)[-RECENT:], events[-1]
    names = [short_name(name) for name in last.layers]
    most = [max(values, key=_or_inf) for values in zip(*(event.updates for event in recent), strict=True)]
    if not names:
        return USUAL
    is_ruined = [_or_inf(size) == np.inf for size in last.weights]
    ruined, update, name = max(zip(is_ruined, most, names, strict=True), key=lambda each: (each[0], _or_inf(each[1])))
    if ruined or not update < EXPLODES:
        return f"{name} explodes: one step changes its weights by {percent(update, 0)} of their size. {RATE_TOO_HIGH}"
    moved = [max(values) for values in zip(*map(_moved, recent), strict=True)]
    share, update, name = min(zip(moved, most, names, strict=True), key=lambda each: _or_inf(each[0]))
    if share < VANISHES * max(moved):
        times = max(moved) / max(share, 1e-300)
        advice = RATE_TOO_HIGH if update > FAST else "ReLU and batch normalisation help against that."
        return (
            f"{name} vanishes: its gradient, beside its weights, is "
            f"{f'{times:,.0f}' if times < 1e6 else 'over a million'} times weaker than another layer's, "
            f"so it hardly learns. {advice}"
        )
    if (dead := mostly_dead(recent)) is not None:
        return (
            f"{short_name(dead[0])}: {percent(dead[1], 0)} of its units give 0 for all 32 images, and learn no more. A "
            "lower learning rate keeps more of them alive."
        )
    return STILL if max(most) < MOVES else USUAL


def _moved(event: Health) -> list[float]:
    """For each layer, the gradient as a share of its weights."""
    return [gradient / size if size else 0.0 for gradient, size in zip(event.gradients, event.weights, strict=True)]


def _or_inf(value: float) -> float:
    return np.inf if np.isnan(value) else value
