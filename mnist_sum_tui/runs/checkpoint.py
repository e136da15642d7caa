"""A checkpoint: one file with weights, optimizer state, position and config; written atomically, hashed, no pickle.

It is a safetensors file. The weights keep their names; the optimizer's tensors are `optimizer.<parameter>.<state>`; the
rest is JSON in the header's metadata under `mnist_sum`. `sha256` there is the hash of the whole file with the hash
itself replaced by 64 zeros, so that a single flipped bit anywhere is found. If the network is calibrated, the file also
has the tensors `confidence.<name>` of `inference/confidence.py`.
"""

import hashlib
import io
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import safetensors
import safetensors.torch
import torch
from torch import Tensor, nn

from mnist_sum_tui.atomic import open_own, write_atomic
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import CheckpointError, UsageError
from mnist_sum_tui.own_network import is_own
from mnist_sum_tui.runs.checkpoint_file import ADVICE, CONFIDENCE, MAX_BYTES, NO_HASH, OPTIMIZER, checked_header
from mnist_sum_tui.runs.position import Position

FORMAT = 2
READABLE = (1, 2)
"""the formats that can be read; format 1 is of version 0.1.0, whose positions lack a few fields"""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The content of a checkpoint."""

    config: TrainConfig
    position: Position
    weights: dict[str, Tensor]
    optimizer: dict[str, Tensor]
    confidence: dict[str, Tensor] = field(default_factory=dict)
    """the tensors that calibrate the network's probabilities; empty if it is not calibrated"""


def save(
    path: Path, config: TrainConfig, position: Position, tensors: Mapping[str, Tensor], *, also: Path | None = None
) -> None:
    """Write a checkpoint, whole or not at all, and a second one with the same content to `also`.

    Raises:
        RunError: it cannot be written; the previous checkpoint is kept.
        UsageError: it is too large to be read again.
    """
    values = {"format": FORMAT, "config": config.to_dict(), "position": asdict(position)}
    raw = _encode({name: t.detach().cpu().contiguous() for name, t in tensors.items()}, values)
    if len(raw) > MAX_BYTES:
        raise UsageError(
            f"{path.name} would have {len(raw) >> 20} MiB, at most {MAX_BYTES >> 20}: make the network smaller"
        )
    write_atomic(path, raw, also=also)


def tensors_of(network: nn.Module, optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """The weights under their own names, and the optimizer's tensors under `optimizer.<parameter>.<state>`."""
    tensors: dict[str, Tensor] = dict(network.state_dict())
    for name, parameter in network.named_parameters():
        for key, value in optimizer.state.get(parameter, {}).items():
            if isinstance(value, Tensor):
                tensors[f"{OPTIMIZER}{name}.{key}"] = value
    return tensors


def save_again(path: Path, loaded: Checkpoint, confidence: Mapping[str, Tensor]) -> None:
    """Write a checkpoint that was loaded, with other tensors for the calibration of its probabilities.

    Raises:
        RunError: it cannot be written; the previous checkpoint is kept.
    """
    parts = {"": loaded.weights, OPTIMIZER: loaded.optimizer, CONFIDENCE: confidence}
    tensors = {prefix + name: tensor for prefix, own in parts.items() for name, tensor in own.items()}
    save(path, loaded.config, loaded.position, tensors)


def load(path: Path) -> Checkpoint:
    """Read a checkpoint; nothing in it is used before the whole file has been checked.

    Raises:
        CheckpointError: the file is missing, truncated, damaged, not a checkpoint, or of a later version.
    """
    try:
        with open_own(path) as stream:
            if os.fstat(stream.fileno()).st_size > MAX_BYTES:
                most = f"{MAX_BYTES >> 20} MiB"
                raise CheckpointError(f"{path}: is not a checkpoint of mnist-sum (over {most}); {ADVICE}")
            return _decode(stream, path)
    except OSError as error:
        raise CheckpointError(f"{path}: cannot be read ({error.strerror or error}); {ADVICE}") from error


def decode(raw: bytes, path: Path | str) -> Checkpoint:
    """As `load`, but from the content of a file; `path` is only named in messages.

    Raises:
        CheckpointError: as `load`.
    """
    return _decode(io.BytesIO(raw), path)


def _decode(stream: BinaryIO, path: Path | str) -> Checkpoint:
    """Decode a checkpoint; only its header is kept in memory until the hash has been checked."""
    header = checked_header(stream, path)
    try:
        values = json.loads(json.loads(header)["__metadata__"]["mnist_sum"])
        if (number := values["format"]) not in READABLE:
            if type(number) is not int or number < FORMAT:
                raise ValueError
            raise CheckpointError(f"{path}: was written by a later version of mnist-sum; update mnist-sum")
        config, position = _described(values, path)
        stream.seek(0)
        tensors = safetensors.torch.load(stream.read(MAX_BYTES))
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError, safetensors.SafetensorError) as error:
        raise CheckpointError(f"{path}: is not a checkpoint that this version can read; {ADVICE}") from error
    state, confidence = _taken(tensors, OPTIMIZER), _taken(tensors, CONFIDENCE)
    return Checkpoint(config, position, tensors, state, confidence)


def _taken(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """Take the tensors with a prefix out of all tensors, and the prefix off their names."""
    return {name.removeprefix(prefix): tensors.pop(name) for name in list(tensors) if name.startswith(prefix)}


def _described(values: Mapping[str, Any], path: Path | str) -> tuple[TrainConfig, Position]:
    """The config and the position in a checkpoint's metadata."""
    config, position = values["config"], values["position"]
    try:
        return TrainConfig.from_dict(config), Position.from_dict(position)
    except (ValueError, UsageError) as error:
        raise CheckpointError(f"{path}: is not a checkpoint that this version can read ({error}); {ADVICE}") from error


def restore_weights(
    network: nn.Module, weights: Mapping[str, Tensor], source: Path | str, *, assign: bool = False
) -> None:
    """Copy weights into a network. All names, shapes and types are checked first, so all are copied or none.

    With `assign` the network takes the tensors themselves, without a copy; that is how a `skeleton` gets its weights.

    Raises:
        CheckpointError: the weights are those of another network.
    """
    own = network.state_dict()
    strays = sorted(own.keys() ^ weights.keys())
    if strays:
        raise _misfit(source, "network of this version", f"{strays[0]} is in only one of them")
    for name, tensor in own.items():
        if tensor.shape != weights[name].shape or tensor.dtype != weights[name].dtype:
            found = f"{tuple(weights[name].shape)}, {weights[name].dtype}"
            raise _misfit(source, "network of this version", f"{name} is {found}")
    network.load_state_dict(dict(weights), assign=assign)


def restore_optimizer(
    optimizer: torch.optim.Optimizer, network: nn.Module, loaded: Checkpoint, source: Path | str
) -> None:
    """Copy the saved tensors into the optimizer, in the memory layout of their parameters.

    The layout matters, because fused optimizers go through parameter, gradient and state in memory order. All names,
    shapes and types are checked first. After the first step all parameters have a state; but a network of the user's
    own need not use them all.

    Raises:
        CheckpointError: the tensors do not fit the network or the optimizer, or some are missing.
    """
    parameters, keys, state = dict(network.named_parameters()), _kept_by(optimizer), loaded.optimizer
    used = {full_name.rpartition(".")[0] for full_name in state}
    if loaded.position.step > 0 and not (is_own(loaded.config.model) and used):
        used |= parameters.keys()
    known = {f"{name}.{key}": (parameters[name], key) for name in used & parameters.keys() for key in keys}
    if strays := sorted(known.keys() ^ state.keys()):
        raise _misfit(source, "optimizer", f"{strays[0]} is in only one of them")
    for full_name, value in state.items():
        parameter, key = known[full_name]
        shape, dtype = ((), torch.float32) if key == "step" else (parameter.shape, parameter.dtype)
        if (value.shape, value.dtype) != (shape, dtype):
            raise _misfit(source, "optimizer", f"{full_name} is {tuple(value.shape)}, {value.dtype}")
    for full_name, value in state.items():
        parameter, key = known[full_name]
        if key == "step":  # a fused optimizer wants it on the parameter's device, others on the CPU
            own = value.to(parameter.device if optimizer.defaults.get("fused") else value.device, copy=True)
        else:
            own = torch.empty_like(parameter).copy_(value)
        optimizer.state[parameter][key] = own


def _kept_by(optimizer: torch.optim.Optimizer) -> tuple[str, ...]:
    """The tensors that an optimizer has for each weight, once that was trained."""
    if "betas" in optimizer.defaults:
        return "step", "exp_avg", "exp_avg_sq"
    return ("momentum_buffer",) if optimizer.defaults["momentum"] else ()


def _encode(tensors: dict[str, Tensor], values: dict[str, Any]) -> bytes:
    raw = safetensors.torch.save(tensors, {"mnist_sum": json.dumps(values), "sha256": NO_HASH})
    digest = hashlib.sha256(raw).hexdigest()
    return raw.replace(f'"sha256":"{NO_HASH}"'.encode(), f'"sha256":"{digest}"'.encode(), 1)


def _misfit(source: Path | str, whole: str, part: str) -> CheckpointError:
    return CheckpointError(f"{source}: does not fit the {whole} ({part}); choose another run")
