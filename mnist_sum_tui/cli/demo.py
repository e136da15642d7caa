"""`mnist-sum demo`: a recorded training, played in the dashboard; in a pipe, only its captions."""

import typer

from mnist_sum_tui import settings
from mnist_sum_tui.cli.layout import console, is_terminal, say
from mnist_sum_tui.cli.tui import Fps, Mouse, Theme
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.machine.terminal import can_draw
from mnist_sum_tui.recipes import QUICK_MODEL
from mnist_sum_tui.runs.runs_folder import default_folder


def demo(theme: Theme = None, mouse: Mouse = None, fps: Fps = None) -> None:
    """Watch a network learn to read and to add, in 40 seconds: a recorded training; nothing is written."""
    from mnist_sum_tui.export.demo import GO_ON, captions  # imports numpy
    from mnist_sum_tui.export.recording import RECORDED

    if theme is not None:
        from mnist_sum_tui.tui.looks import trouble_with  # imports textual: 0.2 s

        if (wrong := trouble_with(theme)) is not None:
            raise wrong
    settings.find("fps", fps)  # here, too, to refuse a wrong one
    if not (is_terminal() and can_draw()):
        from mnist_sum_tui.runs.replay import Replay

        for caption in captions(Replay(RECORDED.metrics_file)):
            say(console(), f"step {caption.step:,}: {caption.words}")
        say(console(), GO_ON)
        return
    from mnist_sum_tui.tui.launch import LaunchOptions, run_dashboard  # imports textual: 70 ms

    config = TrainConfig(model=QUICK_MODEL)
    options = LaunchOptions(default_folder(), config, False, None, theme, replay=RECORDED, mouse=mouse, fps=fps)
    raise typer.Exit(run_dashboard(options))
