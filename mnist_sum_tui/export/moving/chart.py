"""The chart of the animation: the accuracy of both heads over the steps, revealed from left to right."""

import math
from collections.abc import Sequence

import numpy as np

from mnist_sum_tui.charts.axes import LOG, NINES, Floats
from mnist_sum_tui.charts.series import HEADS
from mnist_sum_tui.export.moving.film import Film, number, text
from mnist_sum_tui.export.moving.looks import COLOURS, DASHES, EDGE, MUTED, PAPER, TRACK, WIDTH
from mnist_sum_tui.export.moving.story import Story

LEFT, TOP, ACROSS, DOWN = 100, 176, WIDTH - EDGE - 100, 212
"""position and size in the picture"""
MARKS = {"digit": '<circle r="4.5"', "sum": '<path d="M0-6L6 0 0 6-6 0z"'}
"""validation markers, the same as in the dashboard"""


def chart(story: Story, film: Film) -> str:
    """Axes, training curves, validation markers, and a line at each step where a caption starts."""
    high = _highest(story)
    across = [(story.second(event.step), ACROSS * story.share(event.step)) for event in story.progress]
    curves, tips = "", ""
    for head in HEADS:
        thin = _path(across, _down(story.raw[head], high), head)
        down = _down(story.smooth[head], high)
        curves += f'<g opacity=".35">{thin}</g><g stroke-width="2.5">{_path(across, down, head)}</g>'
        dot = f'<circle r="4.5" fill="{COLOURS[head]}"/>'
        tips += film.move([(at, x, y) for (at, x), y in zip(across, down, strict=True)], dot)
    # A clipping window moves right and its content left, at the same speed: the curves stand still and are revealed.
    still = film.move([(at, ACROSS - x, 0) for at, x in across], curves)
    window = f'<svg y="-5" width="{ACROSS}" height="{DOWN + 9}" viewBox="0 -5 {ACROSS} {DOWN + 9}">{still}</svg>'
    seen = film.move([(at, x - ACROSS, 0) for at, x in across], window)
    inside = f"{_axes(story, high)}{_legend()}{_moments(story, film)}{seen}{tips}{_validation(story, film, high)}"
    return f'<g transform="translate({LEFT} {TOP})">{inside}</g>'


def _highest(story: Story) -> float:
    """The top of the chart on the scale NINES: a little above the best accuracy below 100 %."""
    best = [value for epoch in story.epochs for value in (epoch.val_digit_accuracy, epoch.val_sum_accuracy) if value]
    heights = NINES.forward(np.concatenate([*story.raw.values(), best]))
    return max(1.0, float(heights[np.isfinite(heights)].max(initial=0.0))) * 1.03


def _down(shares: Floats, high: float) -> Floats:
    """Distance from the top of the chart; 100 % is drawn at the top, because it is infinite on the scale."""
    return np.asarray(DOWN * (1 - np.minimum(NINES.forward(shares), high) / high))


def _path(across: Sequence[tuple[float, float]], down: Floats, head: str) -> str:
    points = "L".join(f"{number(x)} {number(y)}" for (_, x), y in zip(across, down, strict=True))
    look = f'stroke="{COLOURS[head]}" stroke-linejoin="round" stroke-dasharray="{DASHES[head]}"'
    return f'<path d="M{points}" fill="none" {look}/>'


def _axes(story: Story, high: float) -> str:
    found = [text(-12, DOWN + 22, "step", "small muted right")]
    for at, label in NINES.ticks(0.0, high, 11):
        y = DOWN * (1 - at / high)
        found.append(
            f'<path d="M0 {number(y)}H{ACROSS}" stroke="{TRACK}"/>{text(-12, y + 5, label, "small muted right")}'
        )
    for at, label in LOG.ticks(0.0, math.log10(story.steps), 12):
        found.append(text(ACROSS * at / math.log10(story.steps), DOWN + 22, label, "small muted middle"))
    return "".join(found)


def _legend() -> str:
    """What the lines are, where none is yet; the figures above the chart are those of the test at the end."""
    lines = "".join(
        f'<path d="M{10 + 32 * place} 23h24" stroke="{COLOURS[head]}" stroke-width="2.5" '
        f'stroke-dasharray="{DASHES[head]}"/>'
        for place, head in enumerate(HEADS)
    )
    return lines + text(76, 28, "training batches", "small muted")


def _moments(story: Story, film: Film) -> str:
    """A vertical line at each step where a caption starts."""
    found = []
    for at, step, _ in story.captions():
        if step is not None:
            line = f'd="M{number(ACROSS * story.share(step))} 0V{DOWN}" stroke="{MUTED}" stroke-dasharray="2 4"'
            found.append(f'<path class="{film.appear(at)}" {line}/>')
    return "".join(found)


def _validation(story: Story, film: Film, high: float) -> str:
    """A marker per head after each epoch, and from the first epoch on their legend."""
    found = []
    for epoch in story.epochs:
        for head in reversed(HEADS):
            value = getattr(epoch, f"val_{head}_accuracy")
            if value is not None:
                y = float(_down(np.array(value), high))
                found.append(_mark(head, ACROSS * story.share(epoch.step), y, film.appear(story.second(epoch.step))))
    if found:
        shown = film.appear(story.second(story.epochs[0].step))
        words = text(76, 50, "validation images", "small muted")
        marks = "".join(_mark(head, 22 + 32 * place, 45) for place, head in enumerate(HEADS))
        found.append(f'<g class="{shown}">{words}{marks}</g>')
    return "".join(found)


def _mark(head: str, x: float, y: float, shown: str = "") -> str:
    mark = f'{MARKS[head]} fill="{PAPER}" stroke="{COLOURS[head]}" stroke-width="2"/>'
    return f'<g class="{shown}"><g transform="translate({number(x)} {number(y)})">{mark}</g></g>'
