"""A learner that has made a few steps, for the tests of checkpoints."""

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.machine.hardware import choose
from mnist_sum_tui.training.step import Learner
from tests.conftest import plan_of

CONFIG = TrainConfig.of("standard", model="swift", precision="fp32")


def trained(steps: int = 2) -> Learner:
    learner = Learner(CONFIG, choose(CONFIG))
    for _ in range(steps):
        learner.step(plan_of(16))
    return learner
