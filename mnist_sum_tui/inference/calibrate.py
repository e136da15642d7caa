"""Calibrate a network: fit its temperatures on images that it was not trained on, or take those of its recipe's twin.

A twin is a run of the same recipe with 5,000 images held out; see twin.py.
"""

import itertools
import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.data import dataset
from mnist_sum_tui.data.augment import augment
from mnist_sum_tui.data.dataset import Split
from mnist_sum_tui.data.drawn_digits import with_drawn_digits
from mnist_sum_tui.inference.confidence import (
    CONTRASTS,
    NOT_CALIBRATED,
    SCORED,
    TEMPERATURES,
    Classes,
    Confidence,
    Views,
    calibrated,
    contrasts,
    look,
)
from mnist_sum_tui.inference.infer import Outputs, all_sums, infer_batches, normalised
from mnist_sum_tui.inference.predict import Predictor
from mnist_sum_tui.machine.hardware import Hardware, choose_for_inference
from mnist_sum_tui.models.layers import SumNetwork, evaluating
from mnist_sum_tui.runs.checkpoint import Checkpoint
from mnist_sum_tui.runs.knob_turns import Turn

TWINS = Path(__file__).with_name("twins.json")
"""the temperatures for each recipe that trains on all images; twin.py writes the file"""
OF_NO_RECIPE = {"seed", "device", "precision", "threads", "keep", "max_minutes"}
"""the settings in which a run may differ from its recipe's twin; if a limit of time shortened it, its epochs tell"""
CHANGED = "nudge"
"""the augmentation for a network that was trained without one, because it knows its training images too well"""
CLASS_IMAGES = 5000
"""how many training images the class means are computed from"""
THRESHOLD_IMAGES = 12_000
"""how many training images give temperatures and threshold if none are held out; 60 score below the threshold"""
REFUSED = 0.005
"""the share of the held-out digits that may be mistaken for strangers, that is, images of no digit"""
MOST_THRESHOLD = 0.45
"""a higher one is of a network to which all images are alike: without a distance the usual contrast gives 0.5; usual
are 0.1 to 0.25"""
HALVINGS = 30
"""steps of the bisection; the relative error of the temperature is then 4e-9"""


def fit(
    network: SumNetwork,
    config: TrainConfig,
    train: Split,
    held_out: Split,
    hardware: Hardware,
    turns: Iterable[Turn] = (),
) -> Confidence:
    """The confidence of a network, from images that were held out, or else from training images that are changed anew.

    Changed as in training, or a little where training did not change them, they are nearly as hard as unseen images.
    Where the recipe has a twin, the temperatures are the twin's, which are better still. The threshold never is,
    because the digit scores of two networks differ more than those of seen and unseen images in one network. `turns`
    are the changes of settings that held at the end of the training; after any of them the recipe's twin is no twin.
    """
    changes = {turn.setting: turn.value for turn in turns}
    augmentation = changes.get("augment", config.augment)
    found = fit_classes(network, train, hardware, augmentation)
    if not found.classes:
        return found
    outputs, labels = _to_judge_by(network, train, held_out, hardware, found, augmentation)
    if (threshold := _threshold(outputs)) > MOST_THRESHOLD:
        return NOT_CALIBRATED
    twin = None if len(held_out) or changes else _of_twin(config)
    temperatures = twin or _temperatures(outputs, labels)
    return replace(temperatures, threshold=threshold, classes=found.classes, usual_contrast=found.usual_contrast)


def _to_judge_by(
    network: SumNetwork, train: Split, held_out: Split, hardware: Hardware, classes: Confidence, augmentation: str
) -> tuple[Outputs, Tensor]:
    """Outputs, with digit scores, and their labels: of the images held out, or else of changed training images."""
    if len(held_out):
        judged = held_out
        batches: Iterable[Tensor] = normalised(judged.images, hardware.device)
    else:
        step = max(1, len(train) // THRESHOLD_IMAGES) | 1  # odd, because even indices alone score lower
        judged = train.take(torch.arange(1 % len(train), len(train), step))
        batches = _changed(judged.images, hardware, CHANGED if augmentation == "none" else augmentation)
    outputs = infer_batches(network, batches, hardware, confidence=classes)
    assert outputs is not None  # nothing stops it
    return outputs, judged.labels


def _threshold(outputs: Outputs) -> float:
    """At most the share REFUSED of the digits has a lower score."""
    assert outputs.scores is not None
    return outputs.scores.sort().values[int(REFUSED * len(outputs.scores))].item()


def _temperatures(outputs: Outputs, labels_n: Tensor) -> Confidence:
    """Only the temperatures of both heads, fitted to these images' labels."""
    return Confidence(
        digit_temperature=fit_temperature(outputs.digits, labels_n),
        sum_temperature=fit_temperature(outputs.sums.flatten(0, 1), all_sums(labels_n).flatten()),
    )


def _see(network: SumNetwork, batches: Iterable[Tensor], hardware: Hardware) -> tuple[list[Views], Tensor]:
    """The Views, or none if some batch has none, and the logits of batches of normalised images."""
    with evaluating(network), torch.inference_mode(), hardware.autocast():
        logits, views = zip(*(look(network, batch) for batch in batches), strict=True)
    known = [each for each in views if each is not None]
    return known if len(known) == len(views) else [], torch.cat(logits).float().cpu()


def _changed(images_nhw: Tensor, hardware: Hardware, augmentation: str, labels_n: Tensor | None = None) -> list[Tensor]:
    """Batches of normalised images after augmentation, which computes in float32 for a network in bf16, too.

    Where labels are given, half of the images are first replaced by drawn digits.
    """
    with torch.inference_mode():
        batches = list(normalised(images_nhw, hardware.device))
        if labels_n is not None:
            labelled = enumerate(zip(batches, labels_n.split(len(batches[0])), strict=True))
            batches = [with_drawn_digits(batch, labels, seed, share=0.5) for seed, (batch, labels) in labelled]
        return [augment(batch, augmentation, seed) for seed, batch in enumerate(batches)]


def fit_classes(network: SumNetwork, train: Split, hardware: Hardware, augmentation: str) -> Confidence:
    """Only the class means and the contrast, from evenly spread training images.

    NOT_CALIBRATED for a network without a layer of ten outputs, or whose logits are all alike, or of which an image by
    itself shows other layers than a batch, as if it runs on one after the other. A network that learned other forms of
    digits than MNIST's, by the augmentation, sees the images as they are and once more changed.
    """
    few = train.take(torch.arange(0, len(train), max(1, len(train) // CLASS_IMAGES)))
    sets = [_changed(few.images, hardware, "none")]
    if augmentation in ("written", "sturdy"):
        sets.append(_changed(few.images, hardware, "strong", few.labels if augmentation == "sturdy" else None))
    views, logits = _see(network, itertools.chain(*sets), hardware)
    alone, _ = _see(network, [sets[0][0][:1]], hardware)
    labels = few.labels.repeat(len(sets))
    if not (views and alone) or any(alone[0][kind].shape[1:] != views[0][kind].shape[1:] for kind in SCORED):
        return NOT_CALIBRATED
    vectors = {kind: torch.cat([view[kind] for view in views]) for kind in SCORED}
    if not all(bool(each.isfinite().all()) for each in vectors.values()):
        return NOT_CALIBRATED
    usual = contrasts(logits).double().mean().item()
    if not CONTRASTS[0] <= usual <= CONTRASTS[1]:
        return NOT_CALIBRATED
    return Confidence(classes={kind: Classes.fit(each, labels) for kind, each in vectors.items()}, usual_contrast=usual)


def fit_temperature(log_probabilities_nk: Tensor, labels_n: Tensor) -> float:
    """The temperature that gives the labels the lowest negative log-likelihood, within TEMPERATURES.

    The loss is convex in 1/T. Its slope is the mean expected logit minus the mean logit of the labels.
    """
    logits = log_probabilities_nk.double()
    of_labels = logits.gather(1, labels_n.unsqueeze(1)).mean()
    low, high = TEMPERATURES
    for _ in range(HALVINGS):
        middle = (low * high) ** 0.5
        expected = (calibrated(logits, middle) * logits).sum(1).mean()
        low, high = (low, middle) if expected < of_labels else (middle, high)
    return float((low * high) ** 0.5)


def _of_twin(config: TrainConfig) -> Confidence | None:
    """The temperatures of the recipe's twin; None if there is none, or the run changed a setting that matters."""
    twins = json.loads(TWINS.read_text(encoding="utf-8"))
    if config.recipe not in twins or config.given().keys() - OF_NO_RECIPE:
        return None
    return Confidence(**twins[config.recipe])


def of_checkpoint(loaded: Checkpoint, source: str) -> Confidence:
    """The confidence that a checkpoint stores; if it has none and its run used the package's images, it is fitted now.

    Raises:
        CheckpointError: the weights are those of another network, or the stored confidence is damaged.
    """
    config, hardware = loaded.config, choose_for_inference(loaded.config, "auto")
    predictor = Predictor(config, loaded.weights, source, hardware, loaded.confidence)
    if loaded.confidence or config.data_dir is not None:
        return predictor.confidence
    train, held_out = dataset.hold_out(dataset.load("train"), config.seed, config.all_data)
    return fit(predictor.network, config, train, held_out, hardware, loaded.position.held)
