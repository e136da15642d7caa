"""KeyFigures: the current accuracies in large digits, and beside them speed, times and device of the run."""

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Digits

from mnist_sum_tui.formatting import duration, percent, plural
from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.tui.session.session import Session
from mnist_sum_tui.tui.widgets.common import Line

Value = float | None
NARROW = 24
"""columns; if there are fewer, elapsed and remaining time get a line each"""


class KeyFigure(Vertical):
    """A share of 1 in large digits, with a heading above and a note below."""

    def __init__(self, heading: str, *, id: str) -> None:
        super().__init__(id=id)
        self._heading = heading

    def compose(self) -> ComposeResult:
        """Heading, large digits, the same number small (for screens of few rows), note."""
        yield Line(self._heading, classes="heading", markup=False)
        yield Digits("-", classes="large")
        yield Line("-", classes="small", markup=False)
        yield Line("", classes="note", markup=False)

    def show(self, heading: str, value: Value, note: str) -> None:
        """Show a share as percent with two decimals."""
        text = percent(value)
        digits = self.query_one(Digits)
        if digits.value != text.removesuffix(" %"):
            digits.update(text.removesuffix(" %"))
        for name, words in (("heading", heading), ("small", text), ("note", note)):
            self.query_one(f".{name}", Line).say(words)


class Facts(Line):
    """Shows speed, times and device of the run in a few short lines."""

    _session: Session | None = None

    def show(self, session: Session) -> None:
        """Show the state of the session."""
        self._session = session
        self.say(facts(session, self.size.width))

    def on_resize(self) -> None:
        """Lay the lines out for the new width."""
        if self._session is not None:
            self.show(self._session)


class KeyFigures(Horizontal):
    """Shows the accuracies and the agreement in large digits; speed, learning rate, times and device small."""

    def compose(self) -> ComposeResult:
        """Three figures and the facts."""
        yield KeyFigure("digit %", id="digit-figure")
        yield KeyFigure("sum %", id="sum-figure")
        yield KeyFigure("agreement %", id="agreement-figure")
        yield Facts(id="facts", markup=False)

    def show(self, session: Session, digit: Value, total: Value) -> None:
        """Show the state of the session; `digit` and `total` are the smoothed training accuracies."""
        done, seen = session.finished, session.validation
        heads: dict[str, tuple[str, Value, str]]
        measured = {name: _measured(seen, name) for name in ("digit_accuracy", "sum_accuracy", "agreement")}
        if done is not None and done.digit_accuracy is not None:
            pairs = f"{done.pairs or 0:,} pairs"
            heads = {
                "digit": ("test digit %", done.digit_accuracy, f"loss {done.digit_loss or 0:.4f}"),
                "sum": ("test sum %", done.sum_accuracy, f"loss {done.sum_loss or 0:.4f}"),
                "agreement": ("agreement %", done.agreement, pairs),
            }
        else:
            heads = {
                "digit": ("digit %", digit, _validated(measured["digit_accuracy"])),
                "sum": ("sum %", total, _validated(measured["sum_accuracy"])),
                "agreement": ("agreement %", measured["agreement"], "heads agree"),
            }
        for name, (heading, value, note) in heads.items():
            self.query_one(f"#{name}-figure", KeyFigure).show(heading, value, note)
        self.query_one(Facts).show(session)


def facts(session: Session, width: int) -> str:
    """The facts of the run in about five short lines, the most important first."""
    started, progress = session.started, session.progress
    if started is None:
        return ""
    elapsed = session.events[-1].elapsed if session.events else 0.0
    times = [f"elapsed {duration(elapsed)}"]
    if session.finished is None:
        times.append(f"left {duration(progress.remaining if progress else None)}")
    threads = f" {BRAILLE.between} {plural(started.threads, 'thread')}" if started.device == "cpu" else ""
    lines = [
        "- images/s" if progress is None else f"{progress.images_per_second:,.0f} images/s",
        *([f" {BRAILLE.between} ".join(times)] if width >= NARROW else times),
        f"lr {'-' if progress is None else f'{progress.lr:.3g}'} {BRAILLE.between} batch {started.batch_size}",
        f"{started.device} {started.precision}{threads}",
        f"{started.model} {BRAILLE.between} {started.parameters:,} weights",
    ]
    return "\n".join(lines)


def _validated(value: Value) -> str:
    return f"validation {percent(value).removesuffix(' %')}"


def _measured(seen: object, name: str) -> Value:
    value = getattr(seen, f"val_{name}", getattr(seen, name, None)) if seen is not None else None
    return value if isinstance(value, float) else None
