"""What `mnist-sum predict` prints: the image, the equation, and how sure the network is."""

from typing import TYPE_CHECKING

from mnist_sum_tui.cli.layout import drawn, is_plain, say
from mnist_sum_tui.cli.pictures import half_blocks, has_half_blocks
from mnist_sum_tui.formatting import answer, apart, ascii_picture, bar, equation, how_sure, trim

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from mnist_sum_tui.formatting import Pixels
    from mnist_sum_tui.inference.predict import Prediction, Predictor

GAP = 3
"""columns between the pictures and the answer"""


def warn_of(out: "Console", predictor: "Predictor") -> None:
    """Print, before the answer, that a network which has hardly learned gives it; nothing of any other."""
    if predictor.is_useless:
        say(out, f"{predictor.source} is hardly trained: try --run best")


def print_prediction(
    out: "Console", pixels: "Pixels", prediction: "Prediction", predictor: "Predictor", what: str, *, is_drawn: bool
) -> None:
    """Print the image and the answer side by side, and below them what it is, what is odd, and which network answered.

    `what` names the image; `is_drawn` says that the number was drawn at random. `warn_of` has named a network that has
    hardly learned.
    """
    from rich.text import Text

    lines = _answer(prediction)
    _print_beside(out, _pictures(out, trim(pixels), max(line.cell_len for line in lines)), lines)
    title = Text(f"{what}, number {prediction.number}{' (random)' if is_drawn else ''}", "dim")
    if prediction.truth is not None and not prediction.correct:
        truth = equation(prediction.truth[0], prediction.number, prediction.truth[1])
        title = Text.assemble(title, (f"; correct: {truth}", ""))
    say(out, title)  # below the picture, which may fill a screen of 24 rows
    if not prediction.agrees:
        digit, number = prediction.digit, prediction.number
        say(out, f"the two answers disagree: {digit} + {number} is {digit + number}, not {prediction.sum}")
    if not predictor.is_useless:
        say(out, Text(f"by {predictor.source}", "dim"))


def _print_beside(out: "Console", picture: "list[Text]", answer: "list[Text]") -> None:
    """Print the answer to the right of the picture, or below it if the terminal is too narrow for both."""
    from rich.text import Text

    width = max(line.cell_len for line in picture)
    if is_plain():
        lines = answer
    elif width + GAP + max(line.cell_len for line in answer) > out.width:
        lines = [*picture, Text(), *answer]
    else:
        top = max(0, (len(picture) - len(answer)) // 2)
        lines = list(picture)
        lines += [Text()] * (top + len(answer) - len(lines))
        for place, line in enumerate(answer, top):
            lines[place] = Text.assemble(lines[place], " " * (width + GAP - lines[place].cell_len), line)
    for line in lines:
        out.print(line, soft_wrap=True)


def _answer(prediction: "Prediction") -> "list[Text]":
    """Lines of text: the equation, and how sure the network is of each of its two answers."""
    from rich.text import Text

    colour = {True: "green", False: "red", None: "cyan"}[prediction.correct]
    verdict = f"  {prediction.rightness}".rstrip()
    shown = equation(prediction.digit, prediction.number, prediction.sum)
    doubt = Text(answer(prediction.digit, prediction.verdict, prediction.unsure_of), "bold")
    if prediction.verdict == "stranger":
        lines = [doubt, Text.assemble(f"if it is one: {shown}", (verdict, colour)), Text()]
    else:
        lines = [Text.assemble((shown, f"bold {colour}"), (verdict, colour)), Text()]
        if prediction.verdict == "unsure":
            lines.append(doubt)
    for name, value, probabilities in (
        ("digit", prediction.digit, prediction.digit_probabilities),
        ("sum", prediction.sum, prediction.sum_probabilities),
    ):
        share = probabilities[value]
        lines.append(Text(f"{name:<5} {value:>2}  {drawn(bar(share, 10))} {how_sure(share, 2)}"))
    if (score := prediction.digit_score) is not None:
        figures = (f"{score:.3f}",) if prediction.threshold is None else apart(score, prediction.threshold)
        words = "below threshold" if prediction.verdict == "stranger" else "threshold"
        named = zip(("how like a digit", words), figures, strict=False)  # with --never-refuse the score alone
        lines += [Text(f"{name:<16}  {value}") for name, value in named]
    return lines


def _pictures(out: "Console", pixels: "Pixels", beside: int) -> "list[Text]":
    """The image in characters; if the terminal has true colour and room, also in half-blocks to the right.

    There is room if the answer, which has `beside` columns, still stands beside both, because they fill a screen.
    """
    from rich.text import Text

    lines = [Text(line) for line in ascii_picture(pixels)]
    if lines[0].cell_len > out.width:
        return [Text(f"(the picture needs {lines[0].cell_len} columns)")]
    if not has_half_blocks(out) or 3 * len(pixels[0]) + 2 * GAP + beside > out.width:
        return lines
    for place, blocks in enumerate(half_blocks(pixels), len(lines) // 4):
        lines[place] = Text.assemble(lines[place], " " * GAP, blocks)
    return lines
