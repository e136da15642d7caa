"""Stepping through the predictions for the test set."""

from mnist_sum_tui.tui.predictions.test_set import less_certain, next_pair
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
