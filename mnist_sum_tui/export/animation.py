"""A recorded training as an animated SVG: the accuracy curves grow and the network's answers become right.

    python -m mnist_sum_tui.export.animation [RECORDING OUT.svg]

Without arguments it draws the recording in the package as `guide/training.svg`; RECORDING may be the metrics.jsonl of
any run. Every number and every answer in the picture comes from the recording. Its title names only network, epochs and
recipe; `mnist-sum runs export --svg` draws a run with its whole command.
"""

import sys
import textwrap
from collections.abc import Sequence
from html import escape
from pathlib import Path

from mnist_sum_tui.atomic import write_atomic
from mnist_sum_tui.charts.series import HEADS
from mnist_sum_tui.errors import DataError, MnistSumError
from mnist_sum_tui.export.moving.chart import chart
from mnist_sum_tui.export.moving.film import Film, readable, row, text
from mnist_sum_tui.export.moving.looks import EDGE, HEIGHT, INNER, LINE, MUTED, PAPER, STYLE, TRACK, WIDTH
from mnist_sum_tui.export.moving.story import SECONDS, TESTED, Story
from mnist_sum_tui.export.moving.strip import strip
from mnist_sum_tui.export.recording import RECORDED
from mnist_sum_tui.formatting import percent
from mnist_sum_tui.own_network import option_for
from mnist_sum_tui.runs.events import Event
from mnist_sum_tui.runs.journal import read_events

PICTURE = Path(__file__).parents[1] / "guide" / "training.svg"
FADE = 0.4
"""seconds of fading in at the start and fading out at the end"""
TITLE_LETTERS = 96
"""the letters that the title has room for"""


def svg(events: Sequence[Event], command: str = "", data_dir: str | None = None) -> str:
    """The animated SVG of a training's events, with the command that repeats it as its title.

    Without one the title is a command made from the events, which lack most settings. `data_dir` is the folder of its
    images, if they are not the built-in MNIST.

    Raises:
        DataError: the events are too few to show, or their sample images are not there.
    """
    story, film = Story(events), Film(SECONDS)
    shown = [(0.0, 0), (FADE, 1), (SECONDS - FADE, 1), (SECONDS, 0)]
    faded = film.animate([(at, f"opacity:{share}") for at, share in shown])
    scenes = [scene(story, film) for scene in (_figures, _position, chart, _captions)]
    moving = "\n".join([*scenes, strip(story, film, data_dir)])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="t d">\n'
        f'<title id="t">mnist-sum learns to read digits and to add</title>\n<desc id="d">{_described(story)}</desc>\n'
        f"<style>{STYLE}{film.style()}\n</style>\n{_window(command or _command(story))}\n"
        f'<g class="{faded}">\n{moving}\n</g>\n</svg>\n'
    )


def _described(story: Story) -> str:
    """The description for screen readers."""
    words = f"A recorded training of the network {_safe(story.started.model)}. "
    if story.has_learned:
        words += (
            "Two accuracy curves rise over the steps, first that of the digit, later that of the sum; "
            "the answers below a few images turn from wrong to right."
        )
    else:
        digit, total = (percent(story.raw[head][-1]) for head in HEADS)
        words += (
            "Two curves show the training accuracy of digit and sum over the steps, and below a few images stand the "
            f"network's answers. At the last of these steps {digit} of the digits and {total} of the sums are right."
        )
    if story.test is None:
        return f"{words} {story.captions()[-1][-1]}"
    digit, total = percent(story.test.digit_accuracy), percent(story.test.sum_accuracy)
    return f"{words} At the end {digit} of the digits and {total} of the sums of the test images are right."


def _safe(words: str) -> str:
    """Text from a file, made safe for XML."""
    return escape("".join(letter for letter in words if letter.isprintable()))


def _command(story: Story) -> str:
    started = story.started
    model = option_for(started.model) or f" --model {started.model}"
    recipe = f" --recipe {started.recipe}" if started.recipe != "standard" else ""
    return f"mnist-sum train{model} --epochs {started.epochs}{recipe}"


def _window(command: str) -> str:
    """A window frame with the command as its title, cut where it is too long."""
    title = _safe(textwrap.shorten(command, TITLE_LETTERS, placeholder=" ..."))
    dots = "".join(f'<circle cx="{24 + 20 * place}" cy="20" r="5.5" fill="{LINE}"/>' for place in range(3))
    return (
        f'<rect x=".5" y=".5" width="{WIDTH - 1}" height="{HEIGHT - 1}" rx="12" fill="{PAPER}" stroke="{LINE}"/>'
        f'<path d="M1 40H{WIDTH - 1}" stroke="{LINE}"/>{dots}{text(WIDTH / 2, 25, title, "small muted middle")}'
    )


def _figures(story: Story, film: Film) -> str:
    """The accuracy of both heads in large digits: of training, and at the end of the test."""
    found = []
    for place, head in enumerate(HEADS):
        name, x = f"{head}_accuracy", EDGE + 300 * place
        shares = [(story.second(event.step), getattr(event, name)) for event in story.progress]
        notes = [(0.0, "training accuracy")]
        if story.test is not None:
            shares.append((TESTED, getattr(story.test, name)))
            notes.append((TESTED, "test accuracy"))
        values = [(at, row(44, percent(share), f"large {head}")) for at, share in shares]
        values.insert(0, (0.0, row(44, "?", "large muted")))
        heading = '<tspan class="bold {0}">{0}</tspan> <tspan class="small muted">{1}</tspan>'
        found.append(
            film.reel((x, 54, 292, 26), [(at, row(18, heading.format(head, note))) for at, note in notes])
            + film.reel((x, 82, 280, 62), readable(values))
        )
    return "\n".join(found)


def _position(story: Story, film: Film) -> str:
    """The size of network and data; epoch and step as text and as a progress bar."""
    started = story.started
    places = [(0.0, 1, 0), *((story.second(event.step), event.epoch, event.step) for event in story.progress)]
    words = f"epoch {{}} of {started.epochs}, step {{:,}} of {started.total_steps:,}"
    frames = [(at, text(360, 18, words.format(*place), "small right")) for at, *place in places]
    bar = film.animate([(at, f"transform:scaleX({step / story.steps:.4f})") for at, _, step in places])
    end = f"scale({places[-1][2] / story.steps:.4f} 1)"
    facts = (f"{started.parameters:,} parameters", f"{started.train_images:,} images")
    return (
        "".join(text(WIDTH - EDGE, 72 + 24 * place, fact, "small muted right") for place, fact in enumerate(facts))
        + film.reel((WIDTH - EDGE - 360, 102, 360, 26), frames)
        + f'<rect x="{EDGE}" y="146" width="{INNER}" height="4" fill="{TRACK}"/>'
        f'<g transform="translate({EDGE} 146)">'
        f'<rect class="{bar}" transform="{end}" width="{INNER}" height="4" fill="{MUTED}"/></g>'
    )


def _captions(story: Story, film: Film) -> str:
    return film.reel((EDGE, 424, INNER, 34), [(at, row(23, words, "said")) for at, _, words in story.captions()])


if __name__ == "__main__":
    if len(sys.argv) not in (1, 3):
        sys.exit("usage: python -m mnist_sum_tui.export.animation [RECORDING OUT.svg]")
    source, target = (Path(name) for name in sys.argv[1:3]) if len(sys.argv) == 3 else (RECORDED.metrics_file, PICTURE)
    try:
        write_atomic(target, svg(list(read_events(source))).encode())
    except MnistSumError as error:
        sys.exit(f"error: {source}: {error}" if isinstance(error, DataError) else f"error: {error}")
