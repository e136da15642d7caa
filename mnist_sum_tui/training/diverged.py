"""When a training went wrong: its loss is no longer a number, it learned nothing, or it cannot add; and what to try.

`step.py` checks the loss at each step. What is said during a training is in `coach.py`.
"""

from collections.abc import Iterable, Sequence

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.formatting import percent, plural, small
from mnist_sum_tui.runs.accuracies import has_learned
from mnist_sum_tui.runs.events import Advice, Changed, EpochDone, Event, Finished, Started
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.runs.knob_turns import Turn
from mnist_sum_tui.runs.position import GUESSING
from mnist_sum_tui.runs.summary import Summary
from mnist_sum_tui.training.validations import FEW_IMAGES, fallen

RATE_TOPICS = ("too-high", "ruined", "too-low")
"""the coach's topics that are doubts about the learning rate"""
TURN_BACK = "turn it back"
"""what the coach says of a learning rate that the user has turned up"""
ALIKE = 2.0
"""two learning rates that differ by less than this factor count as equal"""
ABOVE_TEST = 0.3
"""own images were learned if their accuracy is so far above that of the test: 30 points"""


def rate_to_try(config: TrainConfig) -> float:
    """The learning rate to try after one that failed: the recipe's own, or, if that one failed, a tenth of it.

    A recipe's rate says nothing about another optimizer.
    """
    usual = TrainConfig.of(config.recipe)
    is_another = not 1 / ALIKE < config.lr / usual.lr < ALIKE
    return usual.lr if is_another and usual.optimizer == config.optimizer else config.lr / 10


def lower_rate(config: TrainConfig) -> float:
    """As `rate_to_try`, after a rate that was too high: the recipe's own may be higher still."""
    rate = rate_to_try(config)
    return rate if rate < config.lr else config.lr / 10


def turned_up(turns: Iterable[Turn], step: int) -> Turn | None:
    """The change before a step that raised the learning rate most, if by ALIKE or more; it is the likely reason."""
    raised = [turn for turn in turns if turn.setting == "lr" and turn.number >= ALIKE and turn.step < step]
    return max(raised, key=lambda turn: turn.number, default=None)


def turns_of(events: Iterable[Event]) -> Iterable[Turn]:
    """The changes of settings among a run's events; of several of a setting at one step, the last, which held."""
    return {(event.at, event.setting): event.turn for event in events if isinstance(event, Changed)}.values()


def _without(turn: Turn) -> str:
    return f"the learning rate was turned to {turn.value} after step {turn.step:,}; train it again without that"


def divergence(step: int, config: TrainConfig, turns: Iterable[Turn] = (), *, has_checkpoint: bool) -> str:
    """The message that the training diverged after a step, what is kept of it, and what to try."""
    kept = "the last good checkpoint is kept" if has_checkpoint else "nothing was saved yet"
    turn = turned_up(turns, step)
    rates = f"{small(lower_rate(config))} instead of {small(config.lr)}"
    advised = f"try learning rate {rates}" if turn is None else _without(turn)
    return f"the loss is no longer a number after step {step:,}: {kept}; {advised}"


def _doubt(events: Sequence[Event]) -> Advice | None:
    """What the coach said last of a run, if that was a doubt about the learning rate."""
    last = next((event for event in reversed(events) if isinstance(event, Advice)), None)
    return last if last is not None and last.topic in RATE_TOPICS else None


def better_rate(done: Finished, config: TrainConfig, events: Sequence[Event] = ()) -> float | None:
    """The learning rate to try after a run that diverged or learned nothing; None if the rate was probably not why.

    A run that was stopped has no test, so the coach's doubt in its `events` decides.
    """
    if turned_up(turns_of(events), done.step) or _knows_its_own(done, events):
        return None
    rate, usual = rate_to_try(config), TrainConfig.of(config.recipe)
    if done.reason == "diverged":
        return lower_rate(config)
    if done.reason == "stopped" and (doubt := _doubt(events)):
        return rate if doubt.topic == "too-low" else lower_rate(config)
    is_too_short = rate != usual.lr and config.epochs < usual.epochs
    return None if has_learned(done) or is_too_short else rate


def _knows_its_own(done: Finished, events: Sequence[Event]) -> str:
    """Why a test failed although the network has learned its own images, so the rate suits; empty if it has not."""
    best = next((event for event in reversed(events) if isinstance(event, EpochDone) and event.best), None)
    images = next((event.train_images for event in events if isinstance(event, Started)), FEW_IMAGES)
    if best is None or done.digit_accuracy is None:
        return ""
    training, validation = best.digit_accuracy, best.val_digit_accuracy
    is_few = images < FEW_IMAGES
    known = max(training, validation or 0.0) if is_few or validation is None else validation
    if known < ABOVE_TEST + (GUESSING if done.majority else done.digit_accuracy):
        return ""
    if is_few:
        return f"{plural(images, 'training image')} may be too few, or the test images are of another kind"
    where = "training" if validation is None else "validation"
    return f"in {where} it is {percent(known)}, so the test's images or labels are of another kind"


def advice(done: Finished, config: TrainConfig, events: Sequence[Event] = ()) -> str:
    """What went wrong in a run, and what to try, in one line; empty if nothing did, as far as is known."""
    if done.reason == "stopped" and done.digit_accuracy is None:
        words = doubt.words if (doubt := _doubt(events)) else ""
        return words.replace(TURN_BACK, f"{TURN_BACK} when it goes on")  # nobody can while it stands
    if not has_learned(done):
        found = f"a digit accuracy of {percent(done.digit_accuracy)} is no better than guessing"
        if done.majority > GUESSING:
            found += f" where {percent(done.majority)} of the test images have one label"
        if words := _knows_its_own(done, events):
            return f"{found}: {words}"
        if turn := turned_up(turns_of(events), done.step):
            return f"{found}: {_without(turn)}"
        rate = better_rate(done, config)
        if rate is None:
            return f"{found}: the recipe trains longer; try {TrainConfig.of(config.recipe).epochs} epochs"
        word = "high" if rate < config.lr else "low"
        return f"{found}: the learning rate {small(config.lr)} is probably too {word}; try {small(rate)}"
    if done.sum_accuracy is not None and done.sum_accuracy <= GUESSING:
        return (
            f"a sum accuracy of {percent(done.sum_accuracy)} is no better than guessing: it cannot add yet; "
            "train it further"
        )
    return fallen([event for event in events if isinstance(event, EpochDone)])


def went_wrong(done: Finished, config: TrainConfig, events: Sequence[Event]) -> str:
    """As `advice`, and also of a run that diverged, whose end says it."""
    return done.message if done.reason == "diverged" else advice(done, config, events)


def trouble(summary: Summary) -> str:
    """What is wrong with a run and what to try; empty if nothing is, or the run is not over."""
    done, config = summary.finished, summary.config
    if done is None or config is None:
        return summary.trouble
    told = read_events(summary.run.metrics_file, Advice.kind)
    return went_wrong(done, config, [*summary.starts, *summary.epochs, *summary.changed, *told])
