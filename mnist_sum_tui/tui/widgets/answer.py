"""The network's answer as text: the equation, how sure it is, and whether its digit and sum agree."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.content import Content
from textual.events import Click
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.renderables.digits import DIGITS, DIGITS3X3_BOLD
from textual.widget import Widget

from mnist_sum_tui.formatting import a_digit, answer, apart, bar, equation, first_fit, how_sure, track, uncapped
from mnist_sum_tui.glyphs import ASCII, BRAILLE, current

if TYPE_CHECKING:
    from mnist_sum_tui.inference.predict import Prediction

RIGHT, WRONG = BRAILLE.right, BRAILLE.wrong
MUTED = "$foreground-muted"
"""the style of what matters less"""
GLYPHS = {
    character: tuple(row.ljust(3) for row in DIGITS3X3_BOLD[3 * place : 3 * place + 3])
    for place, character in enumerate(DIGITS)
} | {"=": ("   ", 3 * BRAILLE.heavy[-1], "   ")}
"""the three rows of each character of large text: those of Textual's widget Digits, which has no equals sign"""
TIGHT = {"+": ("   ", " + ", "   "), "=": ("   ", " = ", "   ")}
"""narrower signs, which have a gap to the digits even without spaces"""
TIGHT_WIDTH, WIDE_WIDTH = 18, 22
"""columns of the longest equation, `9 + 9 = 18`, in large text without and with spaces"""


def large(text: str, is_tight: bool = False) -> list[str]:
    """Large text in three rows: a digit, + or = takes three columns, a space one; `is_tight` leaves out spaces."""
    if is_tight:
        shapes = [TIGHT.get(character) or GLYPHS[character] for character in text if character != " "]
    else:
        shapes = [(" ",) * 3 if character == " " else GLYPHS[character] for character in text]
    return ["".join(rows) for rows in zip(*shapes, strict=True)]


def agreement_line(said: "Prediction", width: int) -> tuple[str, str]:
    """Whether the sum is digit + number, in as many words as fit into a line, and the style for the words."""
    asked, is_not = f"{said.digit} + {said.number}", f"{said.digit + said.number}, not {said.sum}"
    close = f"{said.digit}+{said.number}={said.sum}"
    if said.verdict == "stranger" and said.truth is None:  # there may be no digit to agree about
        return first_fit([f"{words}: {close}" for words in ("if it is a digit", "if a digit", "if one")], width), MUTED
    if said.agrees:  # the equation says with each other, be they right or wrong
        words = ("the two answers agree", "answers agree", "both agree", "agree")
        return first_fit([f"{words[0]}: {asked} is {said.sum}", *(f"{each}: {close}" for each in words[1:])], width), ""
    forms = [
        f"the two answers disagree: {asked} is {is_not}",
        f"disagree: {asked} is {is_not}",
        f"{asked} is {is_not}",
        f"{asked} is not {said.sum}",
    ]
    return first_fit(forms, width), "bold $text-warning"


def sure_line(said: "Prediction", width: int) -> str:
    """The probabilities of both answers: `digit 98.2% sum 97.4%`, or, if that is too long, without decimals or words.

    Without decimals 99.9 % is `>99%`. Of two that are alike: `both >99% sure`.
    """
    for decimals in (1, 0):
        shares = max(said.digit_probabilities), max(said.sum_probabilities)
        digit, total = (how_sure(share, decimals, "%") for share in shares)
        line = f"both {total} sure" if digit == total else f"digit {digit} sum {total}"
        if len(line) <= width:
            return line
    return first_fit([line, f"{digit}, sum {total}"], width)


def doubt_line(said: "Prediction", width: int) -> str:
    """As `sure_line`, but of what is no digit it says that first, and the probabilities only if there is room."""
    sure = sure_line(said, width)
    if said.verdict != "stranger":
        return sure
    doubt = answer(said.digit, said.verdict, said.unsure_of, width)
    return first_fit([f"{doubt} {sure}", doubt], width)


def answer_lines(said: "Prediction", width: int, is_large: bool = False, at: str = "") -> Content:
    """Lines of text: the equation, the verdict unless it is sure, how sure, the true equation, whether both agree.

    `at` is the step of a training whose answer it is, if that is not the newest.
    """
    style = "$text-primary" if said.correct is None else "$text-success" if said.correct else "$text-error"
    is_one = said.verdict != "stranger"
    words = equation(said.digit, said.number, said.sum)
    shown = large(words, width < WIDE_WIDTH) if is_large else [words]
    lines: list[tuple[str, str]] = [(row, f"bold {style}" if is_one else MUTED) for row in shown]
    if said.verdict != "sure":
        lines.append((answer(said.digit, said.verdict, said.unsure_of, width), "bold $text-warning"))
    lines.append((sure_line(said, width), ""))
    if said.truth is not None:
        truth = equation(said.truth[0], said.number, said.truth[1])
        when = f" at {at}" if at else ""
        sign, forms = RIGHT if said.correct else WRONG, (said.rightness, said.rightness.partition(",")[0])
        lines.append((first_fit([f"{sign} {words}{when}" for words in forms], width), style))
        lines.append((f"truth {truth}", MUTED))
    lines.append(agreement_line(said, width))
    return Content("\n").join(Content.styled(text, style) for text, style in lines)


def all_ten(predictions: "tuple[Prediction, ...]", chosen: int, width: int = 0) -> Content:
    """One line per number: the equation, and whether it is right; an arrow marks the chosen number.

    If `width` is large enough, a word says which of digit and sum is wrong if the other is right, and a bar shows the
    probability of the sum.
    """
    lines, room = list[Content](), width - len("> 9 + 9 = 18 x  ") - len(" 100.0%")
    column = max((len(f" {said.wrong_half}".rstrip()) for said in predictions), default=0)
    column = column if width - column >= len("> 9+9=18 x") else 0
    is_tight, room = column > 0 and width - column < len("> 9 + 9 = 18 x"), room - column
    for said in predictions:
        mark = BRAILLE.chosen if said.number == chosen else " "
        if said.correct is None:
            sign, style = ("", "") if said.agrees else (BRAILLE.unlike, "$text-warning")
        else:
            sign, style = (RIGHT, "$text-success") if said.correct else (WRONG, "$text-error")
        words = equation(said.digit, said.number, said.sum)
        text = f"{mark} {words.replace(' ', ''):<6} " if is_tight else f"{mark} {words:<10} "
        weight = "bold" if said.number == chosen else MUTED
        line = Content.assemble((text, weight), (sign or " ", style))
        line += Content.styled(f" {said.wrong_half}".ljust(column)[:column], style)
        if room >= 8:
            share = max(said.sum_probabilities)
            line += Content.assemble((f"  {bar(share, room)} {how_sure(share, 1, '%'):>6}", weight))
        lines.append(line)
    return Content("\n").join(lines)


LIKENESS, FRAME = "how like a digit", 4
"""the name of the bar, and the columns that the frame takes beside it"""


def likeness_bar(score: float, threshold: float, width: int) -> Content:
    """The digit score as a thin bar; a mark in the middle is the threshold, so twice the threshold fills the bar."""
    done, rest = track(score / threshold / 2, width)
    whole, middle = done + rest, width // 2
    marked = f"{whole[:middle]}{BRAILLE.axes[0]}{whole[middle + 1 :]}"
    style = "$text-primary" if score >= threshold else "$text-warning"
    return Content.assemble((marked[: len(done)], style), (marked[len(done) :], MUTED))


class Likeness(Widget):
    """Shows how digit-like an image is; hidden if there is no digit score."""

    said: "reactive[Prediction | None]" = reactive(None)

    class Resized(Message):
        """Its size has changed, so its title may, too."""

    @property
    def _figures(self) -> tuple[float, float] | None:
        """The digit score and its threshold; None if there is no bar to draw."""
        said = self.said
        if said is None or said.digit_score is None or not said.threshold:
            return None
        return said.digit_score, said.threshold

    @property
    def title(self) -> str:
        """The name of the bar, to be written beside it, with its figures if there is room; empty while it is hidden."""
        if self._figures is None:
            return ""
        (score, threshold), is_like = apart(*self._figures), self._figures[0] >= self._figures[1]
        short = f"like a digit: {'yes' if is_like else 'no'}"
        return first_fit((f"{LIKENESS}: {score}, threshold {threshold}", short), self.content_size.width - FRAME)

    def on_resize(self) -> None:
        """The title may have less room now, or more."""
        self.post_message(self.Resized())

    def watch_said(self) -> None:
        """Hide or show the bar."""
        self.display = self._figures is not None

    def render(self) -> Content:
        """The bar."""
        if self._figures is None:
            return Content("")
        name = f"{LIKENESS} " if self.screen.has_class("-heat") else ""  # the frame that has the title is hidden then
        return Content(name) + likeness_bar(*self._figures, self.content_size.width - len(name))


class AnswerText(Widget):
    """Shows the answer of one prediction."""

    said: "reactive[Prediction | None]" = reactive(None, layout=True)
    at: reactive[str] = reactive("")
    """the step of a training whose answer it is, if that is not the newest"""

    def render(self) -> Content:
        """The answer; empty before the first prediction."""
        return self._lines(self.content_size.width)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """The rows that the answer takes in this width, before the widget has it."""
        return self._lines(width).get_height(self.styles.get_rules(), width)

    def _lines(self, width: int) -> Content:
        if self.said is None:
            return Content("")
        is_wide = not self.screen.has_class("-short") and width >= TIGHT_WIDTH
        return answer_lines(self.said, width, is_wide and current() is not ASCII, self.at)


class AllTen(Widget):
    """Shows the answers for one image and all ten numbers."""

    TITLE = "All ten numbers"
    predictions: "reactive[tuple[Prediction, ...]]" = reactive(())
    chosen: reactive[int] = reactive(0)

    @dataclass(eq=False)
    class Chosen(Message):
        """A number was clicked."""

        number: int

    @property
    def _shown(self) -> "tuple[Prediction, ...]":
        """The numbers for which there is room, the chosen one among them."""
        room = self.content_size.height or len(self.predictions)
        first = max(0, min(self.chosen - room // 2, len(self.predictions) - room))
        return self.predictions[first : first + room]

    def entitle(self) -> None:
        """Say in the title which numbers are shown, and what a misread image is: its sums look right."""
        shown = self._shown
        is_whole = len(shown) == len(self.predictions)
        title = self.TITLE if is_whole or not shown else f"Numbers {shown[0].number} to {shown[-1].number}"
        if shown and shown[0].label not in (None, shown[0].digit):
            title = f"It is {a_digit(shown[0].label)}{'' if is_whole else f': {uncapped(title)}'}"
        self.border_title = title

    watch_predictions = watch_chosen = on_resize = entitle

    def render(self) -> Content:
        """One line per number."""
        return all_ten(self._shown, self.chosen, self.content_size.width)

    def on_click(self, event: Click) -> None:
        """Choose the number of the line."""
        at, shown = event.get_content_offset(self), self._shown
        if at is not None and at.y < len(shown):
            self.post_message(self.Chosen(shown[at.y].number))
