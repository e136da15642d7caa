"""`mnist-sum tui`: the dashboard."""

from typing import Annotated

import typer

from mnist_sum_tui.cli import options as opt
from mnist_sum_tui.cli.common import DataDir, Device, RunsDir, complete_run, folder_or_default
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.runs import find

WITH_WATCH = ("data_dir", "device")
"""settings that the pages which ask the network go by"""


def tui(
    start: Annotated[bool, typer.Option("--start", help="Begin to train at once.")] = False,
    epochs: opt.Epochs = None,
    model: opt.Model = None,
    recipe: opt.Recipe = None,
    batch_size: opt.BatchSize = None,
    lr: opt.Lr = None,
    optimizer: opt.Optimizer = None,
    momentum: opt.Momentum = None,
    beta2: opt.Beta2 = None,
    weight_decay: opt.WeightDecay = None,
    schedule: opt.Schedule = None,
    warmup: opt.Warmup = None,
    label_smoothing: opt.LabelSmoothing = None,
    sum_weight: opt.SumWeight = None,
    augment: opt.Augment = None,
    seed: opt.Seed = None,
    device: Device = None,
    precision: opt.Precision = None,
    threads: opt.Threads = None,
    all_data: opt.AllData = None,
    data_dir: DataDir = None,
    keep: opt.Keep = None,
    resume: str | None = typer.Option(
        None, help="Go on with a run: latest, best, its id, or a path.", autocompletion=complete_run
    ),
    watch: str | None = typer.Option(
        None, help="Look at a run that another process trains: latest, its id, or a path.", autocompletion=complete_run
    ),
    name: opt.Name = "",
    theme: Annotated[str | None, typer.Option(help="A theme of Textual, such as textual-light or nord.")] = None,
    runs_dir: RunsDir = None,
) -> None:
    """Open the dashboard: train and watch, look at images, draw digits, compare runs."""
    from mnist_sum_tui.tui.launch import LaunchOptions, run_dashboard  # textual, 70 ms

    settings = opt.settings_in(locals())
    folder = folder_or_default(runs_dir)
    if watch is not None and (start or resume is not None):
        raise UsageError("--watch looks at a run and trains nothing: leave out --start and --resume")
    given = [item for item, value in settings.items() if value is not None and item not in WITH_WATCH]
    if watch is not None and given:
        raise UsageError(f"--watch looks at a run as it is: leave out --{given[0].replace('_', '-')}")
    resumed = opt.run_to_resume(resume, name, folder)
    config = opt.build_config(resumed, recipe, settings)
    options = LaunchOptions(
        runs_folder=folder,
        config=config,
        start=start or resumed is not None,
        resume=resumed,
        watch=find.find(watch, folder) if watch is not None else None,
        theme=theme,
        name=name,
        data_dir=data_dir,
    )
    raise typer.Exit(run_dashboard(options))
