"""`mnist-sum` alone: what it is, and what to try first."""

import typer
from typer.core import TyperGroup

from mnist_sum_tui.cli.common import console

FIRST = {
    "mnist-sum tui": "open the dashboard",
    "mnist-sum train --recipe sprint": "train one in seconds",
    "mnist-sum predict idx 3": "ask it what it sees",
}
FURTHER = {"mnist-sum guide": "how all of it works", "mnist-sum --help": "every command"}
"""no line is wider than 60 columns"""


class Welcome(TyperGroup):
    """The commands, where a line without one gets the welcome.

    A callback that does without a command would come to the same, but Typer loads pydantic to call it, if there is one.
    """

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Show the welcome and end if there is nothing to parse."""
        if not args and not ctx.resilient_parsing:
            show()
            raise typer.Exit
        return super().parse_args(ctx, args)


def show() -> None:
    """Print what the program is and what to try first, in ten lines at most."""
    from rich.text import Text  # rich: 50 ms

    width = max(map(len, FIRST))
    text = Text()
    text.append("mnist-sum", "bold")
    text.append(" trains a network that sees a handwritten digit and\n")
    text.append("adds a number to it, in your terminal, while you watch.\n")
    for commands, style in ((FIRST, "bold cyan"), (FURTHER, "cyan")):
        for command, what in commands.items():
            text.append(f"\n  {command:<{width}}", style)
            text.append(f"  {what}")
        text.append("\n")
    text.right_crop(1)
    console().print(text, soft_wrap=True)
