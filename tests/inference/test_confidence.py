"""Temperatures, class means and verdicts, against numbers that were computed another way."""

import math
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from mnist_sum_tui.errors import CheckpointError
from mnist_sum_tui.formatting import percent
from mnist_sum_tui.inference.calibrate import fit_temperature
from mnist_sum_tui.inference.confidence import SCORED, SHRINKAGE, Classes, Confidence, calibrated, lacking
from mnist_sum_tui.inference.infer import Outputs
from mnist_sum_tui.inference.predict import Prediction, from_outputs
from mnist_sum_tui.inference.reliability import reliability
from mnist_sum_tui.verdict import Verdict


def _drawn(count: int = 400, width: int = 10, scale: float = 3.0) -> tuple[torch.Tensor, torch.Tensor]:
    """Logits that are too sure of labels drawn from their softmax at temperature 2."""
    generator = torch.Generator().manual_seed(3)
    logits = torch.randn(count, width, generator=generator, dtype=torch.float64) * scale
    return logits, torch.multinomial(F.softmax(logits / 2, 1), 1, generator=generator).squeeze(1)


def test_the_slope_of_the_loss_is_zero_at_the_fitted_temperature() -> None:
    logits, labels = _drawn()
    found = fit_temperature(logits, labels)
    log_t = torch.tensor(math.log(found), dtype=torch.float64, requires_grad=True)
    F.cross_entropy(logits / log_t.exp(), labels).backward()
    assert log_t.grad is not None
    assert abs(log_t.grad.item()) < 1e-7
    assert found == pytest.approx(2, rel=0.15)


def test_log_probabilities_give_the_same_temperature_as_logits_and_no_answer_changes() -> None:
    logits, labels = _drawn()
    found = fit_temperature(F.log_softmax(logits, 1), labels)
    assert found == pytest.approx(fit_temperature(logits, labels), rel=1e-6)
    assert torch.equal(calibrated(logits, found).argmax(1), logits.argmax(1))


def test_a_probability_that_rounding_makes_1_stays_below_it_and_no_other_changes() -> None:
    logits, (sure, rest) = torch.tensor([[0.0, -90.0], [0.0, -1.0]]), (1 - math.e**-2 / (1 + math.e**-2), math.e**-2)
    assert F.softmax(logits / 0.5, 1)[0, 0] == 1
    found = calibrated(logits, 0.5)
    assert [percent(share, 3) for share in found[0].tolist()] == ["99.999 %", "0.000 %"]
    assert found[1].tolist() == pytest.approx([sure, sure * rest])


def test_a_network_without_a_mistake_gets_the_lowest_temperature_and_one_that_is_always_wrong_the_highest() -> None:
    labels = torch.arange(10)
    assert fit_temperature(torch.eye(10), labels) == pytest.approx(0.1)
    assert fit_temperature(torch.eye(10), labels.flip(0)) == pytest.approx(10)


def test_the_distance_is_mahalanobis_to_the_nearest_class_by_a_plain_loop() -> None:
    generator = np.random.default_rng(1)
    labels = np.arange(300) % 3 + 4  # three of the ten classes
    x = generator.normal(size=(300, 5)) @ generator.normal(size=(5, 5)) + labels[:, None]
    means = np.stack([x[labels == label].mean(0) for label in (4, 5, 6)])
    deviations = x - means[labels - 4]
    covariance = deviations.T @ deviations / 300
    covariance += np.eye(5) * SHRINKAGE * np.diag(covariance).mean()
    inverse, new = np.linalg.inv(covariance), generator.normal(size=(20, 5)) * 4
    wanted = [min(math.sqrt((v - mean) @ inverse @ (v - mean) / 5) for mean in means) for v in new]
    classes = Classes.fit(torch.from_numpy(x), torch.from_numpy(labels))
    assert classes.distance(torch.from_numpy(new).float()).tolist() == pytest.approx(wanted, rel=1e-4)


def test_the_class_means_of_another_network_are_refused() -> None:
    classes = Classes.fit(*_drawn(60))
    with pytest.raises(CheckpointError, match="the class means are another network's"):
        classes.distance(torch.zeros(1, 9))


def test_reliability_by_a_plain_loop() -> None:
    logits, labels = _drawn(250)
    p = F.softmax(logits, 1)
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(15)]
    nll = brier = 0.0
    for row, label in zip(p.tolist(), labels.tolist(), strict=True):
        sureness = max(row)
        place = next(i for i in range(15) if sureness <= (i + 1) / 15 or i == 14)
        bins[place].append((sureness, row.index(sureness) == label))
        nll -= math.log(row[label]) / 250
        brier += sum((value - (k == label)) ** 2 for k, value in enumerate(row)) / 250
    ece = sum(abs(sum(s for s, _ in part) - sum(right for _, right in part)) for part in bins) / 250
    found = reliability(p, labels)
    assert (found.ece, found.nll, found.brier) == pytest.approx((ece, nll, brier))
    for part, (count, sureness, accuracy) in zip(bins, found.bins, strict=True):
        assert count == len(part)
        assert sureness * count == pytest.approx(sum(sure for sure, _ in part))
        assert accuracy * count == pytest.approx(sum(right for _, right in part))
    answers = sorted((pair for part in bins for pair in part), reverse=True)
    for share in (1, 37, 99, 100):
        surest = answers[: math.ceil(share * 250 / 100)]
        assert found.accuracy_of_surest[share - 1] == pytest.approx(sum(right for _, right in surest) / len(surest))


def test_answers_that_are_no_numbers_are_measured_as_unsure() -> None:
    found = reliability(calibrated(torch.full((20, 10), torch.nan), 1), torch.zeros(20, dtype=torch.long))
    assert (found.bins[0].answers, found.bins[0].sureness) == (20, 0)
    assert math.isfinite(found.ece)
    assert math.isfinite(found.nll)


def test_the_digit_score_written_out_by_hand() -> None:
    vectors, labels = _drawn(60)
    classes, vectors = Classes.fit(vectors, labels), vectors.float()
    logits = torch.tensor([[3.0] + [0.0] * 9, [6.0] + [0.0] * 9, [30.0] + [0.0] * 9, [1.0] * 10])
    far = classes.distance(vectors[:4])
    for usual, doubts in ((None, [0, 0, 0, 0]), (5.4, [1.5, 1, 0, 2])):  # contrasts of 2.7, 5.4, 27 and 0
        own = Confidence(classes=dict.fromkeys(SCORED, classes), usual_contrast=usual)
        views = [dict.fromkeys(SCORED, part) for part in vectors[:4].split(3)]
        for less in (0.0, 7.0):  # log-probabilities are logits less a number
            wanted = 1 / (1 + 2 * far + torch.tensor(doubts))
            torch.testing.assert_close(own.digit_scores(views, logits - less), wanted)


def _prediction(digit: float, total: float, **values: Any) -> Prediction:
    digits, sums = [(1 - digit) / 9] * 10, [(1 - total) / 18] * 19
    digits[7], sums[9] = digit, total
    return Prediction(2, 7, 9, tuple(digits), tuple(sums), **values)


def test_the_verdict() -> None:
    assert _prediction(0.95, 0.93).verdict is _prediction(0.9, 0.93).verdict is Verdict.SURE
    assert _prediction(0.9, 0.93).unsure_of == _prediction(0.93, 0.9).unsure_of == ""
    assert (_prediction(0.89, 0.9).unsure_of, _prediction(0.9, 0.89).unsure_of) == ("digit", "sum")
    assert _prediction(0.95, 0.89).verdict is _prediction(0.89, 0.95).verdict is Verdict.UNSURE
    assert _prediction(0.99, 0.99, digit_score=0.2, threshold=0.3).verdict is Verdict.STRANGER
    assert _prediction(0.99, 0.99, digit_score=0.3, threshold=0.3).verdict is Verdict.SURE
    assert _prediction(0.99, 0.99, digit_score=0.2).verdict is Verdict.SURE
    assert _prediction(0.99, 0.99, threshold=0.3).verdict is Verdict.SURE
    assert _prediction(0.99, 0.99, digit_score=math.nan, threshold=0.3).verdict is Verdict.STRANGER
    told = _prediction(0.95, 0.93, digit_score=0.2, threshold=0.3).to_dict()
    assert (told["confidence"], told["digit_score"], told["verdict"]) == (0.93, 0.2, "stranger")


def test_a_prediction_is_calibrated_with_the_temperature_of_each_head() -> None:
    logits, _ = _drawn(11)
    digits, sums = F.log_softmax(logits[:1], 1), F.log_softmax(_drawn(10, 19)[0], 1)[None]
    outputs = Outputs(digits, sums, torch.tensor([0.25]), Confidence(0.5, 3.0, 0.2))
    found = from_outputs(outputs, 0, 4)
    assert found.digit_probabilities == pytest.approx(F.softmax(logits[0] / 0.5, 0).tolist())
    assert found.sum_probabilities == pytest.approx(F.softmax(sums[0, 4] / 3, 0).tolist())
    assert found.digit == int(logits[0].argmax())
    assert (found.digit_score, found.threshold) == (0.25, 0.2)


def _stored(kinds: tuple[str, str] = SCORED, usual_contrast: float | None = 5.0) -> dict[str, torch.Tensor]:
    logits, labels = _drawn()
    classes = dict.fromkeys(kinds, Classes.fit(logits, labels))
    return Confidence(0.4, 0.6, 0.2, classes, usual_contrast).to_tensors()


@pytest.mark.parametrize(
    ("kinds", "usual_contrast"), [(SCORED, 5.0), (SCORED, None), (("strokes", "logits"), None)]
)  # the last two were stored before the first
def test_what_is_stored_comes_back(kinds: tuple[str, str], usual_contrast: float | None) -> None:
    stored = _stored(kinds, usual_contrast)
    again = Confidence.from_tensors(stored, "a run")
    assert tuple(again.classes) == kinds
    assert again.usual_contrast == usual_contrast
    assert again.to_tensors().keys() == stored.keys()
    assert all(torch.equal(tensor, again.to_tensors()[name]) for name, tensor in stored.items())
    assert Confidence.from_tensors({}, "a run") == Confidence()


def test_what_an_earlier_version_stored_keeps_its_temperatures_and_refuses_nothing() -> None:
    earlier = _stored(("features", "logits"))
    assert Confidence.from_tensors(earlier, "a run") == Confidence(0.4, 0.6)
    assert [lacking(stored) for stored in ({}, earlier, _stored())] == [
        ", not calibrated",
        ", without a digit score",
        "",
    ]


def test_what_an_earlier_version_stored_without_temperatures_keeps_its_digit_score_and_is_not_calibrated() -> None:
    earlier = _stored(("strokes", "logits"), None)
    del earlier["temperatures"]
    found = Confidence.from_tensors(earlier, "a run")
    assert (found.digit_temperature, found.sum_temperature, found.threshold) == (1, 1, 0.2)
    assert tuple(found.classes) == ("strokes", "logits")
    assert lacking(earlier) == ", not calibrated"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temperatures", torch.tensor([0.4, -1.0])),
        ("temperatures", torch.tensor([0.4])),
        ("temperatures", torch.tensor([1, 1])),
        ("threshold", torch.tensor([math.nan])),
        ("threshold", torch.tensor([-0.1])),
        ("contrast", torch.tensor([0.0])),
        ("contrast", torch.tensor([math.inf])),
        ("contrast", torch.tensor([5.0, 5.0])),
        ("features.means", torch.ones(10, 9)),
        ("features.means", torch.ones(0, 10)),
        ("strokes.whitening", torch.ones(())),
        ("strokes.whitening", torch.full((10, 10), math.inf)),
        ("strokes.means", torch.ones(10, 10, dtype=torch.float64)),
    ],
)
def test_what_is_damaged_is_refused(name: str, value: torch.Tensor) -> None:
    with pytest.raises(CheckpointError, match="a run: its stored confidence is damaged"):
        Confidence.from_tensors({**_stored(), name: value}, "a run")
    if name == "contrast":  # which older versions did not store
        return
    with pytest.raises(CheckpointError, match="damaged"):
        Confidence.from_tensors({key: tensor for key, tensor in _stored().items() if key != name}, "a run")
