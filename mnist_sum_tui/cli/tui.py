"""`mnist-sum tui`: open the dashboard."""

from pathlib import Path
from typing import Annotated

import typer

from mnist_sum_tui.cli import options as opt
from mnist_sum_tui.cli.common import Notify, Resume, RunsDir, complete_run, folder_or_default
from mnist_sum_tui.cli.layout import is_plain
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.own_network import is_own
from mnist_sum_tui.recipes import QUICK_MODEL
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.runs.resumable import check_resumable
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.settings import THEMES

THEME_HELP = f"Colours: {THEMES}."
MOUSE_HELP = "Use the mouse, or leave it to the terminal for selecting text."
Theme = Annotated[str | None, typer.Option(help=THEME_HELP, show_default="mnist-sum-dark")]
Mouse = Annotated[bool | None, typer.Option("--mouse/--no-mouse", help=MOUSE_HELP, show_default="mouse")]
Fps = Annotated[int | None, typer.Option(help="Frames per second at most, 1 to 120.", show_default="120")]
WITH_WATCH = ("data_dir", "device")
"""settings that are allowed with --watch and --replay, because pages that use a network need them"""


@opt.with_settings
def tui(
    context: typer.Context,
    settings: opt.Settings,
    start: Annotated[bool, typer.Option("--start", help="Start training at once.")] = False,
    resume: Resume = None,
    watch: str | None = typer.Option(
        None,
        help="Watch a run that another process trains: latest, best, its id, its name, or a path.",
        autocompletion=complete_run,
    ),
    replay: str | None = typer.Option(
        None, help="Play a run back: latest, best, its id, its name, or a path.", autocompletion=complete_run
    ),
    name: opt.Name = "",
    theme: Theme = None,
    notify: Notify = None,
    mouse: Mouse = None,
    fps: Fps = None,
    runs_dir: RunsDir = None,
) -> None:
    """Open the dashboard: watch a training, look at images, draw digits, compare runs."""
    from mnist_sum_tui.tui.launch import LaunchOptions, run_dashboard  # imports textual: 70 ms

    if is_plain():
        raise UsageError("the dashboard is drawn: use mnist-sum train, runs or predict with --plain, or add --no-plain")
    folder = folder_or_default(runs_dir)
    if watch is not None and (start or resume is not None):
        raise UsageError("--watch only shows a run: leave out --start and --resume")
    if replay is not None and (start or resume is not None or watch is not None):
        raise UsageError("--replay only shows a run: leave out --start, --resume and --watch")
    given = [item for item, value in settings.items() if item not in WITH_WATCH and not is_own(value)]
    if watch is not None or replay is not None:
        only = "--watch" if watch is not None else "--replay"
        if name:
            raise UsageError(f"--name is for a new run: leave out --name or {only}")
        if given:
            typed = opt.typed_option(given[0], settings[given[0]])
            raise UsageError(f"{only} cannot change the settings of a run: leave out {typed}")
    find.check_name(name)
    resumed = opt.run_to_resume(resume, name, folder)
    quick = {} if resumed or {"model", "recipe"} & settings.keys() else {"model": QUICK_MODEL}
    config = opt.build_config(resumed, {**quick, **settings})
    if resumed is not None:
        check_resumable(resumed, config.epochs)  # before the dashboard opens
    options = LaunchOptions(
        runs_folder=folder,
        config=config,
        start=start,
        resume=resumed,
        watch=find.by_name(watch, folder) if watch is not None else None,
        replay=_replayed(replay, folder) if replay is not None else None,
        theme=theme,
        marker=context.params.get("marker"),
        name=name,
        mouse=mouse,
        notify=notify,
        fps=fps,
        data_dir=settings.get("data_dir"),
    )
    raise typer.Exit(run_dashboard(options))


def _replayed(name: str, folder: Path) -> Run:
    """The run to replay.

    Raises:
        UsageError: there is no such run, or it has no events.
        RunError: it is damaged.
    """
    run = find.by_name(name, folder)
    run.read_config()
    if next(read_events(run.metrics_file), None) is None:
        raise UsageError(f"run {run.id} has no events to replay: choose another run")
    return run
