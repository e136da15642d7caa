"""The two progress bars of `mnist-sum train`, as text."""

from rich.text import Text

from mnist_sum_tui.formatting import duration, loss_figure, percent, track
from mnist_sum_tui.runs.events import Progress, Started


def bars(event: Progress, started: Started, width: int) -> Text:
    """Two progress bars: the epoch with losses and accuracies, the run with speed and times; in fixed columns."""
    in_epoch = event.step - (event.epoch - 1) * started.steps_per_epoch
    epoch = [
        Text.assemble(
            (f"{f'epoch {event.epoch}/{started.epochs}':<13}", "bold"),
            _track(in_epoch / started.steps_per_epoch, "cyan"),
        ),
        Text.assemble(
            f"digit loss {loss_figure(event.digit_loss):>7} ", (f"{percent(event.digit_accuracy):>8}", "bold")
        ),
        Text.assemble(f"sum loss {loss_figure(event.sum_loss):>7} ", (f"{percent(event.sum_accuracy):>8}", "bold")),
    ]
    run = [
        Text.assemble((f"{'run':<13}", "bold"), _track(event.step / started.total_steps, "green")),
        Text(f"{event.images_per_second:7,.0f} images/s"),
        Text(f"elapsed {duration(event.elapsed, event.remaining):>7}"),
        Text(f"left {duration(event.remaining, event.elapsed):>7}"),
    ]
    return Text("\n").join([*_lines(epoch, width), *_lines(run, width)])


def _lines(parts: list[Text], width: int) -> list[Text]:
    """The parts side by side, on more lines if the terminal is too narrow."""
    lines = [parts[0]]
    for part in parts[1:]:
        if lines[-1].cell_len + 2 + part.cell_len <= width:
            lines[-1] = Text.assemble(lines[-1], "  ", part)
        else:
            lines.append(Text.assemble("  ", part))
    return lines


def _track(share: float, colour: str) -> Text:
    done, left = track(share, 10)
    return Text.assemble((done, colour), (left, "dim"))
