"""Batch normalisation over the images of all processes, so that their number changes a run only by rounding."""

from collections.abc import Callable
from typing import Any

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from mnist_sum_tui.errors import UsageError


def share_batch_norms(network: nn.Module) -> None:
    """Turn every batch normalisation of the network into a shared one, with the same weights.

    Raises:
        UsageError: a network of the user's own has one that cannot be shared.
    """
    for name, module in network.named_modules():
        if not isinstance(module, nn.modules.batchnorm._BatchNorm):
            continue
        is_usual = module.affine and module.track_running_stats and module.momentum is not None
        if type(module) is not nn.BatchNorm2d or not is_usual:
            raise UsageError(
                f"{name} is a {type(module).__name__} that several processes cannot share: make it an nn.BatchNorm2d "
                "with affine, a momentum and running statistics, or start one process"
            )
        module.__class__ = SharedBatchNorm2d


class SharedBatchNorm2d(nn.BatchNorm2d):
    """nn.BatchNorm2d that computes its statistics in training over the images of all processes together.

    torch's own SyncBatchNorm works only on GPUs (torch 2.13).
    """

    def forward(self, x: Tensor) -> Tensor:
        """Normalise maps (N, C, H, W) over N, H and W, where N counts the images of all processes."""
        if not self.training:
            return super().forward(x)
        normalise: Callable[..., tuple[Tensor, ...]] = _SharedNorm.apply
        out, mean, variance, count = normalise(x, self.weight, self.bias, self.eps)
        assert self.running_mean is not None
        assert self.running_var is not None
        assert self.num_batches_tracked is not None
        with torch.no_grad():
            share = self.momentum or 0.0
            self.running_mean.lerp_(mean, share)
            self.running_var.lerp_(variance * count / (count - 1), share)
            self.num_batches_tracked.add_(1)
        return out


class _SharedNorm(torch.autograd.Function):
    """Batch normalisation over all processes, which exchange values once forward and once backward.

    The means and variances of the processes are combined by Chan's formula (Chan, Golub and LeVeque, 1979), because
    the difference of two large sums of squares would lose the digits that matter.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """The normalised maps (N, C, H, W), mean and variance (C) of all processes, and their number of values."""
        maps = x.float()
        means, variances, counts = _of_each(maps)
        count = counts.sum()
        mean = (counts * means).sum(0) / count
        variance = (counts * (variances + (means - mean).square())).sum(0) / count
        out = F.batch_norm(x, mean, variance, weight, bias, training=False, eps=eps)
        ctx.save_for_backward(x, weight, mean, torch.rsqrt(variance + eps), count)
        ctx.mark_non_differentiable(mean, variance, count)
        return out, mean, variance, count

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor, *_: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        """The formula of Ioffe and Szegedy (2015), section 3, as one linear map of `grad` and x for each channel."""
        x, weight, mean, scale, count = ctx.saved_tensors
        grads, maps, axes = grad.float(), x.float(), (0, 2, 3)
        bias_grad = grads.sum(axes)
        weight_grad = (grads * (maps - _of_channels(mean))).sum(axes) * scale
        total = torch.cat([bias_grad, weight_grad])
        dist.all_reduce(total)
        mean_grad, mean_slope = (total / count).chunk(2)
        by_grad = weight * scale
        by_x = -by_grad * scale * mean_slope
        constant = -by_grad * mean_grad - by_x * mean
        out = torch.addcmul(_of_channels(constant), maps, _of_channels(by_x)).addcmul_(grads, _of_channels(by_grad))
        return out.to(x.dtype), weight_grad, bias_grad, None


def _of_each(maps_nchw: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Means and variances by process and channel, (P, C) each, and the number of values behind them, (P, 1)."""
    channels = maps_nchw.shape[1]
    count = maps_nchw.numel() // channels
    variance, mean = torch.var_mean(maps_nchw, (0, 2, 3), correction=0)
    own = torch.cat([mean, variance, maps_nchw.new_tensor([count])])
    gathered = [torch.empty_like(own) for _ in range(dist.get_world_size())]
    dist.all_gather(gathered, own)
    means, variances, counts = torch.stack(gathered).split((channels, channels, 1), dim=1)
    return means, variances, counts


def _of_channels(values_c: Tensor) -> Tensor:
    """The values (C) as (1, C, 1, 1), to be combined with maps (N, C, H, W)."""
    return values_c.view(1, -1, 1, 1)
