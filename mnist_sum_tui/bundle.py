"""Put a run's best weights into the package, as the network that `predict` uses where there is no run.

    python -m mnist_sum_tui.bundle RUN

Without the optimizer's state, which is two thirds of a checkpoint.
"""

import sys

from mnist_sum_tui import checkpoint, lookup, runs
from mnist_sum_tui.runs import BUILT_IN


def bundle(name: str) -> None:
    """Write the package's network from a run.

    Raises:
        MnistSumError: no such run, or one without usable weights.
    """
    loaded = checkpoint.load(lookup.weights_file(lookup.find(name, runs.default_folder())))
    checkpoint.save(BUILT_IN, loaded.config, loaded.position, loaded.weights)


if __name__ == "__main__":
    bundle(sys.argv[1])
