"""Put a run's best weights into the package, as the network that `predict` uses where there is no run.

    python -m mnist_sum_tui.inference.bundle RUN

Without the optimizer's state, which is two thirds of a checkpoint, and without the folder of the images, which is
nobody else's.
"""

import sys
from dataclasses import replace

from mnist_sum_tui.errors import MnistSumError
from mnist_sum_tui.runs import checkpoint, find
from mnist_sum_tui.runs.run import BUILT_IN, default_folder


def bundle(name: str) -> None:
    """Write the package's network from a run.

    Raises:
        MnistSumError: no such run, or one without usable weights.
    """
    loaded = checkpoint.load(find.weights_file(find.by_name(name, default_folder())))
    checkpoint.save(BUILT_IN, replace(loaded.config, data_dir=None), loaded.position, loaded.weights)


def main(arguments: list[str]) -> int:
    """What `python -m mnist_sum_tui.inference.bundle` does; returns the exit code."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print("usage: python -m mnist_sum_tui.inference.bundle RUN", file=sys.stderr)
        return 2
    try:
        bundle(arguments[0])
    except MnistSumError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
