"""The axes of a chart: scales, ticks and the text at ticks. Pure functions; numpy only."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_sum_tui.formatting import duration, percent, small

MILLION = 1e6
"""from here on a loss, as one that diverges, is written as a power of ten: its zeros would take the chart's room"""
Floats = NDArray[np.float64]
Tick = tuple[float, str]
"""a position on the axis, and its label"""


@dataclass(frozen=True, slots=True)
class Scale:
    """A y axis: how values become heights, and which ticks and labels it has."""

    forward: Callable[[Floats], Floats]
    """from values to heights; a value that the scale cannot show becomes NaN or infinite"""
    ticks: Callable[[float, float, int], list[Tick]]
    """the ticks between the lowest and the highest height, for a number of ticks that there is room for"""
    label: Callable[[float], str]
    """a value as text for the cursor"""
    back: Callable[[float], float]
    """from a height to the value"""
    exact: Callable[[float], str]
    """a value as text for a tick, with all of its digits"""
    least: float = -math.inf
    """the lowest height that an axis shows"""


def plain(value: float, has_zeros: bool = False) -> str:
    """A value with at most four digits, or with exactly four: `0.0123`, `1.234`, `1,234`, `1.234e6`."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "inf" if value > 0 else "-inf"
    return f"{value:,.0f}" if 1000 <= abs(value) < MILLION else small(value, 4, has_zeros)


def _steady(value: float) -> str:
    """A value for the cursor: with its zeros, so that what stands beside it does not move with each key."""
    return plain(value, has_zeros=True)


def steps(low: float, high: float, room: int, sizes: tuple[float, ...] = ()) -> Floats:
    """At most `room` round values from `low` to `high`, 1, 2 or 5 times a power of ten apart, or one of `sizes`."""
    span = high - low
    if not (span > 0 and math.isfinite(span)) or room < 1:
        return np.array([low])
    power = 10.0 ** math.floor(math.log10(span / room))
    choices = [size for size in sizes if size * room >= span] or [power * factor for factor in (1, 2, 5, 10, 20)]
    for size in choices:
        first, last = math.ceil(low / size - 1e-9), math.floor(high / size + 1e-9)
        if last - first < room:
            break
    return np.arange(first, last + 1, dtype=np.float64) * size


def _linear(label: Callable[[float], str]) -> Callable[[float, float, int], list[Tick]]:
    return lambda low, high, room: [(float(at), label(float(at))) for at in steps(low, high, room)]


def _tick_share(value: float) -> str:
    return f"{value * 100:.10g} %"


def _log(values: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log10(np.where(values < 0, np.nan, values))


FINEST = 1e-6
"""a share that is nearer to 1 is drawn as 1: none is measured that finely, but an average comes ever nearer to 1"""


EVEN = 0.9
"""up to here shares are drawn evenly, because a logarithm would leave the beginning of a training no room"""


def _nines(values: Floats) -> Floats:
    errors = 1 - values
    with np.errstate(divide="ignore", invalid="ignore"):
        heights = -np.log10(np.where(values > 1, np.nan, np.where(errors < FINEST, 0, errors)))
    return np.where(values < EVEN, values / EVEN, heights)


def _spread(found: list[tuple[int, float, str]], low: float, high: float, room: int) -> list[Tick]:
    """The ticks of `found` (rank, position, label) that fit without touching; low ranks are taken first."""
    gap = (high - low) / max(room, 1) * 0.999
    chosen: list[Tick] = []
    for _, at, text in sorted(found):
        if low <= at <= high and all(abs(at - other) >= gap for other, _ in chosen):
            chosen.append((at, text))
    return sorted(chosen)


def _log_ticks(low: float, high: float, room: int) -> list[Tick]:
    found = []
    for power in range(math.floor(low), math.ceil(high) + 1):
        for rank, factor in ((0, 1), (1, 3), (2, 2), (2, 5)):
            found.append((rank, power + math.log10(factor), plain(factor * 10.0**power)))
    return _spread(found, low, high, room)


ENOUGH = 3
"""with fewer nines on an axis, round values between them are labelled, too"""


def _nines_ticks(low: float, high: float, room: int) -> list[Tick]:
    found = []
    for power in range(max(1, math.floor(low)), max(1, math.ceil(high)) + 1):
        for rank, factor in ((0, 1), (1, 5), (2, 2)):  # factors of the error: 99 %, 95 %, 98 %
            error = factor * 10.0**-power
            if error <= 1 - EVEN + FINEST:
                found.append((rank, -math.log10(error), _tick_share(1 - error)))
    even = min(high, 1.0) - low
    if even > 0:
        shares = steps(low * EVEN, (low + even) * EVEN, max(round(room * even / (high - low)), 1))
        found += [(1, float(share) / EVEN, _tick_share(float(share))) for share in shares]
    if sum(low <= at <= high for _, at, _ in found) < ENOUGH:  # as between close values
        between = steps(_share(low), _share(high), room)
        found += [(3, at, _tick_share(share)) for at, share in np.stack([_nines(between), between], 1).tolist()]
    return _spread(found, low, high, room)


def _share(height: float) -> float:
    return height * EVEN if height < 1 else 1 - 10.0**-height


def _exact(value: float) -> str:
    if value == 0 or 1e-4 <= abs(value) < MILLION:
        return f"{value:,.10g}"
    return np.format_float_scientific(value, precision=9, trim="-", exp_digits=1).replace("+", "")


LINEAR = Scale(lambda values: values, _linear(_exact), _steady, lambda height: height, _exact)
LOG = Scale(_log, _log_ticks, _steady, lambda height: 10.0**height, _exact)
SHARE = Scale(lambda values: values, _linear(_tick_share), percent, lambda height: height, _tick_share)
NINES = Scale(_nines, _nines_ticks, percent, _share, _tick_share, least=0.0)
"""a fraction of 1, from 90 % on logarithmic in its distance from 1: 0, 90, 99 and 99.9 % are equally far apart"""

PAD = 0.03
"""how far a y axis goes beyond its values, as a share of their span"""


def spanning(ticks: list[Tick], scale: Scale, low: float, high: float) -> list[Tick]:
    """The ticks, and a further label at each end without one: between close values there may be no round value."""
    third = (high - low) / 3
    ends = []
    if not any(at <= low + third for at, _ in ticks):
        ends.append(_near(scale, low, high, PAD))
    if not any(at >= high - third for at, _ in ticks):
        ends.append(_near(scale, low, high, 1 - PAD))
    return ticks + [end for end in ends if end is not None]


def _near(scale: Scale, low: float, high: float, share: float) -> Tick | None:
    """A tick at the value with the fewest digits near this share of the axis, 0..1; None if there is none."""
    wanted = low + share * (high - low)
    for digits in range(-9, 13):
        try:
            value = round(scale.back(wanted), digits)
        except OverflowError:
            return None
        at = float(scale.forward(np.array([value]))[0])
        if abs(at - wanted) <= PAD * (high - low):
            return at, scale.exact(value)
    return None


TIMES = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 18000, 36000, 86400)


def _clock(seconds: float) -> str:
    return f"{seconds:g} s" if seconds < 60 else duration(seconds)


def across(kind: str, low: float, high: float, room: int) -> list[Tick]:
    """At most `room` ticks of an x axis; its kinds are those of `Plot.x_kind`."""
    if kind == "rate":
        return [(float(at), small(10.0**at)) for at in steps(low, high, room) if at == round(at)]
    if kind == "time":
        return [(float(at), _clock(round(float(at), 3))) for at in steps(low, high, room, TIMES)]
    if kind == "step":
        return [(float(at), f"{at:,.0f}") for at in steps(low, high, room) if at == round(at)]
    return [(float(at), f"{at:.6g}") for at in steps(low, high, room)]


def place(kind: str, at: float) -> str:
    """A position on the x axis as text: `step 1,234`, `epoch 2.50`, `12.3 s`, `rate 0.001`, `98.2 % sure`."""
    if kind.startswith("%"):
        return f"{percent(at / 100, 1)}{kind[1:]}"
    if kind == "rate":
        return f"rate {small(10.0**at, 3)}"
    if kind == "time":
        return f"{at:.1f} s" if at < 600 else duration(at)
    return f"step {at:,.0f}" if kind == "step" else f"epoch {at:.2f}"
