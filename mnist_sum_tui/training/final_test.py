"""The end of a training: take the best epoch's network, calibrate it, and test it."""

from mnist_sum_tui.data.dataset import Split
from mnist_sum_tui.inference import calibrate
from mnist_sum_tui.inference.confidence import Confidence
from mnist_sum_tui.inference.evaluate import EvalReport, score
from mnist_sum_tui.inference.infer import infer
from mnist_sum_tui.runs import checkpoint
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.prepare import Training
from mnist_sum_tui.training.step import DivergedError


def take_best(run: Run, training: Training) -> Confidence:
    """Load the weights of best.safetensors into the learner, calibrate them, and store the calibration in that file.

    No weight changes, and no random number is used, so a resumed run that repeats it gets the same.

    Raises:
        CheckpointError: the file is damaged.
        RunError: the file cannot be written; it stays as it was.
    """
    learner, loaded = training.learner, checkpoint.load(run.best_file)
    checkpoint.restore_weights(learner.network, loaded.weights, run.best_file)
    train = training.batches.dataset.split
    held = loaded.position.held
    confidence = calibrate.fit(learner.network, learner.config, train, training.validation, learner.hardware, held)
    if tensors := confidence.to_tensors():
        checkpoint.save_again(run.best_file, loaded, tensors)
    return confidence


def tested(run: Run, training: Training, test: Split) -> EvalReport:
    """The result of the best epoch's network, calibrated, on the test images.

    Raises:
        CheckpointError, RunError: as `take_best`.
        DivergedError: its answers are no numbers, as after last steps that no validation has seen.
    """
    confidence, learner = take_best(run, training), training.learner
    outputs = infer(learner.network, test.images, learner.hardware, confidence=confidence)
    if not all(bool(answers.isfinite().all()) for answers in (outputs.digits, outputs.sums)):
        raise DivergedError
    return score(outputs, test)
