"""Take the best epoch's network at the end of a training, and calibrate it."""

from mnist_sum_tui.inference import calibrate
from mnist_sum_tui.inference.confidence import Confidence
from mnist_sum_tui.runs import checkpoint
from mnist_sum_tui.runs.knob_turns import turned
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.prepare import Training


def take_best(run: Run, training: Training) -> Confidence:
    """Load the weights of best.safetensors into the learner, calibrate them, and store the calibration in that file.

    No weight changes, and no random number is used, so a resumed run that repeats it gets the same.

    Raises:
        CheckpointError: the file is damaged.
        RunError: the file cannot be written; it stays as it was.
    """
    learner, loaded = training.learner, checkpoint.load(run.best_file)
    learner.restore_weights(loaded.weights, run.best_file)
    train = training.batches.dataset.split
    held = turned(training.state.knobs.turns, training.state.step - 1).values()
    confidence = calibrate.fit(learner.network, learner.config, train, training.validation, learner.hardware, held)
    if tensors := confidence.to_tensors():
        checkpoint.save_again(run.best_file, loaded, tensors)
    return confidence
