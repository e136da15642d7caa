"""The result of a run in words: shown when it ends, and printed to the terminal when the dashboard closes."""

import os

from mnist_sum_tui.export.recording import RECORDED
from mnist_sum_tui.formatting import duration, percent, wrapped
from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.printable import printable
from mnist_sum_tui.runs.accuracies import accuracies, has_learned
from mnist_sum_tui.runs.commands import prediction, resumption
from mnist_sum_tui.runs.find import where
from mnist_sum_tui.runs.resumable import MORE_EPOCHS
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.diverged import advice
from mnist_sum_tui.training.schedule import ADDED_EPOCHS
from mnist_sum_tui.tui.session.exit_code import told_of
from mnist_sum_tui.tui.session.session import Session
from mnist_sum_tui.tui.session.state_line import lost_word

LONGER = "further"
"""the label of the command that adds epochs to a run that is complete"""
TONES = {"failed": "error", "diverged": "error", "but": "warning"}
"""the labels of what went wrong, and the theme's colour that says so"""
Row = tuple[str, str]
"""a label, and the text beside it"""


def outcome(session: Session) -> list[Row]:
    """How the training ended, the test result, and what can be done next; empty without a run."""
    run, done = session.run, session.finished
    if run is None:
        return []
    rows: list[Row] = []
    if (failure := session.failure) is not None:
        rows.append(("failed", failure))
        has_begun = session.started is not None  # before, the file is of an earlier failure
        if has_begun and not session.is_read_only and os.path.exists(run.error_file):
            rows.append(("traceback", printable(str(run.error_file))))
    elif done is not None:
        word = "done" if done.reason == "completed" else done.reason
        said = done.message.removeprefix(done.reason)
        between = "; " if said == done.message else ","  # the label says "stopped" already
        rows.append((word, f"after {duration(done.elapsed)}{between}{said}"))
        if session.config is not None and (words := advice(done, session.config, session.events)):
            rows.append(("but", words))
    elif (session.is_watching or session.is_opened) and not session.is_live:
        lost = f"the process that trained it is gone; {_lost(run)}"
        gone = "the folder of this run is gone"
        rows.append((word := lost_word(session), gone if word == "removed" else lost))
    if (best := session.best) is not None and (found := accuracies(best)):
        trained = f"training {_pair(best.digit_accuracy, best.sum_accuracy)}"  # far above, it would overfit
        rows.append(("best", f"epoch {best.epoch}: validation {_pair(*found)}, {trained}{_higher(session)}"))
    if done is not None and (found := accuracies(done)):
        agreement = f"agreement {percent(done.agreement)} (sum = digit + number)"
        digit, total = map(percent, found)
        rows.append(("test", f"digit {digit}, sum {total}, {agreement}, {done.pairs or 0:,} pairs"))
    return [(printable(label), printable(text)) for label, text in [*rows, *commands(session, run)]]


def _lost(run: Run) -> str:
    """What is lost of a run that did not save at its end."""
    return "what came after the last checkpoint is lost" if os.path.exists(run.resume_file) else "no step was saved"


def _higher(session: Session) -> str:
    """Which epoch had a higher validation accuracy than the best, which is a later one; empty if none.

    While the learning rate falls, a later epoch is the best unless chance cannot explain how much lower it is.
    """
    highest = max(session.epochs, key=lambda epoch: sum(accuracies(epoch) or ()), default=None)
    if highest is None or sum(accuracies(highest) or ()) <= sum(accuracies(session.best) or ()):
        return ""
    return f" (epoch {highest.epoch} is higher by no more than chance)"


def commands(session: Session, run: Run) -> list[Row]:
    """The exact commands to use the network and to train it further, or to watch it again.

    There are none without useful weights, and none for a visitor, who has no such folder. A run that diverged is not
    resumed, because it would diverge again.
    """
    done = session.finished
    if run == RECORDED or session.is_read_only or (done is not None and not has_learned(done)):
        return []
    known = session.started or session.config  # a damaged journal may lack its start
    model = known.model if known else ""
    is_complete = done is not None and done.reason == "completed"
    rows: list[Row] = []
    if run.best_weights is not None:
        rows.append(("try it", prediction(run.argument, model)))
    if session.is_watching and session.is_live:
        rows.append(("again", f"mnist-sum tui --watch {run.argument}"))
    elif os.path.exists(run.resume_file) and (done is None or done.reason != "diverged"):
        epochs = (known.epochs if known else 0) + MORE_EPOCHS if is_complete else None
        rows.append((LONGER if is_complete else "go on", resumption(run.argument, model, epochs)))
    return rows


def receipt(session: Session, columns: int | None = None) -> str:
    """The outcome as lines for the terminal; after the demo, what to try next; empty if nothing was trained.

    Sentences are wrapped to the columns, if these are given; paths and commands stay whole, to be copied.
    """
    if session.run == RECORDED:
        from mnist_sum_tui.export.demo import GO_ON  # numpy, which is loaded since the run was shown

        return GO_ON
    session = told_of(session)
    rows = outcome(session)
    if session.run is None or session.is_opened or not rows:
        return ""
    if session.finished is None and session.error is None and not session.is_watching:
        rows.insert(0, ("left", f"without saving; {_lost(session.run)}"))
    if rows[-1][0] == LONGER:
        rows.append(("", ADDED_EPOCHS))
    title = f"mnist-sum {BRAILLE.between} run {printable(session.run.id)}"
    rows.insert(0, ("in", where(session.run)))
    whole = {"in", "traceback", *dict(commands(session, session.run))}
    lines = [title]
    for label, text in rows:
        first = f"  {label:<10}"
        if columns is None or label in whole:
            lines.append(first + text)
        else:
            indents = {"initial_indent": first, "subsequent_indent": " " * len(first)}
            lines += wrapped(text, columns, **indents, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines)


def _pair(digit: float, total: float) -> str:
    """The accuracies of both heads, so short that those of validation and training stand in a line of 80 columns."""
    return f"{percent(digit, sign='')} and {percent(total)}"
