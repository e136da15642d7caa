"""Store the temperatures of a recipe's twin in the package.

    mnist-sum train --recipe marathon --hold-out
    python -m mnist_sum_tui.inference.twin RUN

A recipe that trains on all images holds none out to calibrate on. Its twin is a run of the same recipe with 5,000
images held out. The twin's temperatures are stored in the package, and every run of the recipe uses them.
"""

import json
import sys

from mnist_sum_tui.atomic import write_atomic
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.inference import calibrate
from mnist_sum_tui.inference.on_run import do_on_run
from mnist_sum_tui.runs import checkpoint, find
from mnist_sum_tui.runs.runs_folder import default_folder


def store(name: str) -> None:
    """Store the temperatures of a twin, named by its id, `latest`, `best` or a path.

    Raises:
        MnistSumError: there is no such run, it has no usable weights, or it is not a twin of its recipe.
    """
    run = find.by_name(name, default_folder())
    loaded = checkpoint.load(find.weights_file(run))
    recipe = loaded.config.recipe
    if loaded.config.given().keys() - calibrate.OF_NO_RECIPE != {"all_data"} or loaded.config.all_data:
        raise UsageError(f"this run is not a twin of {recipe}: train one with only --recipe {recipe} --hold-out")
    if not run.report_file.exists() or loaded.position.held:
        raise UsageError(f"this run is not a twin of {recipe}: it is not complete, or settings were changed meanwhile")
    found = calibrate.of_checkpoint(loaded, name)
    twins = json.loads(calibrate.TWINS.read_text(encoding="utf-8"))
    twins[recipe] = {name: getattr(found, name) for name in ("digit_temperature", "sum_temperature")}
    write_atomic(calibrate.TWINS, (json.dumps(twins, indent=2, sort_keys=True) + "\n").encode())


if __name__ == "__main__":
    sys.exit(do_on_run(store, "twin", sys.argv[1:]))
