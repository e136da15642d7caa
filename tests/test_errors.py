"""What the error for an unknown name suggests."""

import pytest

from mnist_sum_tui.errors import nearest, unknown
from mnist_sum_tui.tui.looks import NAMES


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("light", "mnist-sum-light"), ("contrast", "mnist-sum-contrast"), ("mnist-sum-lite", "mnist-sum-light")],
)
def test_a_word_of_a_theme_s_name_stands_for_the_first_that_has_it(typed: str, meant: str) -> None:
    assert str(unknown("theme", typed, NAMES)) == f"unknown theme {typed!r}: did you mean {meant!r}?"


def test_a_name_without_letters_is_part_of_none() -> None:
    assert str(unknown("recipe", "", ("on-off",))) == "unknown recipe '': choose from on-off"


def test_a_name_that_is_begun_is_meant_before_one_that_is_alike() -> None:
    assert nearest("--ep", ["--keep", "--epochs"]) == "--epochs"
    assert nearest("--kep", ["--keep", "--epochs"]) == "--keep"
    assert nearest("--resume", ["--recipe", "--epochs"]) is None
