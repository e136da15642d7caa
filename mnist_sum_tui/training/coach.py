"""The coach during a training: says in one plain sentence what is happening, and what to try. Rules only, no torch.

`Coach` takes in the events one by one; the guide's page `coach` has a paragraph for each topic.
"""

import math
from collections.abc import Iterable

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.formatting import plural, small
from mnist_sum_tui.runs.event_words import BUSY
from mnist_sum_tui.runs.events import Advice, Changed, EpochDone, Event, Health, Progress, Started, System
from mnist_sum_tui.runs.knob_turns import Turn, known, turned
from mnist_sum_tui.sizes import DIGITS, SUMS
from mnist_sum_tui.training.coach_memory import KNOWS, SETTLED, Seen
from mnist_sum_tui.training.dead_units import DeadUnits
from mnist_sum_tui.training.diverged import ALIKE, TURN_BACK, lower_rate, turned_up
from mnist_sum_tui.training.knobs import Knobs
from mnist_sum_tui.training.other_programs import OtherPrograms
from mnist_sum_tui.training.phases import phase
from mnist_sum_tui.training.topics import DEAD, NEXT, RENEWED, STANDS, TURNED, WARNINGS, Said
from mnist_sum_tui.training.turned_settings import raised_by, why_raised
from mnist_sum_tui.training.validations import FEW_IMAGES, trouble

HOLD, JUMP_EVENTS = 15, 10
"""Progress events for which a sentence stands at least, unless a warning comes; and of a high loss before one comes"""
HEARD = tuple(event.kind for event in (Started, Progress, EpochDone, Changed, Advice, System, Health))
"""the kinds of events that it needs"""
STILL_STEPS = 300
"""so many steps after which the digit is still a guess are a warning"""
RUINED_STEPS = 100
"""steps after which weights that still guess, although a rate that was turned up is turned back, count as ruined"""
GUESSING_LOSS = (math.log(DIGITS) + math.log(SUMS)) / 2
"""the mean of both losses if all digits and all sums are equally probable"""


class Coach:
    """Says what the events of one training mean."""

    def __init__(self, config: TrainConfig, before: Iterable[Event], knobs: Knobs) -> None:
        """`before` has all events of earlier processes of this run; `knobs` are turned while it trains."""
        self._config, self._to_try = config, f"try {small(lower_rate(config))}"
        self._started: Started | None = None
        self._seen = Seen()
        self._topic, self._words, self._at_event, self._at_second = "", "", 0, 0.0
        self._said, self._told = dict[str, str](), set[str]()
        """the first sentence of each topic, and all sentences"""
        self._knobs, self._turns = knobs, dict[Turn, None]()
        """`_turns` has, as keys, the turns that have held in this run"""
        self._others, self._dead = OtherPrograms(), DeadUnits()
        self._before_busy: Said | None = None
        """what a sentence about other programs has interrupted"""
        turns: tuple[Turn, ...] = ()
        for event in before:
            if isinstance(event, Changed):
                turns = known((*turns, event.turn), event.step)
            elif isinstance(event, Advice):
                self._note(event.topic, event.words)
            else:
                self._take(event, turns)

    def add(self, event: Event) -> Said | None:
        """Take in an event; returns a topic and a sentence if there is something new to say, else None."""
        found = self._find() if self._take(event, self._knobs.turns) else None
        if found is None or not self._is_news(*found, event):
            return None
        self._note(*found)
        return found

    def _take(self, event: Event, turns: Iterable[Turn]) -> bool:
        """Take in an event at which these turns are known; returns whether it may give something to say."""
        if isinstance(event, Started):
            self._started, self._others = event, OtherPrograms()
            self._seen.begin()
        elif isinstance(event, EpochDone):
            self._seen.note_epoch(event)
        elif isinstance(event, System):
            self._others.note(event, self._started)
        elif isinstance(event, Health):
            self._dead.note(event)
        elif isinstance(event, Progress) and math.isfinite(event.loss):
            held = turned(turns, event.step)
            self._seen.note(event, held["lr"].number if "lr" in held else 1.0)
            self._turns.update(dict.fromkeys(held.values()))
        else:
            return False
        return True

    def _is_news(self, topic: str, words: str, event: Event) -> bool:
        """Whether a sentence is said now: not if it stands already, nor soon after another one if it can wait."""
        is_over = self._topic == BUSY and not (self._others.is_told and self._stood < STANDS)
        is_urgent = topic in WARNINGS or is_over or not self._topic or (topic in NEXT and topic not in self._said)
        is_renewed = isinstance(event, EpochDone) if topic == "chance" else topic in RENEWED and words != self._words
        return (topic != self._topic or is_renewed) and (is_urgent or self._seen.events - self._at_event >= HOLD)

    def _note(self, topic: str, words: str) -> None:
        """Note what was said last."""
        if topic == BUSY != self._topic:
            self._before_busy = (self._topic, self._words) if self._topic else None
        self._told.add(words)
        self._said.setdefault(topic, words)
        self._topic, self._words, self._at_event, self._at_second = topic, words, self._seen.events, self._seen.elapsed

    def _once(self, topic: str, words: str) -> Said | None:
        """The sentence, if it was not told yet, or stands since less than STANDS; else None."""
        stands = topic == self._topic and self._stood < STANDS
        return (topic, words) if stands or words not in self._told else None

    @property
    def _stood(self) -> float:
        """For how many seconds of training the last sentence has been the last one."""
        return self._seen.elapsed - self._at_second

    def _find(self) -> Said | None:
        """The topic that matters most now, and its sentence."""
        if self._seen.events < SETTLED:
            return self._few_images()
        rules = (
            self._ruined, self._too_high, self._too_low, self._dead_units, self._validated, self._busy, self._phase,
        )  # fmt: skip
        found = next((found for rule in rules if (found := rule())), None)
        return found or (self._before_busy if self._topic == BUSY else None)

    def _few_images(self) -> Said | None:
        images = self._started.train_images if self._started else FEW_IMAGES
        words = f"Only {plural(images, 'image')} to learn from: it will know them by heart"
        return ("few-images", words) if images < FEW_IMAGES else None

    def _ruined(self) -> Said | None:
        """That a rate which was turned up, and is turned back, has ruined the weights."""
        raised, held = turned_up(self._turns, self._seen.step), self._knobs.rate_turn_at(self._seen.step)
        if raised is None or held is None or self._is_turned_up or self._seen.step < held.step + RUINED_STEPS:
            return None
        if not self._seen.is_guess or not (self._seen.has_read or "too-high" in self._said):
            return None
        return "ruined", (
            f"The rate of {raised.value} after step {raised.step:,} has ruined the weights; "
            "turning it back does not heal them: stop and begin again"
        )

    def _too_high(self) -> Said | None:
        seen, rate = self._seen, TURN_BACK if self._is_turned_up else self._to_try
        if (high := seen.loss.value) > 2 * GUESSING_LOSS:
            loss = f"{high:,.1f}" if high < 1e6 else f"{high:.1e}"
            return "too-high", (
                f"The learning rate is too high ({rate}): the smoothed mean of both losses was {loss} "
                f"at step {seen.step:,}, far above that of guessing, {GUESSING_LOSS:.1f}"
            )
        is_high = seen.high_events >= JUMP_EVENTS
        has_risen = self._is_turned_up and seen.has_risen
        if (is_high or has_risen) and (turn := raised_by(self._turns, seen.low_step, seen.step)):
            return self._once(TURNED, words) if (words := why_raised(turn, self._turns, self._config)) else None
        if is_high:
            return "too-high", f"The loss jumps up again: the learning rate is too high ({rate})"
        if has_risen:
            return "too-high", f"The loss has risen since the learning rate was turned up: {TURN_BACK}"
        if self._seen.is_guess and self._seen.has_read and not self._is_turned:
            return "too-high", f"The digit is a guess again: the learning rate is too high ({rate})"
        return None

    def _too_low(self) -> Said | None:
        seen = self._seen
        if not seen.is_guess or seen.has_read or seen.step <= STILL_STEPS or seen.total.value >= KNOWS:
            return None
        words = f"After {seen.step:,} steps the digit is still a guess"
        return "too-low", f"{words}: the learning rate is too low or too high"

    def _dead_units(self) -> Said | None:
        return self._once(DEAD, self._dead.words) if self._dead.words else None

    def _validated(self) -> Said | None:
        return trouble(self._seen.epochs, self._started)

    @property
    def _is_turned_up(self) -> bool:
        """Whether the user has turned the learning rate up, so that it is not the config's."""
        return self._knobs.factor_at(self._seen.step) >= ALIKE

    @property
    def _is_turned(self) -> bool:
        """Whether the user has changed a setting, so that the run is no longer what its config says."""
        return any(turn.step <= self._seen.step for turn in self._turns)

    def _busy(self) -> Said | None:
        words = self._others.words(self._seen.slow_events, self._stood if self._topic == BUSY else None)
        return (BUSY, words) if words else None

    def _phase(self) -> Said | None:
        return phase(self._seen, self._said, self._config, self._started)
