"""The command line that the modules `bundle` and `twin` share under `python -m`: one argument, one-line errors."""

import sys
from collections.abc import Callable

from mnist_sum_tui.errors import MnistSumError


def do_on_run(do: Callable[[str], None], module: str, arguments: list[str]) -> int:
    """Call `do` with the only argument, a run. An error is printed as one line. Returns the exit code."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print(f"usage: python -m mnist_sum_tui.inference.{module} RUN", file=sys.stderr)
        return 2
    try:
        do(arguments[0])
    except MnistSumError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    return 0
