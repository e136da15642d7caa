"""`mnist-sum` without a command: says what the program is and what to try first."""

from mnist_sum_tui.cli.layout import console

FIRST = {
    "mnist-sum demo": "watch it learn, in 40 s",
    "mnist-sum train --recipe sprint": "train in a few seconds",
    "mnist-sum tui": "open the dashboard",
    "mnist-sum predict 3": "predict for a test image",
}
FURTHER = {"mnist-sum guide": "how it works", "mnist-sum --help": "all commands"}
"""commands and what they do; no line is wider than 60 columns"""


def show() -> None:
    """Print what the program is and what to try first, in at most ten lines."""
    from rich.text import Text  # imports rich: 50 ms

    width = max(map(len, FIRST))
    out = console()
    out.print(Text.assemble(("mnist-sum", "bold"), " trains a network that reads a handwritten digit"), soft_wrap=True)
    out.print("and adds a number to it, in your terminal, while you watch.", soft_wrap=True)
    for commands, style in ((FIRST, "bold cyan"), (FURTHER, "cyan")):
        out.print()
        for command, what in commands.items():
            out.print(Text.assemble((f"  {command:<{width}}", style), f"  {what}"), soft_wrap=True)
