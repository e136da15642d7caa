"""Charts printed in a terminal or a pipe, side by side."""

from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING

from mnist_sum_tui.cli.layout import drawing_width, is_plain, say
from mnist_sum_tui.cli.spoken import plot_sentences
from mnist_sum_tui.formatting import loss_figure

if TYPE_CHECKING:
    from rich.console import Console

    from mnist_sum_tui.charts.plot import Plot
    from mnist_sum_tui.inference.evaluate import EvalReport

STYLES = {"digit": "cyan", "sum": "magenta", "title": "bold", "nan": "red", "axis": "dim", "ghost": "dim"}
"""the style of each part of a chart; other parts have none"""
GAP, NARROWEST = 2, 36
"""columns between two charts, and the fewest columns of a chart beside another"""


def print_plots(out: "Console", plots: "Sequence[Plot]", height: int) -> None:
    """Print charts of this height, as many side by side as fit."""
    from rich.text import Text

    from mnist_sum_tui.charts.plot import draw

    if is_plain():
        for words in chain.from_iterable(map(plot_sentences, plots)):
            say(out, words)
        return
    width = drawing_width(out)
    across = min(len(plots), max(1, (width + GAP) // (NARROWEST + GAP)))
    each = (width - GAP * (across - 1)) // across
    for first in range(0, len(plots), across):
        drawn = [draw(plot, each, height).lines for plot in plots[first : first + across]]
        for row in zip(*drawn, strict=True):
            parts = [Text.assemble(*((text, STYLES.get(role, "")) for text, role in line)) for line in row]
            line = Text(" " * GAP).join(parts)
            line.rstrip()
            out.print(line, soft_wrap=True)


def print_reliability(out: "Console", report: "EvalReport") -> None:
    """Print how reliable both heads are: three figures each, the accuracy of the surest answers, and two charts."""
    from mnist_sum_tui.charts.sureness import coverage_curve, coverage_words, figures_line, reliability_diagram

    heads = report.reliability
    out.print()
    say(out, "How sure it says it is, against how often it is right", "bold")
    for head, found in heads.items():
        say(out, figures_line(head, found))
    raw = {"digit": report.digit_loss, "sum": report.sum_loss}
    is_calibrated = any(loss_figure(found.nll) != loss_figure(raw[head]) for head, found in heads.items())
    say(out, f"Lower is better{'; the NLL is calibrated, the loss is not' if is_calibrated else ''}", "dim")
    say(out, coverage_words(heads))
    print_plots(out, [reliability_diagram(heads), coverage_curve(heads)], height=9)
