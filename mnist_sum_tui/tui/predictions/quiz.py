"""The quiz: choose its images, compare the answers, count the score. numpy only."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mnist_sum_tui.formatting import duration, equation, percent
from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.runs.quiz_scores import Score

if TYPE_CHECKING:
    from mnist_sum_tui.inference.predict import Prediction

QUESTIONS, HARDEST = 10, 100
"""the images of a quiz; half of them are among the HARDEST, of which the network is least sure"""


class Asked(NamedTuple):
    """A question of the quiz: an image and a number."""

    image: int
    """its index in the test file"""
    number: int


def choose(sureness_nk: NDArray[np.float32], chance: np.random.Generator) -> list[Asked]:
    """The questions of a quiz in random order, no image twice, from the network's sureness of each pair (N, 10)."""
    order = sureness_nk.min(1).argsort(kind="stable")
    hard = min(HARDEST, len(order) // 2)
    half = min(QUESTIONS // 2, hard)
    rest = min(QUESTIONS, len(order)) - half
    rows = np.concatenate([chance.choice(order[:hard], half, False), chance.choice(order[hard:], rest, False)])
    return [Asked(int(row), int(chance.integers(10))) for row in chance.permutation(rows)]


@dataclass(frozen=True, slots=True)
class Answered:
    """The user's and the network's answer to one question."""

    digit: int
    sum: int
    """the digit and the sum that the user typed"""
    seconds: float
    said: "Prediction"
    """the network's answer, with the true digit"""
    network_seconds: float

    @property
    def is_right(self) -> bool:
        """Whether the user's digit and sum are both right."""
        return (self.digit, self.sum) == self.said.truth

    def lines(self) -> list[str]:
        """Three lines: the user's answer, the network's, and the truth."""
        own, said = equation(self.digit, self.said.number, self.sum), self.said
        network = equation(said.digit, said.number, said.sum)
        assert said.truth is not None
        return [
            f"You      {own:<10} {_mark(self.is_right)} {duration(self.seconds)}",
            f"Network  {network:<10} {_mark(bool(said.correct))} {_short(self.network_seconds)}",
            f"It is    {equation(said.truth[0], said.number, said.truth[1])}",
        ]


def score_of(answers: Sequence[Answered], network: str, today: str) -> Score:
    """The score of a quiz, to be kept."""
    return {
        "when": today,
        "network": network,
        "images": len(answers),
        "right": sum(answer.is_right for answer in answers),
        "seconds": sum(answer.seconds for answer in answers),
        "network_right": sum(bool(answer.said.correct) for answer in answers),
        "network_seconds": sum(answer.network_seconds for answer in answers),
    }


def score_lines(score: Score, before: Sequence[Score]) -> list[str]:
    """Both results of a quiz, and how the user's compares with the best so far."""
    most = max((other["right"] / max(other["images"], 1) for other in before), default=None)
    share = score["right"] / max(score["images"], 1)
    lines = [
        f"You      {score['right']} of {score['images']} in {duration(score['seconds'])}",
        f"Network  {score['network_right']} of {score['images']} in {_short(score['network_seconds'])}",
        "Half of the images are hard ones for the network.",
    ]
    if most is not None:
        lines.append("Your best so far!" if share > most else f"Your best so far: {percent(most, 0)} right")
    return lines


def _mark(is_right: bool) -> str:
    return BRAILLE.right if is_right else BRAILLE.wrong


def _short(seconds: float) -> str:
    """A duration, with milliseconds below one second: `4 ms`."""
    return duration(seconds) if seconds >= 0.9995 else f"{seconds * 1000:.0f} ms"
