"""A network and its optimizer: one step on one batch, and the loss that both heads share."""

import math
import time
from contextlib import nullcontext
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.data.augment import augment
from mnist_sum_tui.data.dataset import Batch, Stream, seed_for
from mnist_sum_tui.data.drawn_digits import with_drawn_digits
from mnist_sum_tui.data.outliers import outliers
from mnist_sum_tui.machine.hardware import Hardware
from mnist_sum_tui.machine.ranks import Ranks
from mnist_sum_tui.models import build
from mnist_sum_tui.models.own import check_in_bf16
from mnist_sum_tui.own_network import is_own
from mnist_sum_tui.runs import checkpoint
from mnist_sum_tui.runs.checkpoint import Checkpoint
from mnist_sum_tui.runs.position import Position, Totals
from mnist_sum_tui.training.batches import StepPlan
from mnist_sum_tui.training.distributed import Processes, lost_process_is_one_line
from mnist_sum_tui.training.optimizers import build_optimizer

OUTLIER_WEIGHT = 0.5
"""how much the mean loss of the outliers adds to the loss; `guide/measurements.md` compares others"""


class StepResult(NamedTuple):
    """What one step measured on its batch, in all processes together, before it changed the weights."""

    totals: Totals
    lr: float


class DivergedError(Exception):
    """The loss or a weight is no longer a finite number."""

    def __init__(self, result: StepResult | None = None) -> None:
        super().__init__()
        self.result = result
        """the measurements of the step whose loss is not finite; None if a weight is not"""


def losses(digits_nk: Tensor, sums_nk: Tensor, labels_n: Tensor, sums_n: Tensor) -> tuple[Tensor, Tensor]:
    """Mean negative log-likelihood of the digit and of the sum, from log-probabilities (N, 10) and (N, 19)."""
    return F.nll_loss(digits_nk, labels_n), F.nll_loss(sums_nk, sums_n)


def total_loss(digit_loss: Tensor, sum_loss: Tensor, sum_weight: float = 0.5) -> Tensor:
    """What training minimises: the mean of the two losses, or a weighted mean."""
    return (1 - sum_weight) * digit_loss + sum_weight * sum_loss


def uniform_loss(log_probabilities_nk: Tensor) -> Tensor:
    """The mean cross-entropy with a uniform target, in nats; lowest, log(K), where all K answers are equally likely."""
    return -log_probabilities_nk.mean()


def label_smoothed(loss: Tensor, log_probabilities_nk: Tensor, share: float) -> Tensor:
    """The loss with label smoothing: `share` is the weight of a uniform target (Szegedy et al., arXiv:1512.00567)."""
    return loss if share == 0 else (1 - share) * loss + share * uniform_loss(log_probabilities_nk)


def augmented(batch: Batch, augment_seed: int, config: TrainConfig) -> Tensor:
    """A batch's images, or a part's, augmented: normalised (N, 1, 28, 28); with `sturdy` some are drawn ones."""
    images = batch.images
    if config.augment == "sturdy":
        seed = seed_for(augment_seed, 0, Stream.DRAWN)
        images = with_drawn_digits(images, batch.labels, seed, batch.first, batch.of)
    return augment(images, config.augment, augment_seed, batch.first, batch.of)


def _outliers(batch: Batch, augment_seed: int, config: TrainConfig) -> Tensor:
    """The outliers of a batch, or of a part, augmented as its digits are: normalised (M, 1, 28, 28), M at least 1."""
    making, changing = (seed_for(augment_seed, use, Stream.OUTLIERS, batch.first) for use in (0, 1))
    count = max(1, round(config.outliers * len(batch)))
    return augment(outliers(batch.images, batch.labels, count, making), config.augment, changing)


class Learner:
    """The network and the optimizer of a run, on one device; a notebook may have switched gradients off."""

    @torch.inference_mode(False)
    def __init__(self, config: TrainConfig, hardware: Hardware, processes: Processes | None = None) -> None:
        self.config = config
        self.hardware = hardware
        self.processes = processes or Processes(Ranks())
        self.is_alone = self.processes.is_alone
        """whether this is the only process, so that a step need not ask others"""
        self.network = build(config.model, config.seed).to(hardware.device)
        if hardware.is_bf16 and is_own(config.model):
            check_in_bf16(self.network, config.model, hardware.device)
        self.parallel: nn.Module = self.network
        """the network as a step calls it: with several processes it averages their gradients"""
        is_fused = hardware.device.type in ("cpu", "cuda")
        self.optimizer = build_optimizer(config, list(self.network.parameters()), fused=is_fused)

    def connect(self) -> None:
        """Connect the other processes; call it after the first weights are set."""
        self.parallel = self.processes.average_gradients(self.network)

    def step(self, plan: StepPlan) -> StepResult:
        """Train on one batch.

        Raises:
            DivergedError: the loss is not finite; the weights are as they were.
            RunError: another process has ended.
        """
        begin = time.perf_counter()
        with torch.inference_mode(False), nullcontext() if self.is_alone else lost_process_is_one_line():
            batch = plan.batch(slice(None) if self.is_alone else self.processes.ranks.part(len(plan.rows)))
            config = plan.config or self.config
            loss, sums = self._measure(batch, plan.augment_seed, config)
            is_finite = all(map(math.isfinite, sums))
            if is_finite:
                self._update(loss, plan.lr, config.weight_decay)
        digit_loss, sum_loss, digit_right, sum_right, _ = sums
        seconds = time.perf_counter() - begin
        result = StepResult(Totals(digit_loss, sum_loss, digit_right, sum_right, len(plan.rows), seconds), plan.lr)
        if not is_finite:
            raise DivergedError(result)
        return result

    def _measure(self, batch: Batch, augment_seed: int, config: TrainConfig) -> tuple[Tensor, list[float]]:
        """The loss to minimise, whose gradient, averaged over the processes, is the whole batch's; and the sums.

        These are, over the whole batch: losses of the digit and of the sum, right digits and sums, and the loss.
        """
        labels, sums = batch.labels.to(self.hardware.device), batch.sums.to(self.hardware.device)
        digits_nk, sums_nk, of_outliers = self._answers(batch, augment_seed, config)
        digit_loss, sum_loss = losses(digits_nk, sums_nk, labels, sums)
        share = config.label_smoothing
        smooth = label_smoothed(digit_loss, digits_nk, share), label_smoothed(sum_loss, sums_nk, share)
        loss = total_loss(*smooth, config.sum_weight)
        if of_outliers is not None:
            loss = loss + OUTLIER_WEIGHT * uniform_loss(of_outliers)
        right = ((digits_nk.argmax(1) == labels).sum(), (sums_nk.argmax(1) == sums).sum())
        found = torch.stack([digit_loss.detach(), sum_loss.detach(), *right, loss.detach()])
        digit_mean, sum_mean, digits_right, sums_right, mean = found.tolist()  # waits once
        n = len(batch)
        measured = [digit_mean * n, sum_mean * n, digits_right, sums_right, mean * n]
        if self.is_alone:
            return loss, measured
        return loss * (n * self.processes.ranks.size / batch.of), self.processes.total(measured)

    def _answers(self, batch: Batch, augment_seed: int, config: TrainConfig) -> tuple[Tensor, Tensor, Tensor | None]:
        """Log-probabilities of the digits (N, 10) and the sums (N, 19), and of the digits for the outliers, if any."""
        device = self.hardware.device
        images = augmented(batch, augment_seed, config).to(device)
        numbers, n = batch.numbers.to(device), len(images)
        if config.outliers:
            strange = _outliers(batch, augment_seed, config).to(device)
            images = torch.cat([images, strange])
            numbers = torch.cat([numbers, numbers[:1].expand(len(strange), -1)])  # any: their sums count in no loss
        self.network.train()
        with self.hardware.autocast():
            digits_nk, sums_nk = self.parallel(images.contiguous(memory_format=torch.channels_last), numbers)
        return (digits_nk[:n], sums_nk[:n], digits_nk[n:]) if config.outliers else (digits_nk, sums_nk, None)

    def _update(self, loss: Tensor, lr: float, weight_decay: float) -> None:
        for group in self.optimizer.param_groups:
            group["lr"], group["weight_decay"] = lr, weight_decay
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()

    def copy_weights(self) -> dict[str, Tensor]:
        """A copy on the CPU that training does not touch."""
        return {name: tensor.detach().to("cpu", copy=True) for name, tensor in self.network.state_dict().items()}

    def save(self, path: Path, position: Position, *, also: Path | None = None, weights_only: bool = False) -> None:
        """Write a checkpoint, with the optimizer's state unless `weights_only`.

        Raises:
            DivergedError: a weight is not finite, so a good checkpoint is never replaced by a useless one.
            RunError: the file cannot be written.
        """
        if not all(bool(torch.isfinite(parameter).all()) for parameter in self.network.parameters()):
            raise DivergedError
        state = self.network.state_dict()
        tensors = state if weights_only else checkpoint.tensors_of(self.network, self.optimizer)
        checkpoint.save(path, self.config, position, tensors, also=also)

    @torch.inference_mode(False)
    def restore(self, loaded: Checkpoint, source: Path | str) -> None:
        """Load a checkpoint's weights and optimizer state.

        Raises:
            CheckpointError: they are of another network or optimizer, or some are missing.
        """
        checkpoint.restore_weights(self.network, loaded.weights, source)
        checkpoint.restore_optimizer(self.optimizer, self.network, loaded, source)
