"""Events as lines of text, for the command line and the dashboard."""

from mnist_sum_tui.config import settings
from mnist_sum_tui.formatting import percent, plural
from mnist_sum_tui.runs.events import Advice, Changed, Checkpointed, EpochDone, Event, Notice, Started, Validated

BEST = " (best epoch so far)"
"""what follows the validation of such an epoch"""
BUSY = "busy"
"""the topic of the coach's advice on other programs, which helps only while the run trains"""


def is_of_the_moment(event: Event) -> bool:
    """Whether what the event says is of no use once the run is over."""
    return isinstance(event, Advice) and event.topic == BUSY


def changed_words(event: Changed, steps: int | None = None) -> str:
    """What changed and when: `learning rate x1 -> x0.5, after step 300`.

    `steps` is the number of steps that the run has made, if a change that is planned for a later one is to be told so.
    Then it also says why the run has made a change by itself; while a run trains, the next line says so.
    """
    is_made = steps is None or event.is_reached(steps)
    when = f"after step {event.at:,}" if is_made else f"planned for step {event.at:,}"
    why = f": {event.why}" if event.why and steps is not None else ""
    return f"{settings()[event.setting].label} {event.before} -> {event.value}, {when}{why}"


def changed_short(event: Changed) -> str:
    """What changed, short enough for a chart: `lr x1 -> x0.5`."""
    return f"{event.setting.replace('_', ' ')} {event.before} -> {event.value}"


def images_words(event: Started) -> str:
    """How many images a run trains and validates on: `55,000 training images, 5,000 validation images`."""
    return f"{plural(event.train_images, 'training image')}, {plural(event.validation_images, 'validation image')}"


def event_news(event: Event) -> str:
    """A line of text about the event; empty for most events."""
    match event:
        case Started(validation_images=0):
            return f"{plural(event.train_images, 'training image')}, none held out for validation"
        case Started():
            return images_words(event)
        case EpochDone(val_digit_accuracy=float(), val_sum_accuracy=float()):
            found = f"validation digit {percent(event.val_digit_accuracy)}, sum {percent(event.val_sum_accuracy)}"
            return f"epoch {event.epoch}: {found}{BEST if event.best else ''}"
        case Validated():
            found = f"validation digit {percent(event.digit_accuracy)}, sum {percent(event.sum_accuracy)}"
            return f"step {event.step:,}: {found}"
        case Checkpointed(reason="request"):
            return f"step {event.step:,}: saved to {event.file}"
        case Changed():
            return changed_words(event)
        case Notice():
            return event.message
    return ""
