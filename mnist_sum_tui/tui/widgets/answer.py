"""The answer of the network as text: its equation, the correct one, and whether the two heads agree."""

from typing import TYPE_CHECKING

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from mnist_sum_tui.formatting import equation
from mnist_sum_tui.glyphs import ASCII, BRAILLE, current

if TYPE_CHECKING:
    from mnist_sum_tui.inference.predict import Prediction

RIGHT, WRONG = BRAILLE.right, BRAILLE.wrong
GLYPHS = dict(
    zip(
        "0123456789+=",
        zip(
            ("┏━┓", " ╺┓", "╺━┓", "╺━┓", "╻ ╻", "┏━╸", "┏━╸", "╺━┓", "┏━┓", "┏━┓", "   ", "   "),
            ("┃ ┃", "  ┃", "┏━┛", " ━┫", "┗━┫", "┗━┓", "┣━┓", "  ┃", "┣━┫", "┗━┫", "╺╋╸", "═══"),
            ("┗━┛", " ╺┻", "┗━╸", "╺━┛", "  ╹", "╺━┛", "┗━┛", "  ╹", "┗━┛", "╺━┛", "   ", "   "),
            strict=True,
        ),
        strict=True,
    )
)


def large(text: str) -> list[str]:
    """Large text: each digit, + or = takes three rows and three columns."""
    return ["".join(rows) for rows in zip(*(GLYPHS[character] for character in text), strict=True)]


def answer_lines(said: "Prediction", width: int, is_large: bool = False) -> Content:
    """The equation, right or wrong, the correct equation if known, and whether the heads agree."""
    style = "$text-primary" if said.correct is None else "$text-success" if said.correct else "$text-error"
    words = equation(said.digit, said.number, said.sum)
    shown = large(words.replace(" ", "")) if is_large else [words]
    lines: list[tuple[str, str]] = [(row, f"bold {style}") for row in shown]
    if said.label is not None:
        truth = equation(said.label, said.number, said.label + said.number)
        lines.append((f"{RIGHT} right" if said.correct else f"{WRONG} wrong", style))
        lines.append((f"truth {truth}", "$foreground-muted"))
    heads = "the heads " if width >= 19 else "heads "
    lines.append((f"{heads}agree", "") if said.agrees else (f"{heads}disagree", "bold $text-warning"))
    return Content("\n").join(Content.styled(text, style) for text, style in lines)


def all_ten(predictions: "tuple[Prediction, ...]", chosen: int) -> Content:
    """One line per number: the equation, and whether it is right; an arrow marks the chosen number."""
    lines = []
    for said in predictions:
        mark = BRAILLE.chosen if said.number == chosen else " "
        if said.correct is None:
            sign, style = ("", "") if said.agrees else (BRAILLE.unlike, "$text-warning")
        else:
            sign, style = (RIGHT, "$text-success") if said.correct else (WRONG, "$text-error")
        text = f"{mark} {equation(said.digit, said.number, said.sum):<10} "
        lines.append(Content.assemble((text, "bold" if said.number == chosen else "$foreground-muted"), (sign, style)))
    return Content("\n").join(lines)


class AnswerText(Widget):
    """Shows the answer of one prediction."""

    said: "reactive[Prediction | None]" = reactive(None, layout=True)

    def render(self) -> Content:
        """The answer; empty before the first prediction."""
        if self.said is None:
            return Content("")
        is_large = not self.screen.has_class("-short") and self.content_size.width >= 18 and current() is not ASCII
        return answer_lines(self.said, self.content_size.width, is_large)


class AllTen(Widget):
    """Shows the answers for one image and all ten numbers."""

    predictions: "reactive[tuple[Prediction, ...]]" = reactive(())
    chosen: reactive[int] = reactive(0)

    def render(self) -> Content:
        """One line per number."""
        return all_ten(self.predictions, self.chosen)
