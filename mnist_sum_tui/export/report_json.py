"""Read a run's test result from report.json, checked field by field; missing or damaged fields are left out."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Annotated, Any, TypedDict

from mnist_sum_tui.charts.thumbnail import Image
from mnist_sum_tui.data import mnist_files
from mnist_sum_tui.errors import DataError, RunError
from mnist_sum_tui.runs.accuracies import contradicts
from mnist_sum_tui.runs.events import Finished
from mnist_sum_tui.runs.json_values import Amount, Count, Digit, Loss, Share, Within, check_of
from mnist_sum_tui.runs.run import Run

FEW_IMAGES, FEW_SUMS = 12, 0.04
"""so many images of a digit, or such a share of wrong sums, have the full colour if none is worse"""


class EarlierMistake(TypedDict):
    """A mistake in report.json, as versions before 0.2 write it."""

    index: Count
    label: Digit
    digit: Digit
    probability: Share


class MistakeInFile(EarlierMistake, total=False):
    """A mistake in report.json."""

    is_refused: bool


class ReliabilityInFile(TypedDict, total=False):
    """A head's reliability in report.json."""

    ece: Share
    nll: Loss
    brier: Annotated[float, Within(0, 2)]
    bins: tuple[tuple[Amount, ...], ...]
    accuracy_of_surest: tuple[Share, ...]


FIELDS: Mapping[str, Any] = {
    "digit_accuracy": Share,
    "sum_accuracy": Share,
    "agreement": Share,
    "pairs": Count,
    "best_epoch": Count,
    "confusion": tuple[tuple[Count, ...], ...],
    "sum_accuracy_by_pair": tuple[tuple[Share | None, ...], ...],
    "digit_mistakes": Count,
    "mistakes": tuple[MistakeInFile, ...],
    "digit_reliability": ReliabilityInFile,
    "sum_reliability": ReliabilityInFile,
}
"""the fields of report.json that are shown, and their types"""


def tested(run: Run, done: Finished | None) -> dict[str, Any]:
    """The fields of report.json that passed their check; empty if there is no such file.

    Only `is_contradicted` if they have another test result than `done`, the run's last event.
    """
    try:
        values = run.read_json(run.report_file)
    except RunError:
        return {}
    found = {}
    for name, hint in FIELDS.items():
        try:
            found[name] = check_of(hint)(values[name])
        except (KeyError, ValueError, IndexError):
            continue
    for name in ("confusion", "sum_accuracy_by_pair"):
        if name in found and [len(row) for row in found[name]] != [10] * 10:
            del found[name]
    return {"is_contradicted": True} if contradicts(found, done) else found


def shades(test: Mapping[str, Any]) -> dict[str, list[list[float]]]:
    """How strongly the cells of the tables of mistakes are coloured, 0..1: the most wrong one fully, unless it is few.

    It is the root of the share of the most wrong, so that few mistakes differ from none, and many from all.
    """
    counts = [
        [0 if label == answer else count for answer, count in enumerate(row)]
        for label, row in enumerate(test.get("confusion", ()))
    ]
    shares = [[0.0 if right is None else 1 - right for right in row] for row in test.get("sum_accuracy_by_pair", ())]
    return {"confusion": _roots(counts, FEW_IMAGES), "by_pair": _roots(shares, FEW_SUMS)}


def _roots(wrong: Sequence[Sequence[float]], few: float) -> list[list[float]]:
    most = max((few, *chain(*wrong)))
    return [[(value / most) ** 0.5 for value in row] for row in wrong]


def pictured(mistakes: Sequence[MistakeInFile], data_dir: str | None) -> list[tuple[MistakeInFile, Image]]:
    """Each mistake with its image, uint8 (28, 28); none if the images are missing or are not those of the run."""
    try:
        images, labels = mnist_files.read("test", data_dir, is_from_run=True) if mistakes else ((), ())
    except DataError:
        return []
    if any(wrong["index"] >= len(labels) or labels[wrong["index"]] != wrong["label"] for wrong in mistakes):
        return []
    return [(wrong, images[wrong["index"]]) for wrong in mistakes]
