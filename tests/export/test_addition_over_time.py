"""The addition tables of a run: how many of the ten sums are right, and by how much."""

from dataclasses import replace

from mnist_sum_tui.export.addition_over_time import tables
from mnist_sum_tui.export.recording import RECORDED
from mnist_sum_tui.export.report import report
from mnist_sum_tui.inference.predict import load_predictor
from mnist_sum_tui.runs.events import Samples


def table_of(step: int, right: int, *, with_rivals: bool = False) -> Samples:
    """Sums of a 3, the first ones right; `with_rivals` the others are as probable as a sum beside them."""
    sure = ["0" * (3 + n) + "9" + "0" * (15 - n) for n in range(10)]
    rivals = ["0" * (3 + n - n % 2) + "99" + "0" * (14 - n + n % 2) for n in range(10)]
    return Samples(
        step=step, epoch=1, elapsed=1.0, indices=(7,), labels=(3,), numbers=(1,), digits=(3,), sums=(4,),
        addition=(*sure[:right], *(rivals if with_rivals else ["1" * 19] * 10)[right:]),
    )  # fmt: skip


def test_a_sum_that_is_as_probable_as_another_in_tenths_is_not_called_wrong() -> None:
    """It may be right, and its rival, too; beside sums that are surely wrong those that are right are just right."""
    shown = [table_of(20, 4, with_rivals=True), table_of(30, 1, with_rivals=True)]
    assert [title for title, _ in tables(shown)] == [
        "epoch 1, step 20: 4 of 10 sums are clearly right",
        "epoch 1, step 30: 1 of 10 sums is clearly right",
    ]
    far = ("9" + "0" * 18,) * 6
    wrong = replace(shown[0], addition=(*shown[0].addition[:4], *far))
    assert next(iter(tables([wrong]))).words == "epoch 1, step 20: 4 of 10 sums are right"


def test_a_report_does_not_say_that_calibration_makes_all_networks_surer() -> None:
    """The recorded one was trained without label smoothing: it was too sure of its sums."""
    assert load_predictor(RECORDED, device="cpu").confidence.sum_temperature > 1
    text = report(RECORDED).decode()
    assert "as the network gave them, before any calibration." in text
    assert "surer" not in text
