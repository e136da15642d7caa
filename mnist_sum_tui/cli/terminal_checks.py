"""What `mnist-sum doctor` checks of the terminal: a function per topic."""

import os

from mnist_sum_tui.cli.doctor_checks import Finding
from mnist_sum_tui.cli.layout import is_plain
from mnist_sum_tui.glyphs import BRAILLE, current
from mnist_sum_tui.machine import stdio, terminal
from mnist_sum_tui.printable import printable


def window(encoding: str) -> list[Finding]:
    """The terminal and its size, and characters for the user to look at."""
    size, term, around = terminal.size(), _variable("TERM"), terminal.inside()
    facts = {"is_terminal": terminal.can_draw(), "size": size, "term": term, "inside": around, "encoding": encoding}
    parts = [f"{size[0]}x{size[1]}" if size else "", f"TERM={term}" if term else "", f"encoding {encoding}"]
    text = ", ".join([*filter(None, parts), *(f"inside {name}" for name in around)])
    advice = ""
    if not terminal.can_draw():
        advice = f"{terminal.why_not()}: mnist-sum train works here, the dashboard does not"
    elif size and (size[0] < terminal.SMALLEST[0] or size[1] < terminal.SMALLEST[1]):
        advice = "too small for the whole dashboard: make it 60x20 or larger"
    elif "utf" not in encoding.lower() or stdio.is_ascii_locale():
        advice = "bars and dots need UTF-8: set PYTHONUTF8=1, or LC_ALL to a UTF-8 locale such as C.UTF-8"
    text = f"{text}; {advice or 'the dashboard fits'}"
    look = LOOK if current() is BRAILLE and not is_plain() else []
    return [Finding("terminal", "note" if advice else "ok", text, facts), *look]


HILL = "".join(BRAILLE.dots[bits] for bits in (0xC0, 0xE4, 0xF6, 0xFF, 0xF6, 0xE4, 0xC0))
WALL = BRAILLE.sparks + BRAILLE.shades[:0:-1][1:]
LOOK = [
    Finding("braille", "look", f"{HILL} should be a hill of dots; if not, try another font, or --marker blocks"),
    Finding(
        "blocks", "look", f"{WALL} should be eight rising steps without gaps, then a wall that fades; or --marker ascii"
    ),
]


def colours(dashboard: str, commands: str) -> Finding:
    """The number of colours in the dashboard and in printed text, and the variables that decide it."""
    settings = {name: _variable(name) for name in ("COLORTERM", "NO_COLOR", "FORCE_COLOR")}
    facts = {"dashboard": dashboard, "commands": commands, **settings}
    text = dashboard if commands == dashboard else f"{dashboard} in the dashboard, {commands} in printed text"
    text += "".join(f", {name}={value}" for name, value in settings.items() if value is not None)
    if dashboard == "none" and settings["NO_COLOR"] is not None:
        return Finding("colours", "note", f"{text}; unset NO_COLOR to get colours", facts)
    if dashboard == "none":
        return Finding("colours", "note", f"{text}: this terminal shows none, or it is a pipe or a file", facts)
    if dashboard in ("16", "256"):
        text += "; for finer shades set COLORTERM=truecolor, if the terminal supports it"
    return Finding("colours", "note" if dashboard == "16" else "ok", text, facts)


def mouse(is_asked: bool, seconds: float) -> Finding:
    """Whether the terminal reports a click; waits for one only if `is_asked`."""
    if not is_asked:
        return Finding("mouse", "look", "not tested: mnist-sum doctor --mouse waits for a click", {"reported": None})
    reported = terminal.reports_mouse(seconds) if terminal.can_draw() else None
    facts = {"reported": reported}
    if reported:
        return Finding("mouse", "ok", "a click was reported: the mouse works in the dashboard", facts)
    if reported is None:
        return Finding(
            "mouse", "note", "cannot be tested here: it needs a terminal, and a system other than Windows", facts
        )
    advice = "in tmux, run `tmux set -g mouse on`" if "tmux" in terminal.inside() else "try another terminal"
    return Finding("mouse", "note", f"no click was reported: {advice}, or use the keyboard for everything", facts)


def _variable(name: str) -> str | None:
    value = os.environ.get(name)
    return None if value is None else printable(value)
