"""AfterRun: what the page Train offers when a run is over: a new run, the charts again, or more epochs."""

from dataclasses import replace

from textual.binding import Binding
from textual.events import Key
from textual.widgets import ContentSwitcher, Static

from mnist_sum_tui.training.diverged import better_rate
from mnist_sum_tui.tui.pages.base import Page
from mnist_sum_tui.tui.pages.resume_run import ask_to_resume
from mnist_sum_tui.tui.session.resuming import Continuation, obstacle
from mnist_sum_tui.tui.widgets.common import NameField
from mnist_sum_tui.tui.widgets.run_form import RunForm

WAITING = "reading-run"
"""the id of what the page shows until the run that it was opened for is read"""
AFTER_BINDINGS = (
    Binding("n", "new", "New run"),
    Binding("r", "further('unfinished')", "Resume", tooltip="Train this run to its end"),
    Binding("r", "further('completed')", "More epochs", tooltip="Train this run further"),
)
WHILE_TRAINING = {
    "v": ("v", "validates"),
    "s": ("s", "stops and saves"),
    "c": ("c", "saves a checkpoint"),
    "k": ("k", "changes settings"),
    "o": ("o", "slows it down"),
    "full_stop": (".", "makes one step"),
}
"""keys that only a training run answers: their names and what they do"""


class AfterRun(Page):
    """Goes from the charts of a run to the form of a new one, and back; asks for more epochs."""

    @property
    def form(self) -> RunForm:
        """The form of a new run."""
        return self.query_one(RunForm)

    @property
    def has_form(self) -> bool:
        """Whether the form was made: a replay begins without it, because it takes as long as the rest of the page."""
        return bool(self.query(RunForm))

    def new_form(self) -> RunForm:
        """The form of a new run, to be mounted; defined by the page."""
        raise NotImplementedError

    def torch_is_ready(self) -> None:
        """Tell the form that torch is imported."""
        if self.has_form:
            self.form.ready()

    @property
    def is_form_shown(self) -> bool:
        """Whether the form is shown."""
        return self.query_one(ContentSwitcher).current == "run-form"

    def complain(self, message: str) -> None:
        """Show the form, with the reason why there is no run; a visitor, who has no form, reads the reason alone."""
        if self.session.is_read_only:
            self.notify(message, severity="error")
            for waiting in self.query(f"#{WAITING}").results(Static):
                waiting.update(message)
        else:
            form = self.show_form()
            form.call_after_refresh(form.complain, message)  # the fields of a new one forget what was said before them

    def cannot_open(self, why: str) -> None:
        """Say why a run cannot be shown: in the form if the page waits for it, else as a notification."""
        if self.query_one(ContentSwitcher).current == WAITING:
            self.complain(why)
        else:
            self.notify(why, severity="error")

    def show_form(self) -> RunForm:
        """Show the form; the first time it is made."""
        switcher = self.query_one(ContentSwitcher)
        if self.has_form:
            form = self.form
            form.show_again()
        else:
            form = self.new_form()
            form.display = False  # until the switcher turns to it
            switcher.mount(form)
            if not self.session.is_loading:
                form.ready()
        switcher.current = "run-form"
        return form

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Disable a new run, more epochs and the charts where they make no sense."""
        session = self.session
        if action == "new":
            return not session.is_training and not self.is_form_shown and not session.is_read_only
        if action == "further":
            is_over = not session.is_live and (session.started is not None or session.is_opened)
            may_train = not self.is_form_shown and not session.is_read_only
            is_completed = session.finished is not None and session.finished.reason == "completed"
            return is_over and may_train and (parameters == ("completed",)) == is_completed
        if action == "charts":
            return self.is_form_shown and bool(session.events)
        return super().check_action(action, parameters)

    def why_not(self, key: str) -> str:
        """Why a key does nothing now; empty if it does something, or if nobody would expect it to."""
        session = self.session
        if self.is_form_shown:
            return ""
        if key == "n" and session.is_training:
            return "A training is in progress: stop it first (s), then n begins a new run."
        if key == "full_stop" and session.control is not None and session.is_training:
            return "" if session.control.paused else "Pause first (space): then . makes one step."
        if key == "r" and session.is_live:
            return "r gives a run more epochs once it is over; this one still trains."
        if key == "v" and session.is_training and session.started is not None:
            has_none = not session.started.validation_images
            return "No images are held out to validate on: this run trains on all of them." if has_none else ""
        name, does = WHILE_TRAINING.get(key, ("", ""))
        return f"{name} {does} while a run trains; this one is over." if name and not session.is_live else ""

    def on_key(self, event: Key) -> None:
        """Tell the user why a key does nothing, but not a visitor, for whom it never does anything."""
        if not self.session.is_read_only and (words := self.why_not(event.key)):
            self.notify(words, timeout=4)

    def redraw(self, at_once: bool = False) -> None:
        """Draw the charts; defined by the page."""
        raise NotImplementedError

    def action_new(self) -> None:
        """Go back to the form, with the values that were set in it, but for a name, and a learning rate that failed."""
        self.app.workers.cancel_group(self.app, "open")  # a run that is still read would come over the form
        form, session = self.show_form(), self.session
        for name in form.query(NameField):  # none in a form that is made only now
            name.forget()
        if session.finished is not None and session.config is not None:
            rate = better_rate(session.finished, session.config, session.events)
            if rate is not None:
                form.call_after_refresh(form.replace_rate, session.config.lr, rate)
        self.refresh_bindings()

    def action_charts(self) -> None:
        """Go from the form, if it is shown, back to the charts of the last run."""
        if self.is_form_shown:
            self.query_one(ContentSwitcher).current = "run-view"
            self.set_focus(None)
            self.refresh_bindings()
            self.redraw(at_once=True)

    def action_further(self, _: str) -> None:
        """Ask how many more epochs to train the run."""
        session = self.session
        run, config = session.run, session.config
        if run is None or config is None:
            return
        is_changed = any(event.setting == "epochs" for event in session.changed)
        if session.started is not None and is_changed:  # the config is that of the beginning
            config = replace(config, epochs=session.started.epochs)
        if found := obstacle(run, config, session.is_training):
            self.notify(found, severity="warning")
        else:
            ask_to_resume(self, Continuation.of(run, config, session.events))
