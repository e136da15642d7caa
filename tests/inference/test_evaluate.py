from dataclasses import replace

import pytest
import torch

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.data import dataset
from mnist_sum_tui.inference.confidence import Confidence
from mnist_sum_tui.inference.evaluate import evaluate, mistakes, score
from mnist_sum_tui.inference.infer import Outputs, infer_batches, normalised
from mnist_sum_tui.machine.hardware import choose
from mnist_sum_tui.models import build


@pytest.fixture(scope="module")
def few() -> dataset.Split:
    return dataset.load("test").take(torch.arange(40))


def test_the_evaluator_agrees_with_a_plain_loop(few: dataset.Split) -> None:
    """The loop runs every pair by itself through `forward` and counts in plain Python."""
    network = build("compact", seed=5).eval()
    right_digits = right_sums = agreeing = 0
    losses = [0.0, 0.0]
    for image, label in zip(few.images, few.labels.tolist(), strict=True):
        for number in range(10):
            with torch.inference_mode():
                digits, sums = network(dataset.normalise(image.unsqueeze(0)), dataset.one_hot(torch.tensor([number])))
            digit, total = int(digits.argmax()), int(sums.argmax())
            right_digits += digit == label
            right_sums += total == label + number
            agreeing += total == digit + number
            losses[0] -= float(digits[0, label])
            losses[1] -= float(sums[0, label + number])
    report = evaluate(network, few, choose(TrainConfig(precision="fp32")))
    pairs = len(few) * 10
    assert report.pairs == pairs
    assert report.digit_accuracy == pytest.approx(right_digits / pairs)
    assert report.sum_accuracy == pytest.approx(right_sums / pairs)
    assert report.agreement == pytest.approx(agreeing / pairs)
    assert report.digit_loss == pytest.approx(losses[0] / pairs, rel=1e-4)
    assert report.sum_loss == pytest.approx(losses[1] / pairs, rel=1e-4)
    assert f"digit_accuracy={report.digit_accuracy}" in repr(report)
    assert len(repr(report)) < 300, "a line or two in a notebook, without the tables"


def _certain(digits: list[int], sums: list[list[int]]) -> Outputs:
    digit_log_p, sum_log_p = torch.full((len(digits), 10), -9.0), torch.full((len(digits), 10, 19), -9.0)
    for row, digit in enumerate(digits):
        digit_log_p[row, digit] = -0.1 * (row + 1)
        for number in range(10):
            sum_log_p[row, number, sums[row][number]] = -0.1
    return Outputs(digit_log_p, sum_log_p)


@pytest.mark.parametrize(
    ("labels", "answers", "majority"),
    [
        ([4, 4, 9], [4, 4, 4], 2 / 3),
        ([4, 4, 9], [4, 9, 9], 0),
        ([8, 8, 8], [8, 8, 3], 0),
        ([*[1] * 19, 2], [1] * 20, 0.95),
    ],
)
def test_always_the_most_frequent_label_is_a_guess(labels: list[int], answers: list[int], majority: float) -> None:
    count = len(labels)
    split = dataset.Split(torch.zeros(count, 28, 28, dtype=torch.uint8), torch.tensor(labels), torch.arange(count))
    outputs = _certain(answers, [[*range(10)]] * count)
    assert score(outputs, split).majority == pytest.approx(majority)


def test_score_counts_a_known_example() -> None:
    split = dataset.Split(
        torch.zeros(3, 28, 28, dtype=torch.uint8), torch.tensor([4, 4, 9]), torch.tensor([10, 20, 30])
    )
    right = [4 + number for number in range(10)]
    wrong_at_zero = [5, *right[1:]]
    outputs = _certain([4, 7, 9], [right, wrong_at_zero, [9 + number for number in range(10)]])
    report = score(outputs, split)
    assert report.digit_accuracy == pytest.approx(2 / 3)
    assert report.sum_accuracy == pytest.approx(29 / 30)
    assert report.agreement == pytest.approx(20 / 30)
    assert report.confusion[4][7] == 1
    assert sum(map(sum, report.confusion)) == 3
    assert report.majority == 0, "half of the 4s and all 9s are right"
    assert report.sum_accuracy_by_pair[4][:2] == (0.5, 1.0)
    assert report.sum_accuracy_by_pair[0] == (None,) * 10
    assert [(m.index, m.label, m.digit) for m in report.mistakes] == [(20, 4, 7)]
    assert report.digit_mistakes == 1
    assert report.refused == 0, "without a threshold"
    doubtful = replace(outputs, scores=torch.tensor([0.3, 0.1, 0.2]), confidence=Confidence(threshold=0.15))
    report = score(doubtful, split)
    assert report.refused == pytest.approx(1 / 3)
    assert [mistake.is_refused for mistake in report.mistakes] == [True]


def test_of_the_mistakes_the_most_confident_come_first_and_only_thirty() -> None:
    count = 40
    labels, places = torch.full((count,), 4), torch.arange(count) + 100
    split = dataset.Split(torch.zeros(count, 28, 28, dtype=torch.uint8), labels, places)
    outputs = _certain([7] * count, [[*range(10)]] * count)
    outputs = replace(outputs, digits=outputs.digits.flip(0))  # the later, the surer
    report = score(outputs, split)
    assert [mistake.index for mistake in report.mistakes] == [*range(139, 109, -1)]
    assert report.digit_mistakes == len(mistakes(outputs, split)) == count


@pytest.mark.parametrize(
    ("low", "hardest"),
    [
        ({(9, 8): 0.002}, [(9, 8)]),
        ({(9, 8): 0.002, (8, 9): 0.01, (9, 9): 0.9}, [(9, 8), (8, 9)]),
        ({(9, 8): 0.96, (8, 9): 0.97}, []),
        ({(9, 8): 0.90, (8, 9): 0.93, (9, 9): 0.96}, []),
        ({(9, 8): 0.9, (8, 9): 0.9, (9, 9): 0.9}, [(8, 9), (9, 8), (9, 9)]),
        ({(9, 8): 0.9, (8, 9): 0.9, (9, 9): 0.9, (8, 8): 0.9}, []),
        ({(9, number): 0.0 for number in range(10)}, []),
        ({(digit, 8): 0.0 for digit in range(10)}, []),
    ],
)
def test_the_hardest_sums_are_those_that_are_much_worse_than_all_others(
    low: dict[tuple[int, int], float], hardest: list[tuple[int, int]]
) -> None:
    split = dataset.Split(torch.zeros(1, 28, 28, dtype=torch.uint8), torch.tensor([4]), torch.tensor([10]))
    report = score(_certain([4], [[4 + number for number in range(10)]]), split)
    shares = [tuple(low.get((digit, number), 0.99) for number in range(10)) for digit in range(1, 10)]
    assert replace(report, sum_accuracy_by_pair=((None,) * 10, *shares)).hardest == hardest


def test_infer_stops_when_told_and_restores_the_mode(few: dataset.Split) -> None:
    network = build("compact").train()
    hardware = choose(TrainConfig())
    assert infer_batches(network, normalised(few.images, hardware.device), hardware, keep_going=lambda: False) is None
    assert network.training


def test_nothing_to_evaluate_is_an_error(few: dataset.Split) -> None:
    with pytest.raises(ValueError, match="no images"):
        score(_certain([1], [[0] * 10]), few.take(torch.arange(0)))
    with pytest.raises(ValueError, match="no images"):
        evaluate(build("compact"), few.take(torch.arange(0)), choose(TrainConfig()))


def test_images_that_were_scaled_are_refused(few: dataset.Split) -> None:
    """They would be misread without a word."""
    with pytest.raises(ValueError, match=r"must be uint8 \(N, 28, 28\), not float32"):
        evaluate(build("compact"), replace(few, images=few.images / 255), choose(TrainConfig()))
