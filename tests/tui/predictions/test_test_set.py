"""Stepping through the predictions for the test set."""

from mnist_sum_tui.tui.predictions.test_set import less_certain, next_pair
from tests.tui import fixed


def test_the_next_pair_keeps_the_number_if_it_can() -> None:
    hits = fixed.result().wrong
    assert next_pair(hits, 8, 7) == (241, 7)
    assert next_pair(hits, 999, 7) == (8, 7)
    only = hits & False
    assert next_pair(only, 0, 7) is None
    only[5, 2] = True
    assert next_pair(only, 5, 7) == (5, 2)


def test_a_walk_begins_anew_where_one_has_gone_elsewhere() -> None:
    sureness = fixed.result().sureness
    first, _ = less_certain(sureness, 500, 3, fresh=True)
    second, _ = less_certain(sureness, first, 3, fresh=False)
    assert first == int(sureness[:, 3].argmin())
    assert sureness[second, 3] >= sureness[first, 3]
    assert second != first
