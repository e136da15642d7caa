"""Fit how sure a network may be: on images that it was not trained on, or from the twin of its recipe."""

import json
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.data import dataset
from mnist_sum_tui.data.augment import augment
from mnist_sum_tui.data.dataset import Split, normalise
from mnist_sum_tui.inference.confidence import (
    NOT_CALIBRATED,
    TEMPERATURES,
    Classes,
    Confidence,
    Views,
    calibrated,
    look,
)
from mnist_sum_tui.inference.evaluate import BATCH_SIZE, NUMBERS, infer
from mnist_sum_tui.inference.predict import Predictor
from mnist_sum_tui.machine.hardware import Hardware, choose_for_inference
from mnist_sum_tui.models.layers import SumNetwork
from mnist_sum_tui.runs.checkpoint import Checkpoint

TWINS = Path(__file__).with_name("twins.json")
"""temperatures of each recipe that trains on all images; `twin.py` writes it"""
OF_NO_RECIPE = {"seed", "device", "precision", "threads", "keep"}
"""the settings in which a run may differ from its recipe's twin"""
CLASS_IMAGES = 5000
"""how many training images the class means are computed from"""
THRESHOLD_IMAGES = 12_000
"""how many others the threshold is computed from, where none are held out; 60 of them score below it"""
REFUSED = 0.005
"""the most of the digits held out that may count as strangers"""
HALVINGS = 30
"""steps of the bisection; the temperature is then known to 4e-9 of itself"""


def fit(network: SumNetwork, config: TrainConfig, train: Split, held_out: Split, hardware: Hardware) -> Confidence:
    """The confidence of a network; not calibrated if no images are held out and its recipe has no twin.

    Without images held out the temperatures are the twin's. The scores of two networks differ more than those of seen
    and unseen images of one network, so the threshold comes from this network: from its training images, augmented anew
    as its recipe does, which score like unseen ones.
    """
    known = NOT_CALIBRATED if len(held_out) else of_twin(config)
    if not len(held_out) and known is NOT_CALIBRATED:
        return NOT_CALIBRATED
    classes = fit_classes(network, train, hardware, "strong" if config.augment == "sturdy" else "none")
    if not classes.has_classes:
        return classes
    if not len(held_out):
        step = max(1, len(train) // THRESHOLD_IMAGES) | 1  # odd, because those with even places score lower
        others = train.images[1::step]
        scores = classes.digit_scores(_see(network, others, hardware, config.augment))
        return replace(known, threshold=_lowest(scores), logits=classes.logits, strokes=classes.strokes)
    outputs = infer(network, held_out.images, hardware, confidence=classes)
    assert outputs is not None  # the default keep_going never stops
    assert outputs.scores is not None
    sums = held_out.labels.unsqueeze(1) + torch.arange(NUMBERS)
    return replace(
        classes,
        digit_temperature=fit_temperature(outputs.digits, held_out.labels),
        sum_temperature=fit_temperature(outputs.sums.flatten(0, 1), sums.flatten()),
        threshold=_lowest(outputs.scores),
    )


def _lowest(scores: Tensor) -> float:
    """The score below which at most REFUSED of the digits are."""
    return scores.sort().values[int(REFUSED * len(scores))].item()


def _see(network: SumNetwork, images_nhw: Tensor, hardware: Hardware, augmentation: str = "none") -> list[Views]:
    """What the distances are measured on, of images that are augmented first."""
    views: list[Views] = []
    network.eval()
    with torch.inference_mode():
        for seed, images in enumerate(images_nhw.split(BATCH_SIZE)):
            changed = augment(normalise(images.to(hardware.device)), augmentation, seed)
            with hardware.autocast():
                look(network, changed, views)
    return views


def fit_classes(network: SumNetwork, train: Split, hardware: Hardware, also: str = "none") -> Confidence:
    """The class means alone, from evenly spread training images; none for a network without a layer of ten outputs.

    They are seen as they are, and once more with the augmentation `also`.
    """
    few = train.take(torch.arange(0, len(train), max(1, len(train) // CLASS_IMAGES)))
    ways = ["none"] if also == "none" else ["none", also]
    views = [view for way in ways for view in _see(network, few.images, hardware, way)]
    labels = few.labels.repeat(len(ways))
    if not views:
        return NOT_CALIBRATED
    logits, strokes = (torch.cat([getattr(view, name) for view in views]) for name in ("logits", "strokes"))
    if not bool(logits.isfinite().all() and strokes.isfinite().all()):
        return NOT_CALIBRATED
    return Confidence(logits=Classes.fit(logits, labels), strokes=Classes.fit(strokes, labels))


def fit_temperature(log_probabilities_nk: Tensor, labels_n: Tensor) -> float:
    """The temperature that gives the labels the lowest negative log-likelihood, within TEMPERATURES.

    The loss is convex in 1/T; its slope there is the mean logit expected, less that of the labels.
    """
    logits = log_probabilities_nk.double()
    of_labels = logits.gather(1, labels_n.unsqueeze(1)).mean()
    low, high = TEMPERATURES
    for _ in range(HALVINGS):
        middle = (low * high) ** 0.5
        expected = (calibrated(logits, middle) * logits).sum(1).mean()
        low, high = (low, middle) if expected < of_labels else (middle, high)
    return float((low * high) ** 0.5)


def of_twin(config: TrainConfig) -> Confidence:
    """The temperatures of the recipe's twin, for a run whose settings are the recipe's own."""
    twins = json.loads(TWINS.read_text(encoding="utf-8"))
    if config.recipe not in twins or config.given().keys() - OF_NO_RECIPE:
        return NOT_CALIBRATED
    return Confidence(**twins[config.recipe])


def of_checkpoint(loaded: Checkpoint, source: str) -> Confidence:
    """What a checkpoint stores, or else what is fitted now, if its run had the package's images.

    Raises:
        CheckpointError: the checkpoint is another network's, or what it stores is damaged.
    """
    config, hardware = loaded.config, choose_for_inference(loaded.config, "auto")
    predictor = Predictor(config, loaded.weights, source, hardware, loaded.confidence)
    if loaded.confidence or config.data_dir is not None:
        return predictor.confidence
    train, held_out = dataset.hold_out(dataset.load("train"), config.seed, config.all_data)
    return fit(predictor.network, config, train, held_out, hardware)
