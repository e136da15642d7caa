"""Numbers, bars and images as plain text, without colour. Pure functions; standard library only."""

import math
import re
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

from mnist_sum_tui.glyphs import Glyphs, current
from mnist_sum_tui.verdict import SURE

RAMP = " .:-=+*#%@"
"""from background to ink in ten steps, each visibly darker than the one before in common terminal fonts"""
UNIT = r"(?:%|s|ms|min|h|kB|MB|GB)(?!\w)"
"""a pattern of what belongs to the figure before it"""
BEFORE_UNIT = rf"(?<=\d) (?={UNIT})"
"""a pattern of the space between the two"""
WORD = re.compile(rf"\S*\d {UNIT}\S*|\S+")
"""a word, or a figure and its unit, which stay together: `99.94 %,` and `59 s`"""
Pixels = Sequence[Sequence[int]]


def ascii_picture(pixels: Pixels, wide: int = 2) -> list[str]:
    """Rows of grey values 0..255 as lines of text; `wide` characters per pixel: 2, because a terminal cell is tall."""
    return ["".join(RAMP[value * len(RAMP) // 256] * wide for value in row) for row in pixels]


def trim(pixels: Pixels) -> list[list[int]]:
    """The image without its empty border; an empty image stays whole."""
    rows = [index for index, row in enumerate(pixels) if any(row)]
    columns = [index for index, column in enumerate(zip(*pixels, strict=True)) if any(column)]
    if not rows:
        return [list(row) for row in pixels]
    return [list(row[columns[0] : columns[-1] + 1]) for row in pixels[rows[0] : rows[-1] + 1]]


def capped(text: str) -> str:
    """The text as a sentence, with a capital, unless it begins with a path or a name, which would be wrong then."""
    first = text.partition(" ")[0]
    return text[:1].upper() + text[1:] if first.isalpha() else text


def uncapped(text: str) -> str:
    """The text as a part of a sentence, without its capital."""
    return text[:1].lower() + text[1:]


def first_fit(forms: Sequence[str], width: int) -> str:
    """The first form that has at most `width` characters, else the last; so the longest words come first."""
    return next((form for form in forms if len(form) <= width), forms[-1])


def answer(digit: int, verdict: str, unsure_of: str, width: int = 80) -> str:
    """A digit with how far it can be trusted: `7`, `7? (not sure: sum below 90 %)`, `not a digit?`.

    `verdict` and `unsure_of` are a Prediction's; with less room it is `7? (not sure)`.
    """
    unsure = [f"{digit}? (not sure: {unsure_of} below {percent(SURE, 0)})", f"{digit}? (not sure)"]
    return {"unsure": first_fit(unsure, width), "stranger": "not a digit?"}.get(verdict, str(digit))


def equation(digit: int, number: int, total: int) -> str:
    """`3 + 7 = 10`: the predicted digit, the given number, the predicted sum."""
    return f"{digit} + {number} = {total}"


def percent(share: float | None, decimals: int = 2, sign: str = " %") -> str:
    """A fraction of 1 as `99.27 %`; None as `-`. Never rounded up to 100 %: one error in 100,000 must show."""
    if share is None or math.isnan(share):
        return "-" if share is None else "NaN"
    shown = f"{share * 100:.{decimals}f}"
    if share < 1 and float(shown) == 100:
        shown = f"{100 - 10**-decimals:.{decimals}f}"
    return shown + sign


def whole_percent(share: float, sign: str = "%") -> str:
    """A fraction of 1 without decimals: `97%`, and `>99%` or `<1%` for what would be rounded to 100 or 0."""
    if 0 < share <= 0.005:
        return f"<1{sign}"
    return f">99{sign}" if 0.995 <= share < 1 else percent(share, 0, sign)


def how_sure(probability: float, decimals: int = 1, sign: str = " %") -> str:
    """The probability of an answer as `98.2 %`; `>99 %` without decimals.

    Never rounded up to the limit of a sure answer, because the verdict beside it may say that it is below.
    """
    shown = min(probability, SURE - 10.0 ** -(decimals + 2)) if probability < SURE else probability
    return percent(shown, decimals, sign) if decimals else whole_percent(shown, sign)


def apart(value: float, threshold: float) -> tuple[str, str]:
    """`0.243` and `0.195`, or with as many more decimals as it takes until the two differ, at most six."""
    decimals = next((n for n in range(3, 6) if f"{value:.{n}f}" != f"{threshold:.{n}f}"), 6)
    return f"{value:.{decimals}f}", f"{threshold:.{decimals}f}"


def small(value: float, digits: int = 6, has_zeros: bool = False) -> str:
    """A number with at most so many digits, as one types it: `0.002`, `1e-6`, `5.65e-6`, `inf`.

    With `has_zeros` it always has that many, zeros at its end included: `0.1350`.
    """
    written = f"{value:#.{digits}g}" if has_zeros else f"{float(f'{value:.{digits}g}'):g}"  # 2 digits of 100: not 1e2
    mantissa, power, exponent = written.partition("e")
    return f"{mantissa}e{int(exponent)}" if power else mantissa.removesuffix(".")


def typed(value: Any) -> str:
    """A value as one types it, exactly: `100` for 100.0, other text as it is."""
    return str(value).removesuffix(".0") if isinstance(value, float) else str(value)


def array(value: object) -> str:
    """The type and shape of an array or a tensor, as `uint8 (28, 28)`; of anything else, its class."""
    shape = tuple(getattr(value, "shape", ()))
    kind = str(getattr(value, "dtype", type(value).__name__))
    return f"{kind} {shape}" if shape else kind


def loss_figure(loss: float) -> str:
    """A loss, or a measure like one, in at most seven characters: `0.0520`, `1.6e-5`.

    From 100 on, after a rate that is too high, `392.2`.
    """
    if 0 < loss < 1e-4:
        return small(loss, 2)
    shown = f"{loss:.4f}"
    return shown if len(shown) <= 7 else small(loss, 4 if loss < 1e10 else 3)


def duration(seconds: float | None, beside: float | None = None) -> str:
    """Seconds as `8.2 s`, `3:07` or `1:02:45`; `-` if they are None or not finite.

    If the time that stands `beside` it has minutes, so has this one: `0:08`.
    """
    if seconds is None or not math.isfinite(seconds):
        return "-"
    whole = round(seconds)
    if whole < 60 and not (beside is not None and 59.5 <= beside < math.inf):
        return f"{seconds:.1f} s" if seconds < 9.95 else f"{whole} s"
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def about(seconds: float) -> str:
    """Seconds, rounded as one would say them: `about 4 s`, `about 40 s`, `about 12 min`, `about 2.5 h`."""
    if seconds < 95:
        return f"about {max(1, round(seconds) if seconds < 20 else round(seconds / 5) * 5)} s"
    if seconds < 95 * 60:
        return f"about {round(seconds / 60)} min"
    hours = seconds / 3600
    return f"about {hours:.2g} h" if hours < 10 else f"about {hours:,.0f} h"


def byte_size(size: int) -> str:
    """Bytes as `1.2 GB`, `39 MB`, `0.4 MB` or `31 kB`."""
    if size >= 999.5e6:
        return f"{size / 1e9:,.1f} GB"
    if size < 1e5:
        return f"{size / 1e3:.0f} kB"
    return f"{size / 1e6:.{0 if size >= 9.95e6 else 1}f} MB"


def bar(share: float, width: int) -> str:
    """A bar that fills `share` (0..1) of `width` cells, to an eighth of a cell; padded with spaces to `width`."""
    steps = current().eighths
    eighths = round(min(max(share, 0.0), 1.0) * width * 8)
    full, rest = divmod(eighths, 8)
    return (steps[8] * full + (steps[rest] if rest else "")).ljust(width)


def track(share: float, width: int) -> tuple[str, str]:
    """A thin progress bar of `width` cells, as two strings: what is done, to half a cell, and the rest."""
    halves = round(min(max(share, 0.0), 1.0) * width * 2)
    whole, half, rest = tuple(current().track)
    done = whole * (halves // 2) + (half if halves % 2 else "")
    return done, rest * (width - len(done))


def clauses(text: str, room: int) -> str:
    """The text, cut at a comma, semicolon or colon so that it fits into `room` columns; uncut if nothing fits."""
    ends = [at for at, mark in enumerate(text) if mark in ",;:" and text[at + 1 : at + 2] == " "] + [len(text)]
    return next((text[:at] for at in reversed(ends) if at <= room), text)


def a_digit(digit: int) -> str:
    """A digit with its article: `a 7`, `an 8`."""
    return f"{'an' if digit == 8 else 'a'} {digit}"


def plural(count: int, noun: str) -> str:
    """`1 thread`, `2 threads`, `10,000 images`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def sparkline(
    values: Iterable[float | None],
    width: int = 40,
    glyphs: Glyphs | None = None,
    scale: tuple[float, float] | None = None,
) -> str:
    """A row of at most `width` small bars, from the lowest to the highest value, or to the two ends of `scale`.

    If there are more values than bars, each bar is a mean. A value that is missing or not finite shows as `x`, because
    a gap would hide it.
    """
    points = [value if value is not None and math.isfinite(value) else None for value in values]
    if len(points) > width:
        points = [_mean(points[i * len(points) // width : (i + 1) * len(points) // width]) for i in range(width)]
    known = [value for value in points if value is not None]
    if not known:
        return "x" * len(points)
    low, high = scale or (min(known), max(known))
    sparks = (glyphs or current()).sparks
    span, top = high - low, len(sparks) - 1
    return "".join("x" if v is None else sparks[round((v - low) / span * top) if span else top // 2] for v in points)


def shade(share: float) -> str:
    """A cell of a heatmap, 0..1, as one of five characters. Only 1 gives the darkest."""
    shades = current().shades
    return shades[int(share * (len(shades) - 1))]


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def wrapped(text: str, width: int, **options: Any) -> list[str]:
    """As `textwrap.wrap`, with its options, but a figure stays with its unit: `99.94 %`, `59 s`."""
    whole = re.sub(BEFORE_UNIT, "\0", text)
    return [line.replace("\0", " ") for line in textwrap.wrap(whole, width, **options)]


def word_by_word(text: str, width: int) -> str:
    """The text in lines of this width; a hyphen ends one only in a word that is longer, such as the id of a run."""
    words = wrapped(text, width, break_on_hyphens=False, break_long_words=False)
    return "\n".join(line for part in words for line in wrapped(part, width))


def hanging(text: str, width: int, indent: int) -> str:
    """The text in lines of this width; those after the first begin `indent` columns further right."""
    return ("\n" + " " * indent).join(wrapped(text, width, break_on_hyphens=False))


def letters(count: int) -> list[str]:
    """Short names for the runs of a comparison: A, B, ...; numbers if there are more than letters."""
    return [chr(ord("A") + place) for place in range(count)] if count <= 26 else [str(n + 1) for n in range(count)]
