"""KeyFigures: the current accuracies in large digits, and beside them speed, times and device of the run."""

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Digits

from mnist_sum_tui.config import TrainConfig, option_name, value_words
from mnist_sum_tui.formatting import duration, first_fit, loss_figure, percent, plural, small
from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.printable import printable
from mnist_sum_tui.runs.accuracies import accuracies
from mnist_sum_tui.runs.events import EpochDone, Progress
from mnist_sum_tui.tui.session.session import Session
from mnist_sum_tui.tui.session.state_line import SLOW, is_slow
from mnist_sum_tui.tui.widgets.common import Line
from mnist_sum_tui.tui.widgets.run_details import in_columns, last_epochs

Value = float | None
Lengths = tuple[str, ...]
"""forms of the same words, from the longest to the shortest"""
ROOMY = 190
"""the columns from which on the settings are shown between facts and epochs"""
ROWS = 5
"""rows of the figures, and of the texts beside them"""
AGREEMENT = ("agreement %: sum = digit + number", "agreement %", "agreement")
"""headings of the share of answers in which the sum is digit + number; the glossary explains the word"""

AWAITED = ("after the first validation", "after an epoch", "not yet")
OF_VALIDATION = ("of the validation", "in validation", "validation")
"""notes on the agreement before there is any, and while it is that of the last validation"""


class KeyFigure(Vertical):
    """A share of 1 in large digits, with a heading above and a note below."""

    _headings: Lengths = ()
    _notes: Lengths = ()

    def compose(self) -> ComposeResult:
        """Heading, large digits, the same number small (for screens of few rows), note."""
        yield Line("", classes="heading", markup=False)
        yield Digits("-", classes="large")
        yield Line("-", classes="small", markup=False)
        yield Line("", classes="note", markup=False)

    def show(self, headings: Lengths, value: Value, notes: Lengths) -> None:
        """Show a share as a percentage with two decimals, with the first heading and the first note that fit."""
        self._headings, self._notes = headings, notes
        text = percent(value)
        digits = self.query_one(Digits)
        if digits.value != text.removesuffix(" %"):
            digits.update(text.removesuffix(" %"))
        self.query_one(".small", Line).say(text)
        self.on_resize()

    def on_resize(self) -> None:
        """Choose the words that leave a gap to the next figure."""
        for name, forms in (("heading", self._headings), ("note", self._notes)):
            self.query_one(f".{name}", Line).say(first_fit(forms or ("",), self.size.width - 1))


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
    """Shows accuracies and agreement in large digits, and small beside them speed, learning rate, times and device."""

    def compose(self) -> ComposeResult:
        """Three figures and the facts; on a wide screen settings and the last epochs beside them."""
        for name in ("digit", "sum", "agreement"):
            yield KeyFigure(name=name, id=f"{name}-figure")
        yield Facts(id="facts", markup=False)
        yield Line("", id="chosen", markup=False)
        yield Line("", id="last-epochs", markup=False)

    def on_resize(self) -> None:
        """Show the settings only if the facts fit beside them."""
        self.set_class((self.size.width or self.screen.size.width) >= ROOMY, "-roomy")

    on_mount = on_resize  # by the screen's size, because the widget has none yet: else the settings come a frame late

    def show(self, session: Session) -> None:
        """Show the state of the session."""
        shown = figures(session)
        for figure in self.query(KeyFigure):
            figure.display = figure.name in shown
            if figure.name in shown:
                figure.show(*shown[figure.name])
        self.query_one(Facts).show(session)
        self.query_one("#chosen", Line).say(chosen(session.config) if session.config is not None else "")
        is_over = not session.is_live and session.moment is None
        self.query_one("#last-epochs", Line).say(last_epochs(session.epochs, ROWS - 1, is_over))


def chosen(config: TrainConfig) -> str:
    """The settings that say most about a run, in five lines."""
    names = ("recipe", "optimizer", "schedule", "augment", "seed")
    return in_columns([(option_name(name), printable(value_words(name, getattr(config, name)))) for name in names])


def figures(session: Session) -> dict[str, tuple[Lengths, Value, Lengths]]:
    """Headings, value and notes of digit, sum and agreement: of the test, or else of training, with the validation.

    Without test and validation images there is no agreement.
    """
    done, seen = session.finished, session.validation
    if done is not None and done.digit_accuracy is not None:
        return {
            "digit": (("test digit %", "digit %"), done.digit_accuracy, (f"loss {loss_figure(done.digit_loss or 0)}",)),
            "sum": (("test sum %", "sum %"), done.sum_accuracy, (f"loss {loss_figure(done.sum_loss or 0)}",)),
            "agreement": (AGREEMENT, done.agreement, (f"{done.pairs or 0:,} pairs",)),
        }
    digit, total = session.training or (None, None)
    validated = accuracies(seen) or (None, None)
    agreement = seen.val_agreement if isinstance(seen, EpochDone) else seen.agreement if seen else None
    has_validation = session.started is None or session.started.validation_images > 0
    notes = [f"validation {percent(value).removesuffix(' %')}" if has_validation else "smoothed" for value in validated]
    found: dict[str, tuple[Lengths, Value, Lengths]] = {
        "digit": (("training digit %", "digit %"), digit, (notes[0],)),
        "sum": (("training sum %", "sum %"), total, (notes[1],)),
        "agreement": (AGREEMENT, agreement, AWAITED if agreement is None else OF_VALIDATION),
    }
    return found if has_validation else {name: found[name] for name in ("digit", "sum")}


def facts(session: Session, width: int) -> str:
    """The facts of the run in about five short lines, the most important first; one that does not fit is left out."""
    started, progress = session.started, session.progress
    if started is None:
        return ""
    if progress is not None and progress.step <= started.step:  # it is of the process before
        progress = None
    elapsed = session.events[-1].elapsed if session.events else 0.0
    is_known = progress and not (session.is_testing or _is_over(session) or is_slow(session))
    left = progress.remaining if progress and is_known else None
    times = [f"elapsed {duration(elapsed, left)}"]
    if session.is_testing:
        times.append("left: testing")
    elif not _is_over(session):
        times.append(f"left {duration(left, elapsed)}")
    threads = [plural(started.threads, "thread")] if started.device == "cpu" else []
    is_one_line = width >= len(_as_fit(times, 10**6))
    lines = [
        _speed(session, progress),
        *([times] if is_one_line else ([time] for time in times)),
        [f"lr {'-' if progress is None else small(progress.lr, 3)}", f"batch {started.batch_size}"],
        [f"{started.device} {started.precision}", *threads],
        [started.model, f"{started.parameters:,} parameters"],
    ]
    shown = (_as_fit(parts, width) for parts in lines)
    return "\n".join(line for line in shown if len(line) <= width)  # not with a part of its figure


def _is_over(session: Session) -> bool:
    """Whether the run is shown as it ended, also without saying so, as when its process was killed."""
    return session.finished is not None or (not session.is_live and session.moment is None)


def _speed(session: Session, progress: Progress | None) -> list[str]:
    """Images per second of training: since the last event, or, once it is over, the mean over its epochs.

    In slow motion that would be as many as at full speed, because its waits are no training.
    """
    speeds = [epoch.images_per_second for epoch in session.epochs if epoch.images_per_second]
    if _is_over(session) and speeds:
        mean = len(speeds) / sum(1 / speed for speed in speeds)  # all epochs have as many images
        return [f"{mean:,.0f} images/s", "mean"]
    if is_slow(session):
        return ["1 step/s", SLOW]
    return ["- images/s" if progress is None else f"{progress.images_per_second:,.0f} images/s"]


def _as_fit(parts: list[str], width: int) -> str:
    """The parts in one line; the last ones are left out if they would not fit."""
    return first_fit([f" {BRAILLE.between} ".join(parts[:count]) for count in range(len(parts), 0, -1)], width)
