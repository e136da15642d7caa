"""Charts of how sure a network is: is it right as often as it is sure, and how accurate are its surest answers?"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from mnist_sum_tui.charts.axes import PAD, SHARE
from mnist_sum_tui.charts.plot import Curve, Marks, Plot
from mnist_sum_tui.charts.run_charts import HEAD_PATTERNS, HEAD_SYMBOLS
from mnist_sum_tui.formatting import loss_figure, percent

if TYPE_CHECKING:
    from mnist_sum_tui.inference.reliability import Reliability

LEAST_ANSWERS = {"digit": 10, "sum": 100}
"""bins with fewer answers, so of fewer than ten images, may show chance and are not drawn; an image has ten sums"""
COVERAGE = 99
"""the share of the surest answers, in percent, of which the accuracy is told"""


def reliability_diagram(heads: "Mapping[str, Reliability]") -> Plot:
    """Accuracy over sureness in bins, for `digit` and `sum`; on the diagonal both are equal."""
    ends = np.array([0.0, 100.0])
    curves = [Curve("ideal", "ghost", ends, ends / 100, pattern="sparse", is_behind=True)]
    marks = []
    for head, found in heads.items():
        points = [(100 * part.sureness, part.accuracy) for part in found.bins if part.answers >= LEAST_ANSWERS[head]]
        x, y = np.array(points).reshape(-1, 2).T
        curves.insert(-1, Curve(head, head, x, y, pattern=HEAD_PATTERNS[head]))
        marks.append(Marks("", head, HEAD_SYMBOLS[head], x, y))
    return Plot(tuple(curves), tuple(marks), SHARE, "% sure", title="Right, by how sure")


def coverage_curve(heads: "Mapping[str, Reliability]") -> Plot:
    """Accuracy over the share of images that are answered, the surest first, for `digit` and `sum`.

    A mark shows the accuracy of all, because a column of the chart is a mean, and the curve may fall at its end.
    """
    x = np.arange(1.0, 101.0)
    surest = {head: np.array(found.accuracy_of_surest) for head, found in heads.items()}
    curves = [Curve(head, head, x, y, pattern=HEAD_PATTERNS[head]) for head, y in surest.items()]
    marks = [Marks("", curve.role, HEAD_SYMBOLS[curve.role], curve.x[-1:], curve.y[-1:]) for curve in curves]
    low, high = min(curve.y.min() for curve in curves), max(curve.y.max() for curve in curves)
    pad = PAD * (high - low) or 0.01
    between = float(max(low - pad, 0.0)), float(min(high + pad, 1.0))  # not NINES, which has no place for 100 %
    return Plot(tuple(curves), tuple(marks), SHARE, "% answered", title="Right, of the surest", heights=between)


def figures_line(head: str, found: "Reliability") -> str:
    """`digit  mean gap (ECE) 0.0008  NLL 0.0089  Brier 0.0038`."""
    ece, nll, brier = map(loss_figure, (found.ece, found.nll, found.brier))
    return f"{head:<5}  mean gap (ECE) {ece}  NLL {nll}  Brier {brier}"


def coverage_words(heads: "Mapping[str, Reliability]") -> str:
    """`Of the 99 % that it is surest of, 99.97 % of the digits and 99.95 % of the sums are right`."""
    right = [f"{percent(found.accuracy_of_surest[COVERAGE - 1])} of the {head}s" for head, found in heads.items()]
    return f"Of the {COVERAGE} % that it is surest of, {' and '.join(right)} are right"
