"""The program's start: `python -m mnist_sum_tui` is the same as `mnist-sum`."""

import os
import sys


def main() -> None:
    """Load the program and run it; Ctrl-C ends it in one line even while it is loaded, which takes 0.2 s."""
    try:
        from mnist_sum_tui.cli.main import main as run

        run()
    except KeyboardInterrupt:
        print("error: interrupted", file=sys.stderr, flush=True)
        os._exit(130)  # after sys.exit, Python dies by the signal if it came inside `exec`, as in @dataclass


if __name__ == "__main__":
    main()
