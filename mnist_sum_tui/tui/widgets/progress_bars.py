"""ProgressBars: the progress of the epoch and of the run, as two thin bars, and how old the sample answers are."""

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from mnist_sum_tui.export.recording import RECORDED
from mnist_sum_tui.formatting import first_fit, percent, track
from mnist_sum_tui.runs.events import Samples
from mnist_sum_tui.tui.session.session import Session

LEAST = 8
"""columns of a bar, which count more than words beside it"""
ANSWERS = ("sample answers (digit, sum): step {:,}", "answers (digit,sum): step {:,}", "sample answers: step {:,}")
"""forms of the words about the sample answers, the longest first; `6+8:2,7` below an image needs the first two"""
LAST_NEW = ("sample answers (digit, sum): last new ones in step {:,}", "last new answers: step {:,}")
"""those of the demo, whose recording has only answers that differ from those before"""


class ProgressBars(Widget):
    """Shows `epoch 2/5 ━━━━━━───── 51 %   run ━━━────── 30 %`; each bar gets half of the width.

    At the right end, as far as there is room, it says which step the answers for the sample images are of: they come
    about once per second, and by then the figures may be hundreds of steps further.
    """

    place: reactive[tuple[int, int, int, int] | None] = reactive(None)
    """steps done, steps per epoch, current epoch, epochs; None as long as that is not known"""

    answered: reactive[tuple[str, ...]] = reactive(())
    """forms of what step the sample answers are of; empty if there are none, or if they are of the run's end"""

    def show(self, session: Session, samples: Samples | None) -> None:
        """Show the position in the run, once it has begun: a resumed one does not begin with its first epoch."""
        is_under_way = session.is_live or session.moment is not None
        forms = LAST_NEW if session.run == RECORDED else ANSWERS
        step = samples.step if samples is not None and is_under_way else None
        self.answered = () if step is None else tuple(f"   {form.format(step)}" for form in forms)
        started, place = session.started, None
        if started is not None and session.events:
            last = session.events[-1]
            place = (last.step, started.steps_per_epoch, last.epoch, started.epochs)
        self.place = place  # set once, so that it is drawn only if it has changed

    def render(self) -> Content:
        """Both bars in one line."""
        if self.place is None:
            return Content("")
        step, per_epoch, epoch, epochs = self.place
        of_epoch = step / per_epoch - (epoch - 1)
        left, right = f"epoch {epoch}/{epochs}", "run"
        room = max(self.size.width - len(left) - len(right) - 19, 2)
        words = first_fit((*self.answered, ""), room - 2 * LEAST)
        room -= len(words)
        parts: list[str | tuple[str, str]] = []
        for name, share in ((left, of_epoch), (right, step / (per_epoch * epochs))):
            done, rest = track(share, room // 2)
            parts += [f"{name} ", (done, "$text-primary"), (rest, "$foreground 30%")]
            parts += [f" {percent(min(max(share, 0), 1), 0):>5}", "   "]
        return Content.assemble(*parts[:-1], (words, "$text-muted"))
