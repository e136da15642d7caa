"""The coach during a training: says in one plain sentence what is happening, and what to try. Rules only, no torch.

`Coach` takes in the events one by one; the guide's page `coach` has a paragraph for each topic.
"""

import math
from collections.abc import Iterable

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.formatting import percent, plural
from mnist_sum_tui.runs.accuracies import accuracies
from mnist_sum_tui.runs.event_words import BUSY
from mnist_sum_tui.runs.events import Advice, EpochDone, Event, Progress, Started, System
from mnist_sum_tui.runs.knob_turns import turned
from mnist_sum_tui.training.coach_memory import ADDS, SETTLED, Seen, now
from mnist_sum_tui.training.diverged import ALIKE, rate_to_try, turned_up, turns_of
from mnist_sum_tui.training.knobs import Knobs
from mnist_sum_tui.training.race import Ghost, verdict
from mnist_sum_tui.training.validations import below_training, overfitting_since, within_chance

HOLD = 15
"""Progress events for which a sentence is kept at least, unless a warning replaces it"""
JUMP_EVENTS, BUSY_EVENTS = 10, 50
"""Progress events for which the loss is high, or the training slow, before a warning comes"""
BUSY_STANDS = 100
"""Progress events after which the sentence on a busy machine is dropped, although the machine is still busy"""
WORSE = 1.5
"""the loss has risen with the rate if it is more than this many times its lowest value, plus 0.05"""
READS, KNOWS = 0.5, 0.9
"""accuracies from which on the network counts as reading digits, and as knowing both"""
FEW_IMAGES = 2_000
COOL = 0.3
"""the learning rate has fallen if it is below this share of its peak"""
STILL, STILL_STEPS = 0.97, 300
"""the digit is a guess while its loss is above this share of the first; so many steps without a fall are a warning"""
RUINED_STEPS = 100
"""steps after which weights that still guess, although a rate that was turned up is turned back, count as ruined"""
CROWDED_SHARE, GOT, FULL, CROWDED_EVENTS = 0.4, 0.8, 0.85, 2
"""a warning comes if other programs take CROWDED_SHARE of the cores or more, our threads get less than GOT of what they
could use, and both together fill more than FULL, for so many System events"""
PHASES = ("sees", "guesses", "adds", "agrees", "ghost", "knows", "cools", "chance", "too-easy")
SLOW_TO_ADD = ("original", "original-2fc", "pictured")
"""networks that have to find addition with ordinary layers"""
GUESSING_LOSS = (math.log(10) + math.log(19)) / 2
"""the mean of both losses if all digits and all sums are equally probable"""
FAR_BELOW = 0.05
"""if a validation accuracy is this far below that of training (0.05: five points), the steps are too large"""
WARNINGS = ("too-high", "ruined", "unsettled", "too-low", "overfitting", BUSY, "few-images")
"""the topics; the guide's page `coach` has a paragraph for each"""


class Coach:
    """Says what the events of one training mean."""

    def __init__(self, config: TrainConfig, before: Iterable[Event], knobs: Knobs) -> None:
        """`before` has the events of earlier processes of this run; `knobs` are turned while it trains."""
        earlier = list(before)
        self._config, self._to_try = config, f"try {rate_to_try(config):g}"
        self._epochs = [event for event in earlier if isinstance(event, EpochDone)]
        self._started: Started | None = None
        self._seen = Seen()
        self._topic, self._since = "", 0
        self._before_ghost, self._raced = "", ""
        """the topic that a sentence about the ghost interrupted; and the last verdict on the race: Faster or Slower"""
        told = [event for event in earlier if isinstance(event, Advice)]
        self._earlier = {event.topic: event.words for event in told}
        """what earlier processes of this run said"""
        self._said = set(self._earlier)
        for event in told:
            self._note(event.topic if event.topic in PHASES else "", event.words)
        self._knobs, self._turns = knobs, dict.fromkeys(turns_of(earlier))
        """`_turns` has all turns that have held, in order, as keys"""
        self._is_told_busy = False
        """whether it was told that the processor is taken, which still lasts"""
        self.ghost: Ghost | None = None
        """the best earlier run; it may be set after the training has begun"""

    def add(self, event: Event) -> tuple[str, str] | None:
        """Take in an event; returns a topic and a sentence if there is something new to say, else None."""
        if isinstance(event, Started):
            self._started = event
        elif isinstance(event, EpochDone):
            self._epochs.append(event)
        elif isinstance(event, System):
            self._seen.crowded = self._seen.crowded + 1 if self._is_crowded(event) else 0
            self._seen.others = event.others or 0.0
        elif isinstance(event, Progress) and math.isfinite(event.loss):
            self._seen.note(event, is_resumed=self._started is not None and self._started.resumed)
            self._turns.update(dict.fromkeys(turned(self._knobs.turns, event.step).values()))
        else:
            return None
        topic, words = self._find()
        is_urgent = topic in WARNINGS or not self._topic or (topic == "adds" and topic not in self._said)
        standing = (self._topic, self._before_ghost) if self._topic == "ghost" else (self._topic,)
        is_same = topic in standing and not (topic == "chance" and isinstance(event, EpochDone))
        if not topic or is_same or (self._seen.events - self._since < HOLD and not is_urgent):
            return None
        self._note(topic, words)
        self._said.add(topic)
        return topic, words

    def _note(self, topic: str, words: str) -> None:
        """Note what was said last."""
        if topic == "ghost":
            self._before_ghost, self._raced = self._topic, words.partition(" ")[0]
        self._topic, self._since = topic, self._seen.events

    def _find(self) -> tuple[str, str]:
        """The topic that matters most now, and its sentence; two empty strings if there is none."""
        if self._seen.events < SETTLED:
            images = self._started.train_images if self._started else FEW_IMAGES
            if images < FEW_IMAGES:
                return "few-images", f"Only {plural(images, 'image')} to learn from: it will know them by heart"
            return "", ""
        return next((found for found in (self._warning(), self._race(), self._phase()) if found), ("", ""))

    def _warning(self) -> tuple[str, str] | None:
        if ruined := self._ruined():
            return ruined
        seen, rate = self._seen, f"try {rate_to_try(self._config):g}" if not self._is_turned_up else "turn it back"
        if (high := now(seen.loss)) > 2 * GUESSING_LOSS:
            loss = f"{high:,.1f}" if high < 1e6 else f"{high:.1e}"
            return (
                "too-high",
                f"The learning rate is too high ({rate}): the mean of both losses was {loss} at step {seen.step:,}, "
                f"far above that of guessing, {GUESSING_LOSS:.1f}",
            )
        if seen.high_events >= JUMP_EVENTS:
            return "too-high", f"The loss jumps up again: the learning rate is too high ({rate})"
        if self._is_turned_up and now(seen.loss) > WORSE * seen.lowest + 0.05:
            return "too-high", "The loss has risen since the learning rate was turned up: turn it back"
        if self._is_guess and self._has_read:
            words = f"The digit is a guess again: the learning rate is too high ({rate})"
            return None if self._turns else ("too-high", words)
        if self._is_guess and seen.step > STILL_STEPS:
            words = f"After {seen.step:,} steps the digit is still a guess"
            return "too-low", f"{words}: the learning rate is too low or too high"
        if since := overfitting_since(self._epochs, self._validation_images):
            return "overfitting", (
                f"Since epoch {since} it gets better on its own images only: overfitting; try to augment, or stop"
            )
        if (below := below_training(self._epochs)) > FAR_BELOW:
            return "unsettled", (
                f"The validation of epoch {self._epochs[-1].epoch} is {percent(below, 0)} below its training: "
                "the steps are too large; turn the rate down"
            )
        return self._busy()

    def _ruined(self) -> tuple[str, str] | None:
        """That a rate which was turned up, and is turned back, has ruined the weights."""
        raised, held = turned_up(self._turns, self._seen.step), self._knobs.rate_turn_at(self._seen.step)
        if raised is None or held is None or self._is_turned_up or self._seen.step < held.step + RUINED_STEPS:
            return None
        if not self._is_guess or not (self._has_read or "too-high" in self._said):
            return None
        return "ruined", (
            f"The rate of {raised.value} after step {raised.step:,} has ruined the weights; "
            "turning it back does not heal them: stop and begin again"
        )

    @property
    def _is_guess(self) -> bool:
        """Whether the digit is guessed."""
        return now(self._seen.digit_loss) > STILL * self._seen.first_digit_loss and now(self._seen.digit) < ADDS

    @property
    def _has_read(self) -> bool:
        """Whether the network has read digits at any time in this run."""
        return max([self._seen.most_digit, *(epoch.digit_accuracy for epoch in self._epochs)]) >= READS

    @property
    def _is_turned_up(self) -> bool:
        """Whether the user has turned the learning rate up, so that it is not the config's."""
        return self._knobs.factor_at(self._seen.step) >= ALIKE

    def _busy(self) -> tuple[str, str] | None:
        """That something else takes the processor: told once while it lasts, then what is learned is told again."""
        seen = self._seen
        is_crowded = seen.crowded >= CROWDED_EVENTS
        if not is_crowded and seen.slow_events < BUSY_EVENTS:
            self._is_told_busy = False
            return None
        if self._is_told_busy and (self._topic != BUSY or seen.events - self._since >= BUSY_STANDS):
            return None
        self._is_told_busy = True
        if is_crowded:
            share = percent(seen.others, 0)
            return BUSY, f"Something else takes {share} of the cores: stop it, and the training gets them"
        return BUSY, "It trains at half of its best speed: something else takes the processor"

    def _is_crowded(self, event: System) -> bool:
        """Whether other programs take cores that the training's threads could use."""
        if self._started is None or self._started.device != "cpu" or event.others is None:
            return False
        wanted = min(self._started.threads / event.cores, 1.0)
        return event.others >= CROWDED_SHARE and event.own < GOT * wanted and event.own + event.others > FULL

    def _race(self) -> tuple[str, str] | None:
        """Which run is ahead, if that is news, and no other program or changed setting is why."""
        was_disturbed = self._seen.slow_events or self._seen.crowded or BUSY in self._said or self._turns
        word, words = verdict(self._seen.reached.at, self.ghost) if self.ghost and not was_disturbed else ("", "")
        return ("ghost", words) if word not in ("", self._raced) else None

    def _phase(self) -> tuple[str, str]:
        digit, total = now(self._seen.digit), now(self._seen.total)
        if self._said & {"too-high", "ruined"} and digit < ADDS:  # nothing was learned since, so that still stands
            return "", ""
        if digit < READS and self._has_read:  # it has become worse, which only a warning may explain
            return "", ""
        if digit < READS:
            return "sees", "It learns to read digits; the sum is a guess as long as the digit is"
        if total < ADDS:
            words = "It reads most of the digits, but the sum still guesses: adding comes after reading"
            is_slow = self._config.model in SLOW_TO_ADD
            return "guesses", f"{words} (with compact or swift sooner)" if is_slow else words
        if min(digit, total) < KNOWS:
            if "agrees" in self._said:  # it has become worse, too
                return "", ""
            if "adds" in self._earlier:  # this process has not seen when
                return "adds", self._earlier["adds"]
            since = self._seen.adds_since or self._seen.step
            return "adds", f"Since about step {since:,} it learns to add: the sum is more than guessed"
        if "agrees" not in self._said or (self._topic == "agrees" and self._seen.events - self._since < HOLD):
            return "agrees", "The sum is right where the digit is: from here on both get better together"
        if self._epochs and accuracies(self._epochs[-1]) == (1.0, 1.0):
            return "too-easy", "Every validation image is right: these images are too easy to tell networks apart"
        if gained := within_chance(self._epochs, self._validation_images):
            return (
                "chance",
                f"{'It gains little more' if self._is_cool else 'The learning rate is still high'}: {gained}",
            )
        if self._config.schedule != "constant" and self._is_cool:
            return "cools", "The learning rate falls: smaller steps, and the last errors settle"
        return "knows", "Digit and sum are right most of the time; now the rare ones are learned"

    @property
    def _is_cool(self) -> bool:
        """Whether the learning rate has fallen, or will not fall."""
        return self._config.schedule == "constant" or self._seen.rate < COOL * self._seen.peak_rate

    @property
    def _validation_images(self) -> int:
        return self._started.validation_images if self._started else 0
