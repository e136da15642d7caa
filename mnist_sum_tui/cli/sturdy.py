"""What `mnist-sum evaluate --corrupt` prints: the results on spoiled images, in tables and small charts."""

import sys
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from mnist_sum_tui.cli.layout import drawing_width, is_plain, print_table, say, styled
from mnist_sum_tui.formatting import loss_figure, percent, plural, sparkline

if TYPE_CHECKING:
    from rich.console import Console

    from mnist_sum_tui.cli.layout import Cells
    from mnist_sum_tui.inference.sturdy import Spoiled

TABLES = (
    ("Right, in %", (("digit", "digit_accuracy"), ("sum", "sum_accuracy"))),
    ("How sure, and how many are said to be no digit, in %", (("sure", "confidence"), ("no digit", "refused"))),
    ("How far the digit's sureness is from the truth (ECE)", (("ECE", "ece"),)),
)
"""the tables' titles, and their groups of columns; two groups fit into 80 columns"""
CHART = 22
"""columns of a small chart with its name"""


def watched(found: "Iterable[Spoiled]", total: int) -> "Iterator[Spoiled]":
    """Pass the results on, and say on a terminal's stderr how far it is, because 10,000 images take many minutes."""
    is_shown, is_spoken = sys.stderr.isatty(), is_plain()
    try:
        for place, spoiled in enumerate(found, 1):
            progress = f"{place} of {total}: {spoiled.corruption}"
            if is_shown and not is_spoken:
                print(f"\r{progress}".ljust(40), end="", file=sys.stderr, flush=True)
            elif is_shown and spoiled.strength == 1:  # a spoken line for each way, not for each strength
                print(progress, file=sys.stderr, flush=True)
            yield spoiled
    finally:
        if is_shown and not is_spoken:
            print("\r".ljust(41), end="\r", file=sys.stderr, flush=True)


def _figure(spoiled: "Spoiled", field: str) -> str:
    value = getattr(spoiled, field)
    shown = loss_figure(value) if field == "ece" else percent(value, 1, "")
    return "<0.1" if value and shown == "0.0" else shown


def print_sturdy(out: "Console", found: "list[Spoiled]", images: int) -> None:
    """Print the tables, and a row of bars per corruption."""
    clean, *rest = found
    ways = {name: [clean, *group] for name, group in groupby(rest, lambda spoiled: spoiled.corruption)}
    means = [sum(getattr(spoiled, name) for spoiled in rest) / len(rest) for name in ("digit_accuracy", "sum_accuracy")]
    as_they_are = "as it is" if images == 1 else "as they are"
    say(out, f"{plural(images, 'test image')}, {as_they_are} and spoiled in {len(ways)} ways, each in five strengths")
    say(out, f"right {as_they_are}: digit {percent(clean.digit_accuracy)}, sum {percent(clean.sum_accuracy)}")
    say(out, f"right when spoiled, the mean of all: digit {percent(means[0])}, sum {percent(means[1])}")
    for title, groups in TABLES:
        columns = [(name if at == 1 else "", field, at) for name, field in groups for at in range(1, 6)]
        gaps = ["  " if name and place else "" for place, (name, _, _) in enumerate(columns)]
        rows: list[Cells] = [
            [way, *(gap + _figure(row[at], field) for gap, (_, field, at) in zip(gaps, columns, strict=True))]
            for way, row in ways.items()
        ]
        head = ["", *(name for name, _, _ in columns)]
        if is_plain():
            head[1:] = [f"{name}, strength {at}" if name else str(at) for name, _, at in columns]
        else:
            rows.insert(0, [styled(words, "dim") for words in ("strength", *(str(at) for _, _, at in columns))])
        out.print()
        print_table(out, title, head, rows, 1, gap=1)
    if is_plain():
        return
    out.print()
    lowest = min(spoiled.digit_accuracy for spoiled in found)
    say(out, f"Digits right, from {percent(lowest, 0)} to 100 %: as they are, then strengths 1 to 5", "bold")
    charts = [f"{way:<13} {sparkline([s.digit_accuracy for s in row], scale=(lowest, 1))}" for way, row in ways.items()]
    across = max(1, drawing_width(out) // CHART)
    for first in range(0, len(charts), across):
        say(out, "".join(chart.ljust(CHART) for chart in charts[first : first + across]).rstrip())
