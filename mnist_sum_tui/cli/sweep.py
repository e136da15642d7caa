"""`mnist-sum sweep`: train with every combination of some settings, one run after the other, and compare the means."""

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from mnist_sum_tui.cli import options as opt
from mnist_sum_tui.cli.again import begun, done_before, there
from mnist_sum_tui.cli.common import Json, Notify, RunsDir, folder_or_default, print_json
from mnist_sum_tui.cli.layout import console, drawn, print_table, say, show_commands, styled
from mnist_sum_tui.cli.run_end import going_on
from mnist_sum_tui.cli.train import train_and_print
from mnist_sum_tui.config import TrainConfig, option_name
from mnist_sum_tui.errors import RunError, UsageError
from mnist_sum_tui.formatting import duration, percent, shade
from mnist_sum_tui.machine.notify import told_when_over
from mnist_sum_tui.machine.process import import_torch
from mnist_sum_tui.recipes import RECIPES
from mnist_sum_tui.runs.accuracies import has_learned
from mnist_sum_tui.runs.chance import ERRORS_APART
from mnist_sum_tui.runs.find import check_name
from mnist_sum_tui.runs.locking import check_turns, in_turn
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.runs.runs_folder import check_folder
from mnist_sum_tui.runs.summary import summarise
from mnist_sum_tui.training.sweep import Combination, Outcome, combinations, outcome

ENDED = ("completed", "diverged")
"""how a run ends that is a result: a sweep does not train it again"""
HELD_OUT = "Each run holds out validation images to choose by; with --all-data yes the test images would choose"
WAITING = "another sweep trains in this folder: this one goes on when its run is over"


@opt.with_settings_as_text
def sweep(
    settings: dict[str, str],
    seeds: Annotated[int, typer.Option(help="Runs of each combination (1 to 100), with seeds from --seed on.")] = 1,
    name: opt.Name = "",
    runs_dir: RunsDir = None,
    json: Json = False,
    notify: Notify = None,
) -> None:
    """Train with every combination of settings: give several values with commas, as --lr 1e-3,2e-3.

    Finished runs are not trained again, so the same command continues where it was interrupted.
    """
    if not 1 <= seeds <= 100:
        raise UsageError(f"--seeds must be 1 to 100, not {seeds}")
    check_name(name)
    swept, wanted = combinations(settings, seeds)
    folder = folder_or_default(runs_dir)
    check_folder(folder)
    configs = [config for combination in wanted for config in combination.configs]
    _check(configs)
    check_turns(folder)
    is_changed = swept and "all_data" not in settings
    if is_changed and not json and any(RECIPES[config.recipe].values.get("all_data") for config in configs):
        say(console(), HELD_OUT)
    done: list[Outcome] = []
    with told_when_over(notify, "the sweep"):
        for place, combination in enumerate(wanted):
            if not json:
                words = _named(swept, combination.values) or f"{seeds} seeds"
                say(console(), f"{place + 1}/{len(wanted)}  {words}", "bold")
            finished = []
            for config in combination.configs:
                with in_turn(folder, lambda: None if json else say(console(), WAITING)):
                    run, code = _made(config, folder, name, json)
                if code:
                    if not json:
                        say(console(), "  the same command goes on with the sweep")
                    raise typer.Exit(code)
                finished.append(summarise(run))
            done.append(outcome(combination.values, finished))
            if not json and len(done) < len(wanted):
                say(console(), _so_far(swept, done))
    _print_json(swept, wanted, done) if json else _print(swept, done)


def _check(configs: Sequence[TrainConfig]) -> None:
    """Refuse now what would otherwise end the sweep at a later run.

    Raises:
        UsageError, DataError: a device, a precision, images, or a network of the user's own are missing.
    """
    import_torch()
    from mnist_sum_tui.data import dataset
    from mnist_sum_tui.machine.hardware import choose
    from mnist_sum_tui.models import skeleton

    for config in configs:
        opt.check_gain(config)
    for model in {config.model for config in configs}:
        skeleton(model)
    for config in {(config.device, config.precision, config.threads): config for config in configs}.values():
        choose(config)
    for place, split in itertools.product({config.data_dir for config in configs}, ("train", "test")):
        dataset.load(split, place)


def _made(config: TrainConfig, folder: Path, name: str, json: bool) -> tuple[Run, int]:
    """The run with that config: one that is there, one that goes on, or a new one; and the exit code."""
    found = there(config, folder, ENDED, is_quiet=json)
    if found is not None and found.state in ENDED:
        if not json:
            say(console(), done_before(config, found))
        return found.run, 0
    own, make = begun(config, found, folder, name)
    try:
        code = train_and_print(own, make, False, style="json" if json else "brief")
    except RunError as error:
        ended = there(config, folder, ENDED, is_quiet=True)
        if ended is None or ended.state != "diverged":
            raise
        if not json:
            say(console(), str(error))
        return ended.run, 0
    return make(), code


def _named(swept: tuple[str, ...], values: tuple[str, ...]) -> str:
    return ", ".join(f"{option_name(key)} {value}" for key, value in zip(swept, values, strict=True))


def _so_far(swept: tuple[str, ...], done: Sequence[Outcome]) -> str:
    """What the last combination came to, beside the best so far."""
    best, last = max(done, key=lambda found: found.mean), done[-1]
    if last.diverged:
        return f"no mean: {_diverged(last)}"
    than = "within chance of" if last.is_like(best) else "below"
    verdict = "the best so far" if last is best else f"{than} the best so far ({_named(swept, best.values)})"
    mean = f"{percent(last.mean, 3)} +- {percent(last.error, 3)}"
    return f"{last.best.ranked_by}, mean of digit and sum: {mean}, {verdict}"


def _diverged(found: Outcome) -> str:
    return "diverged" if found.diverged == len(found.runs) else f"{found.diverged} of {len(found.runs)} diverged"


def _print(swept: tuple[str, ...], done: Sequence[Outcome]) -> None:
    best = max(done, key=lambda found: found.mean)
    rows = []
    ranked = sorted(done, key=lambda found: -found.mean)
    for found in ranked:
        verdict = "best" if found is best else "within chance" if found.is_like(best) else ""
        verdict = _diverged(found) if found.diverged else verdict
        row = [
            *found.values, str(len(found.runs)), percent(found.digit, 3), percent(found.total, 3),
            percent(found.error, 3), duration(found.elapsed), verdict,
        ]  # fmt: skip
        rows.append([styled(text, "bold") for text in row] if verdict == "best" else list(row))
    out = console()
    out.print()
    settings = [*map(option_name, swept)]
    columns = [*settings, "runs", "digit", "sum", "+-", "time", ""]
    print_table(out, "Mean accuracy of each combination", columns, rows, left=len(swept))
    measures = {found.best.ranked_by for found in done} - {""}
    if measures == {"validation", "test"}:
        say(out, "digit, sum: on the validation images, or on the test images where none were held out")
    elif measures:
        say(out, f"digit, sum: on the {measures.pop()} images")
    if swept and any(found.best.ranked_by == "test" for found in done):
        say(out, "where no images were held out the test images chose, so that result is too good: take --all-data no")
    say(out, "+-: standard error of their mean, over the seeds, but at least that of the images")
    if any("within chance" in row for row in rows):
        say(out, f"within chance: below the best by at most {ERRORS_APART:g} standard errors of the difference")
    out.print()
    ids = [[*found.values, found.best_id or "-"] for found in ranked]
    print_table(out, "The best run of each combination", [*settings, "run"], ids, left=len(swept) + 1)
    if len(swept) == 2 and not best.diverged:
        _print_grid(swept, done)
    ended, config = best.best.finished, best.best.config
    if ended is not None and config is not None and not best.diverged and has_learned(ended):
        out.print()
        show_commands(out, going_on(best.best.run, ended, config.model))


def _print_grid(swept: tuple[str, ...], done: Sequence[Outcome]) -> None:
    """Print the mean of digit and sum: a row per value of the first setting, a column per value of the second."""
    first, second = (list(dict.fromkeys(found.values[place] for found in done)) for place in (0, 1))
    means = {found.values: found.mean for found in done}
    known = [found.mean for found in done if not found.diverged]
    low, high = min(known), max(known)

    def cell(mean: float) -> str:
        if mean < 0:
            return "diverged"
        return f"{percent(mean)} {drawn(2 * shade((mean - low) / (high - low) if high > low else 1.0))}"

    rows = [[down, *(cell(means[down, across]) for across in second)] for down in first]
    console().print()
    names = f"{option_name(swept[0])} down, {option_name(swept[1])} across"
    title = f"Mean of digit and sum: {names}; shaded from {percent(low)} to {percent(high)}"
    print_table(console(), title, ["", *second], rows, left=1)


def _print_json(swept: tuple[str, ...], wanted: Sequence[Combination], done: Sequence[Outcome]) -> None:
    """Print the result with the settings' values as they are in config.json, and not as they were typed."""
    settings = [{name: getattr(each.configs[0], name) for name in swept} for each in wanted]
    best, chosen = max(zip(done, settings, strict=True), key=lambda pair: pair[0].mean)
    rows = [
        {
            **values, "runs": found.runs, "digit_accuracy": found.digit,
            "sum_accuracy": found.total, "tested": found.best.ranked_by == "test",
            "standard_error": found.error, "elapsed": found.elapsed,
            "within_chance_of_best": found.is_like(best), "diverged": found.diverged, "best_run": found.best_id,
        }
        for found, values in zip(done, settings, strict=True)
    ]  # fmt: skip
    print_json({"event": "sweep", "best": None if best.diverged else chosen, "combinations": rows})
