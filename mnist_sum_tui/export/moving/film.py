"""Animation for an SVG: CSS keyframes, and texts that change.

Every element is written at its final position, which viewers without CSS and users who prefer reduced motion see.
"""

from collections.abc import Sequence

Frame = tuple[float, str]
"""seconds from the start, and what holds from then on: a CSS declaration, or the SVG of a row"""
READING_SECONDS = 0.2


class Film:
    """Collects the keyframes of one picture; all animations start together and repeat after `seconds`."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._rules: list[str] = []

    def animate(self, frames: Sequence[Frame], *, jump: bool = False) -> str:
        """A CSS class that animates through the frames: smoothly, or with `jump` in steps.

        The first frame also holds before its time, and the last one until the end.
        """
        name = f"m{len(self._rules)}"
        inner = [frame for frame in frames if 0 < frame[0] < self._seconds]
        shown = [(0.0, frames[0][1]), *inner, (self._seconds, frames[-1][1])]
        steps = "".join(f"{number(100 * at / self._seconds)}%{{{what}}}" for at, what in shown)
        timing = "step-end" if jump else "linear"
        self._rules.append(
            f"@keyframes {name}{{{steps}}}.{name}{{animation:{name} {self._seconds:g}s {timing} infinite}}"
        )
        return name

    def appear(self, at: float) -> str:
        """A CSS class that hides an element until second `at`."""
        return self.animate([(0.0, "opacity:0"), (at, "opacity:1")], jump=True)

    def move(self, frames: Sequence[tuple[float, float, float]], content: str, *, jump: bool = False) -> str:
        """A group that moves through the frames (seconds, x, y)."""
        _, x, y = frames[-1]
        name = self.animate(
            [(at, f"transform:translate({number(x)}px,{number(y)}px)") for at, x, y in _needed(frames)], jump=jump
        )
        return f'<g class="{name}" transform="translate({number(x)} {number(y)})">{content}</g>'

    def reel(self, box: tuple[float, float, float, float], frames: Sequence[Frame]) -> str:
        """A window (x, y, width, height) that shows one row of SVG at a time; (0, 0) of a row is its upper left corner.

        All different rows lie in a column behind the window, and the column jumps to the row to show.
        """
        x, y, width, height = box
        rows = list(dict.fromkeys(row for _, row in frames))
        column = "".join(
            f'<g transform="translate(0 {number(height * place)})">{row}</g>' for place, row in enumerate(rows) if row
        )
        moved = self.move([(at, 0, -height * rows.index(row)) for at, row in frames], column, jump=True)
        size = f'x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}"'
        return f"<svg {size}>{moved}</svg>"

    def style(self) -> str:
        """The CSS of all animations, which are off if the user prefers reduced motion."""
        still = "@media (prefers-reduced-motion:reduce){*{animation:none!important}}"
        return "\n".join([*self._rules, still])


def readable(frames: Sequence[Frame]) -> list[Frame]:
    """The frames with at least READING_SECONDS between them, and the last one, so that each can be read."""
    found = [frames[0]]
    for frame in frames[1:-1]:
        if frame[0] - found[-1][0] >= READING_SECONDS:
            found.append(frame)
    return [*found, *frames[-1:]] if len(frames) > 1 else found


def number(value: float) -> str:
    """The number with at most two decimals, as short as possible."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def text(x: float, y: float, words: str, look: str = "") -> str:
    """A text element; `words` may hold tspans, `look` is one or more classes."""
    return f'<text x="{number(x)}" y="{number(y)}" class="{look}">{words}</text>'


def row(y: float, words: str, look: str = "") -> str:
    """A left-aligned text element for a row of a reel."""
    return f'<text y="{number(y)}" class="{look}">{words}</text>' if look else f'<text y="{number(y)}">{words}</text>'


def _needed(frames: Sequence[tuple[float, float, float]]) -> list[tuple[float, float, float]]:
    """The frames without those at the same place as both neighbours."""
    if len(frames) < 3:
        return list(frames)
    threes = zip(frames, frames[1:], frames[2:], strict=False)
    return [frames[0], *(here for before, here, after in threes if not before[1:] == here[1:] == after[1:]), frames[-1]]
