"""Put a run's best weights into the package, as the network that `predict` uses when there is no run.

    python -m mnist_sum_tui.inference.bundle RUN
    python -m mnist_sum_tui.inference.bundle package

The optimizer's state is left out, because it is two thirds of a checkpoint, and so are the path of the run's images and
its threads, device and precision, because they mean nothing on another machine. A run that is not calibrated yet is
calibrated first.
`package` is the network that is already in the package; it is calibrated again.
"""

import sys
from dataclasses import replace

from mnist_sum_tui.inference import calibrate
from mnist_sum_tui.inference.on_run import do_on_run
from mnist_sum_tui.runs import checkpoint, find
from mnist_sum_tui.runs.run import BUILT_IN
from mnist_sum_tui.runs.runs_folder import default_folder


def bundle(name: str) -> None:
    """Replace the package's network by that of a run: an id, `latest`, `best` or a path; or calibrate it: `package`.

    Raises:
        MnistSumError: there is no such run, or it has no usable weights.
    """
    if name == "package":
        loaded = replace(checkpoint.load(BUILT_IN), confidence={})
    else:
        loaded = checkpoint.load(find.weights_file(find.by_name(name, default_folder())))
    confidence = calibrate.of_checkpoint(loaded, name).to_tensors()
    config = replace(loaded.config, data_dir=None, threads=0, device="auto", precision="auto")
    slim = replace(loaded, config=config, optimizer={})
    checkpoint.save_again(BUILT_IN, slim, confidence)


if __name__ == "__main__":
    sys.exit(do_on_run(bundle, "bundle", sys.argv[1:]))
