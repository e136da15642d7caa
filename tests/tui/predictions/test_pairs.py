"""Stepping through the predictions for the test set."""

from dataclasses import replace

import numpy as np
import torch

from mnist_sum_tui.inference.confidence import Confidence
from mnist_sum_tui.inference.infer import Outputs
from mnist_sum_tui.inference.pca import principal_components
from mnist_sum_tui.inference.predict import from_outputs
from mnist_sum_tui.tui.predictions.load import sum_up
from mnist_sum_tui.tui.predictions.pairs import NUMBERS, less_certain, next_pair
from tests.tui import fixed


def test_the_next_pair_keeps_the_number_if_it_can() -> None:
    hits = fixed.result().wrong
    assert next_pair(hits, 8, 7) == (241, 7, 2, 12)
    assert next_pair(hits, 999, 7) == (8, 7, 1, 12)
    assert next_pair(hits, 8, 7, by=-1) == (947, 7, 12, 12)
    assert next_pair(hits, 300, 7, by=-1) == (247, 7, 3, 12)
    only = hits & False
    assert next_pair(only, 0, 7) is None
    only[5, 2] = True
    assert next_pair(only, 5, 7) == (5, 2, 1, 1)


def test_a_wrong_digit_is_a_mistake_also_where_its_sum_is_right_by_chance() -> None:
    found = fixed.result()
    found = replace(found, sums=found.labels[:, None] + NUMBERS)
    assert set(np.flatnonzero(found.wrong[:, 4])) == fixed.WRONG.keys()


def test_a_walk_begins_anew_where_one_has_gone_elsewhere() -> None:
    sureness = fixed.result().sureness
    first, _, place, count = less_certain(sureness, 500, 3, fresh=True)
    second = less_certain(sureness, first, 3, fresh=False).image
    assert first == int(sureness[:, 3].argmin())
    assert sureness[second, 3] >= sureness[first, 3]
    assert second != first
    assert (place, count) == (1, fixed.COUNT)
    assert less_certain(sureness, second, 3, fresh=False, by=-1) == (first, 3, 1, fixed.COUNT)


def test_a_result_knows_the_predictions_of_its_own_weights() -> None:
    assert fixed.result().predictions(241) == fixed.predictions(241)


def test_the_slices_of_a_calibrated_network_are_calibrated_together() -> None:
    raw, confidence = fixed.outputs(), Confidence(0.5, 2.0, threshold=0.25)
    assert raw.scores is not None
    halves = [slice(0, 600), slice(600, fixed.COUNT)]
    parts = [Outputs(raw.digits[half], raw.sums[half], raw.scores[half], confidence) for half in halves]
    result = sum_up(parts, fixed.images(), fixed.CHOICES[1], fixed.SOURCE)
    whole = Outputs(raw.digits, raw.sums, raw.scores, confidence)
    for index in (8, 241, 700):
        said = result.predictions(index)
        assert said == tuple(from_outputs(whole, index, n, int(fixed.images().labels[index])) for n in range(10))
        assert [float(sure) for sure in result.sureness[index]] == [found.confidence for found in said]
        assert said[3].verdict == result.verdict(index, said[3].confidence)
    raw_ones = fixed.result()
    assert (result.digit_probabilities.max(1) > raw_ones.digit_probabilities.max(1)).all()
    assert (result.sum_probabilities.max(2) < raw_ones.sum_probabilities.max(2)).all()
    assert (result.digits == raw_ones.digits).all()


def test_the_map_is_of_the_scores_where_only_a_last_image_by_itself_has_features() -> None:
    raw, cut = fixed.outputs(), fixed.COUNT - 1
    parts = [
        Outputs(raw.digits[:cut], raw.sums[:cut]),
        Outputs(raw.digits[cut:], raw.sums[cut:], features=torch.ones(1, 192)),
    ]
    result = sum_up(parts, fixed.images(), fixed.CHOICES[1], fixed.SOURCE)
    assert np.array_equal(result.points, principal_components(raw.digits))
