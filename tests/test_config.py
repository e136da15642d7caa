import re
from typing import Any

import pytest

from mnist_sum_tui.config import TrainConfig, kinds, option_name, settings, value_words
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.recipes import MODELS, RECIPES, Recipe
from mnist_sum_tui.runs.differences import settings_table


def test_the_bare_default_is_recipe_standard() -> None:
    assert TrainConfig() == TrainConfig.of("standard")


def test_no_summary_names_a_time_because_the_estimate_stands_beside_it() -> None:
    words = [*MODELS.values(), *(recipe.summary for recipe in RECIPES.values())]
    assert [text for text in words if re.search("second|minute|hour|day", text)] == []


@pytest.mark.parametrize("recipe", RECIPES)
def test_round_trip(recipe: str) -> None:
    config = TrainConfig.of(recipe, seed=7)
    assert TrainConfig.from_dict(config.to_dict()) == config
    assert config.model in MODELS


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_a_recipe_has_only_the_settings_in_which_it_differs_from_the_defaults(recipe: Recipe) -> None:
    usual = TrainConfig().to_dict()
    assert [name for name, value in recipe.values.items() if value == usual[name]] == []


def test_an_override_of_none_keeps_the_recipes_value() -> None:
    config = TrainConfig.of("original", lr=None, epochs=3)
    assert (config.lr, config.epochs, config.momentum, config.schedule) == (0.01, 3, 0.7, "constant")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"model": "resnet"}, "unknown model"),
        ({"recipe": "standart"}, "did you mean 'standard'"),
        ({"epochs": 0}, "epochs must be 1 to 10,000"),
        ({"epochs": 2.5}, "epochs must be int"),
        ({"epochs": 10**300}, r"epochs must be 1 to 10,000, not 10{196}\.\.\.$"),
        ({"epochs": 10**5000}, "epochs must be 1 to 10,000, not int$"),
        ({"epochs": True}, "epochs must be int"),
        ({"batch_size": -1}, "batch-size must be"),
        ({"lr": True}, "lr must be float, not True"),
        ({"lr": float("nan")}, "^lr must be above 0, at most 100, not nan$"),
        ({"max_minutes": float("inf")}, "^max-minutes must be 0 to 100,000, not inf$"),
        ({"lr": 0.0}, "^lr must be above 0, at most 100, not 0$"),
        ({"momentum": 1.0}, "momentum must be"),
        ({"warmup": 0.0}, "warmup must be"),
        ({"sum_weight": 1.0}, "sum-weight must be"),
        ({"outliers": 1.5}, "outliers must be 0 to 1"),
        ({"seed": 2**32}, "seed must be"),
        ({"seed": "1"}, "seed must be int"),
        ({"device": "tpu"}, "unknown device"),
        ({"precision": "fp16"}, "unknown precision"),
        ({"data_dir": 3}, "data-dir must be"),
        ({"newthing": 1}, "unknown setting 'newthing': this version does not know it, another may$"),
    ],
)
def test_unusable_values_are_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        TrainConfig.from_dict(values)


def test_a_recipe_of_another_type_is_refused_as_any_setting_is() -> None:
    with pytest.raises(UsageError, match=r"unknown recipe '\['sprint'\]': did you mean 'sprint'"):
        TrainConfig.of(["sprint"])  # type: ignore[arg-type]


def test_a_setting_that_is_misspelt_is_suggested() -> None:
    with pytest.raises(UsageError, match="unknown setting 'data': did you mean 'data_dir'"):
        TrainConfig.of("standard", data=1)


def test_a_default_that_is_shown_holds_in_every_recipe() -> None:
    shown = [name for name, about in settings().items() if about.usual and name != "recipe"]
    for recipe in RECIPES:
        assert all(getattr(TrainConfig.of(recipe), name) == getattr(TrainConfig(), name) for name in shown), recipe


def test_the_table_of_settings_has_those_that_differ_as_a_reader_is_shown_them() -> None:
    runs = [TrainConfig(lr=0.01), TrainConfig(lr=0.02, data_dir="\x1b[31m"), None]
    assert settings_table([runs[0], runs[0]]) == []
    assert settings_table(runs[:2]) == [["lr", "0.01", "0.02"], ["data-dir", "built-in", r"\x1b[31m"]]
    rows = settings_table(runs)
    assert [row[0] for row in rows] == [option_name(name) for name in settings()], "a damaged run has none of them"
    assert rows[0] == ["model", "original", "original", "-"]


def test_the_table_of_settings_names_what_was_turned_on_the_way() -> None:
    config = TrainConfig()

    one, many = ("300:lr=x0.5",), tuple(f"{step}:lr=x2" for step in range(8))
    assert settings_table([config, config], [one, one]) == [], "both were changed alike"
    assert settings_table([config, config, None], [(), one, ()])[-1] == ["change", "-", "300:lr=x0.5", "-"]
    assert settings_table([config, config], [(), one]) == [["change", "-", "300:lr=x0.5"]]
    rows = settings_table([config, config], [one, many])
    assert rows[:2] == [["change", "300:lr=x0.5", "0:lr=x2"], ["", "-", "1:lr=x2"]]
    assert rows[-1] == ["", "-", "3 more"]


@pytest.mark.parametrize(("value", "words"), [(0.000001, "1e-6"), (0.0001, "0.0001"), (2.0, "2"), (False, "no")])
def test_a_value_is_written_as_one_types_it(value: object, words: str) -> None:
    assert value_words("weight_decay", value) == words


def test_a_value_is_not_rounded_out_of_its_range() -> None:
    assert value_words("sum_weight", 0.9999999) == "0.9999999", "1 is no weight of the sum"
    assert value_words("weight_decay", 0.9999999) == "1"


def test_every_number_has_a_range_which_no_nan_is_in() -> None:
    assert [name for name, kind in kinds().items() if kind in (int, float) and not settings()[name].range] == []
