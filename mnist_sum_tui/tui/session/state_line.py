"""The state of the training in one line, which every page shows to the right of the tabs."""

import os

from mnist_sum_tui.formatting import duration, first_fit, percent
from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.runs.accuracies import has_learned
from mnist_sum_tui.runs.summary import ONLY_GUESSES
from mnist_sum_tui.tui.session.session import Session

WATCHING = f"watching {BRAILLE.between} "
RUNNING = (BRAILLE.on, BRAILLE.watched)
"""the marks of a run that trains here or in another process; with little room it shows figures and not the epoch"""
SLOW = "slow motion"
SHORT = {"test": "test", "validation": "val.", "training": "train"}
"""the source of the figures, abbreviated"""
ENDS = {"completed": (BRAILLE.right, "done"), "stopped": (BRAILLE.stopped, "stopped")}


def state_line(session: Session, room: int = 200, reading: str = "") -> str:
    """The training at a glance, as much as fits: `● epoch 2/5 · validation: digit 99.12 %, sum 98.71 %`.

    While the user looks back at a training, its state then, and whether it goes on. `reading` are words that say that
    a run is being read, which takes a while if it is long; they count if nothing trains.
    """
    if reading and not session.is_live:
        return first_fit([f"{BRAILLE.off} {reading} ", BRAILLE.off], room)
    present, session = session, session.shown
    mark, words = _state(session)
    then = words
    if present is not session:
        on = ", paused now" if present.is_paused else ", it trains on"
        words += on if present.is_live else ", it has ended since"
    forms = [f"{mark} {words} "]
    found = session.accuracies
    if found is not None and session.error is None:
        digit, total = map(percent, found[1:])
        word, both = SHORT[found[0]], f"digit {digit}, sum {total}"
        figures, shorter = [f"{found[0]}: {both}", f"{word} {both}"], [f"{mark} {words} "]
        if mark in RUNNING and not is_slow(session):
            shorter = [f"{mark} {word} {both} ", f"{mark} {word} sum {total} "]
        else:  # the sum alone is named as one of two, because `train sum` looks like a total
            figures += [both, f"sums right: {total}"]
        forms = [*(f"{mark} {words} {BRAILLE.between} {each} " for each in figures), *shorter]
    if is_slow(session):
        forms.append(f"{mark} {SLOW} ")
    elif mark in RUNNING and session.training is not None:  # unnamed, it is the newest, as in the panel
        forms.append(f"{mark} sum {percent(session.training[1])} ")
    forms.append(f"{mark} {then.removeprefix(WATCHING)} ")
    return first_fit([*forms, mark], room)


def is_slow(session: Session) -> bool:
    """Whether a training makes one step per second, because the user wants to see each."""
    return session.is_live and session.control is not None and session.control.slow


def lost_word(session: Session) -> str:
    """What became of a run that is no longer trained and said no end: `removed` if its folder is gone."""
    return "cut off" if session.run is None or os.path.isdir(session.run.path) else "removed"


def _state(session: Session) -> tuple[str, str]:
    """The mark of the training's state, and the state in words."""
    started, done = session.started, session.finished
    if session.moment is not None:
        return BRAILLE.chosen if session.is_playing else BRAILLE.paused, f"replay {duration(session.moment.elapsed)}"
    if session.is_live:
        if started is None:
            is_held = session.control is not None and session.control.paused
            return RUNNING[0], "pauses when ready" if is_held else "getting ready"
        if session.is_paused:
            return BRAILLE.paused, "paused"
        epoch = session.events[-1].epoch if session.events else 1
        where = "testing" if session.is_testing else f"epoch {epoch}/{started.epochs}"
        where += f", {SLOW}" if is_slow(session) else ""
        return (RUNNING[1], WATCHING + where) if session.is_watching else (RUNNING[0], where)
    if session.error is not None:
        return BRAILLE.wrong, "failed"
    if done is not None:
        if not has_learned(done):
            return BRAILLE.wrong, ONLY_GUESSES
        return ENDS.get(done.reason, (BRAILLE.wrong, done.reason))
    if session.is_watching or session.is_opened:
        return BRAILLE.cut, lost_word(session)
    return BRAILLE.off, "loading torch" if session.is_loading else "ready"
