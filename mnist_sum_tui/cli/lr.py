"""`mnist-sum lr`: find a learning rate by training a fresh network for 100 steps at rising rates."""

from dataclasses import replace

from mnist_sum_tui.cli import options as opt
from mnist_sum_tui.cli.charts import print_plots
from mnist_sum_tui.cli.common import Json, print_json
from mnist_sum_tui.cli.layout import console, say, show_commands
from mnist_sum_tui.formatting import small
from mnist_sum_tui.machine.process import import_torch
from mnist_sum_tui.runs.commands import command

HEIGHT = 14
"""the rows of the chart"""


@opt.with_settings
def lr(settings: opt.Settings, json: Json = False) -> None:
    """Find a learning rate: 100 steps of a fresh network, from 1e-6 to 10 or until the loss shoots up.

    It writes nothing and changes no run.
    """
    config = opt.build_config(None, settings)
    opt.check_gain(config)
    import_torch()
    from mnist_sum_tui.training.lr_finder import about_set, find_rate

    test = find_rate(config)
    if json:
        found = {"steepest": test.steepest, "valley": test.valley, "suggestion": test.suggestion, "lr": config.lr}
        print_json({**found, "rates": test.rates, "losses": test.losses, "smoothed": test.smoothed})
        return
    from mnist_sum_tui.charts.rate_test import rate_plot  # imports numpy

    out = console()
    print_plots(out, [rate_plot(test)], HEIGHT)
    out.print()
    say(out, f"steepest  {small(test.steepest, 2)}: here the loss falls fastest", indent=10)
    say(out, f"middle    {small(test.valley, 2)}: {test.about_valley}", indent=10)
    say(out, f"set now   {small(config.lr)}: {about_set(config)}", indent=10)
    show_commands(out, {"train with it": command(replace(config, lr=test.suggestion))})
