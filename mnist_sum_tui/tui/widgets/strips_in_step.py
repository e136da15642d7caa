"""StripsInStep: the sample images of two runs side by side, each with that run's answers at the same moment."""

from collections.abc import Sequence
from typing import NamedTuple

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from mnist_sum_tui.charts.thumbnail import Image
from mnist_sum_tui.runs.events import Samples
from mnist_sum_tui.tui.widgets.common import Line
from mnist_sum_tui.tui.widgets.sample_strip import SampleStrip

COUNT = 2
"""how many runs have strips"""


class Answers(NamedTuple):
    """All answers of a run for its sample images."""

    name: str
    samples: Sequence[Samples]
    images: dict[int, Image]
    """the images that could be read, by their index in the training file"""


class StripsInStep(Horizontal):
    """Shows a strip for each of two runs, below the run's name."""

    def compose(self) -> ComposeResult:
        """Two strips side by side."""
        for _ in range(COUNT):
            with Vertical():
                yield Line(classes="whose", markup=False)
                yield SampleStrip()

    def show(self, found: Sequence[Answers], newest: Sequence[Samples | None]) -> None:
        """Show the newest answers of each run; before its first answers, only its images."""
        for line, strip, answers, samples in zip(self.query(Line), self.query(SampleStrip), found, newest, strict=True):
            line.say(answers.name if samples is None else f"{answers.name}, answers kept at step {samples.step:,}")
            if samples is None and answers.samples:
                strip.show(answers.samples[0], answers.images)
            strip.show(samples, answers.images)
