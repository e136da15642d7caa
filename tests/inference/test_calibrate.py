"""Calibrating each network and each kind of run, and the twins of the recipes."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.data import dataset
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.inference import calibrate, twin
from mnist_sum_tui.inference.confidence import NOT_CALIBRATED, SCORED, Classes, lacking
from mnist_sum_tui.inference.evaluate import evaluate
from mnist_sum_tui.inference.infer import infer, infer_batches
from mnist_sum_tui.inference.predict import Predictor, load_predictor
from mnist_sum_tui.machine.hardware import choose
from mnist_sum_tui.models import build
from mnist_sum_tui.models.layers import CellNetwork
from mnist_sum_tui.recipes import MODELS
from mnist_sum_tui.runs import checkpoint
from mnist_sum_tui.runs.knob_turns import Turn
from mnist_sum_tui.runs.position import Change, Position
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.loop import train

FIRST_VERSION = Path(__file__).parents[1] / "first_version"


@pytest.fixture(scope="module")
def few() -> tuple[dataset.Split, dataset.Split]:
    images = dataset.load("train")
    return images.take(torch.arange(60)), images.take(torch.arange(200, 400))


@pytest.mark.parametrize("model", MODELS)
def test_every_network_is_calibrated_and_judges_after_it(model: str, few: tuple[dataset.Split, dataset.Split]) -> None:
    network, config = build(model, seed=1), TrainConfig(model=model, precision="fp32")
    found = calibrate.fit(network, config, *few, choose(config))
    tensors = found.to_tensors()
    assert sum(tensor.nbytes for tensor in tensors.values()) <= 500_000
    outputs = Predictor(config, network.state_dict(), model, choose(config), tensors).infer(few[1].images)
    assert outputs.scores is not None
    assert outputs.confidence.threshold is not None
    assert outputs.scores.shape == (200,)
    assert (outputs.scores < outputs.confidence.threshold).sum() <= 200 * calibrate.REFUSED
    alone = Predictor(config, network.state_dict(), model, choose(config), tensors).predict(few[1].images[9], 4)
    assert alone.digit_score == pytest.approx(outputs.scores[9].item(), rel=1e-3)
    raw, judged = (infer(network, few[1].images[:20], choose(config), confidence=c) for c in (NOT_CALIBRATED, found))
    assert torch.equal(judged.digits, raw.digits)
    assert torch.equal(judged.sums, raw.sums)


@pytest.mark.parametrize(("kind", "has_drawn"), [("written", False), ("sturdy", True)])
def test_classes_are_of_images_as_they_are_and_changed(
    kind: str, has_drawn: bool, few: tuple[dataset.Split, dataset.Split]
) -> None:
    network, config = build("swift", seed=1), TrainConfig(model="swift", augment=kind, precision="bf16")
    found = calibrate.fit(network, config, *few, choose(config)).to_tensors()
    plain = calibrate._changed(few[0].images, choose(config), "none")
    changed = calibrate._changed(few[0].images, choose(config), "strong", few[0].labels if has_drawn else None)
    views = calibrate._see(network, [*plain, *changed], choose(config))[0]
    for each in SCORED:
        vectors = torch.cat([view[each] for view in views])
        assert torch.equal(found[f"{each}.means"], Classes.fit(vectors, torch.cat([few[0].labels] * 2)).means)
    assert 0 < (changed[0] - plain[0]).abs().sum() < torch.inf, "changed in float32, even for a network in bf16"
    assert network.training, "it is as it was"


class _Odd(CellNetwork):
    """A network none of whose layers has ten outputs."""

    def __init__(self) -> None:
        super().__init__()
        self.wide = nn.Linear(784, 20)
        self.sum = nn.Linear(100, 19)

    def see(self, images_nchw: Tensor) -> Tensor:
        wide: Tensor = self.wide(images_nchw.flatten(1))
        return wide[:, :10]


def test_a_network_without_a_layer_of_scores_is_only_left_uncalibrated(
    few: tuple[dataset.Split, dataset.Split],
) -> None:
    config = TrainConfig()
    assert not calibrate.fit(_Odd(), config, *few, choose(config)).to_tensors()


class _Late(_Odd):
    """A network that has a layer of ten outputs that only the sum uses, beside the digit's."""

    def __init__(self) -> None:
        super().__init__()
        self.digit, self.late = nn.Linear(20, 10), nn.Linear(10, 10)

    def see(self, images_nchw: Tensor) -> Tensor:
        logits: Tensor = self.digit(self.wide(images_nchw.flatten(1)).relu())
        return logits

    def add(self, digits_nk: Tensor, numbers_nk: Tensor) -> Tensor:
        return super().add(self.late(digits_nk), numbers_nk)


def test_a_layer_that_only_the_sum_uses_does_not_count(few: tuple[dataset.Split, dataset.Split]) -> None:
    config = TrainConfig()
    found = calibrate.fit(_Late(), config, *few, choose(config))
    assert {kind: len(classes.whitening) for kind, classes in found.classes.items()} == {"strokes": 20, "features": 20}


@pytest.fixture
def run(tmp_path: Path, small_data: str) -> Run:
    return trained(tmp_path / "runs" / "one", TrainConfig(model="swift", epochs=2, batch_size=50, data_dir=small_data))


def trained(path: Path, config: TrainConfig) -> Run:
    run = Run(path)
    run.path.mkdir(parents=True)
    for _ in train(config, run):
        pass
    return run


def test_a_training_ends_with_a_calibrated_best_checkpoint_and_the_same_weights(run: Run) -> None:
    best, last = checkpoint.load(run.best_file), checkpoint.load(run.last_file)
    assert not last.confidence
    assert best.position.reached_epoch == last.position.reached_epoch == 2
    for own, other in ((best.weights, last.weights), (best.optimizer, last.optimizer)):
        assert own.keys() == other.keys()
        assert all(torch.equal(tensor, other[name]) for name, tensor in own.items())
    predictor = load_predictor(run)
    images, test = (dataset.load(split, best.config.data_dir) for split in ("train", "test"))
    held_out = dataset.hold_out(images, best.config.seed)[1]
    scores = predictor.infer(held_out.images).scores
    assert scores is not None
    assert predictor.confidence.threshold == pytest.approx(scores.min().item())  # 0.5 % of 50 images is none
    report = json.loads(run.report_file.read_text())
    again = evaluate(predictor.network, test, predictor.hardware, predictor.confidence)
    assert [m["probability"] for m in report["mistakes"]] == pytest.approx([m.probability for m in again.mistakes])
    assert "not calibrated" not in predictor.source


def test_a_checkpoint_of_an_earlier_version_is_not_calibrated_and_works() -> None:
    predictor = load_predictor(next(FIRST_VERSION.rglob("last.safetensors")).parent)
    assert predictor.source.endswith(", not calibrated)")
    prediction = predictor.predict(torch.zeros(28, 28, dtype=torch.uint8), 3)
    assert (prediction.digit_score, prediction.threshold) == (None, None)
    assert prediction.verdict in ("sure", "unsure")
    read_only = np.frombuffer(bytes(28 * 28), np.uint8).reshape(28, 28)  # as the package's images are
    assert predictor.predict(read_only, 3) == prediction


def test_the_recipes_that_hold_nothing_out_take_the_values_of_their_twins(
    few: tuple[dataset.Split, dataset.Split],
) -> None:
    twins = json.loads(calibrate.TWINS.read_text())
    assert "sprint" in twins
    for recipe, values in twins.items():
        config = TrainConfig.of(recipe, seed=5, keep=0, threads=1)
        own = calibrate.fit(build(config.model), config, few[0], few[1].take(torch.arange(0)), choose(config))
        assert values == {name: getattr(own, name) for name in values}
        assert own.classes
        assert own.threshold is not None, "it is the network's own, no twin's"
        changed = calibrate._changed(few[0].images[1:], choose(config), config.augment)
        own_scores = own.digit_scores(*calibrate._see(build(config.model), changed, choose(config)))
        lowest = own_scores.min().item()  # of images that were changed in another way than those that were fitted
        assert own.threshold == pytest.approx(lowest, rel=0.1)


def test_after_a_turned_setting_a_run_has_no_twin(few: tuple[dataset.Split, dataset.Split]) -> None:
    """Without label smoothing, for one, the network is surer than its recipe's twin."""
    twin_of_sprint = json.loads(calibrate.TWINS.read_text())["sprint"]["digit_temperature"]
    config, none = TrainConfig.of("sprint", threads=1), few[1].take(torch.arange(0))
    network, other = build(config.model, seed=1), TrainConfig.of("sprint", threads=1, augment="shift")

    def found(config: TrainConfig, *turns: str) -> float:
        turned = [Turn.parse(turn) for turn in turns]
        return calibrate.fit(network, config, few[0], none, choose(config), turned).digit_temperature

    assert found(config) == twin_of_sprint
    assert found(config, "0:label_smoothing=0") != pytest.approx(twin_of_sprint)
    assert found(config, "9:augment=shift") == found(other), "the images are changed as they were at last"
    assert found(other) != pytest.approx(found(config, "9:lr=x0.5"))
    added = Position(step=20, changes=(Change(0, 1), Change(10, 2)))
    assert found(config, *map(str, added.held)) != pytest.approx(twin_of_sprint), "one epoch, and one more later"
    assert found(replace(config, max_minutes=5)) == twin_of_sprint, "a limit of time that did not shorten it"


@pytest.mark.parametrize(
    "config",
    [
        TrainConfig.of("sprint", epochs=3),
        TrainConfig.of("sprint", data_dir="."),
        TrainConfig(model="swift", all_data=True),
    ],
)
def test_without_held_out_images_and_without_a_twin_changed_training_images_serve(
    config: TrainConfig, few: tuple[dataset.Split, dataset.Split]
) -> None:
    network, hardware, none = build(config.model, seed=1), choose(config), few[1].take(torch.arange(0))
    found = calibrate.fit(network, config, few[0], none, hardware)
    assert lacking(found.to_tensors()) == ""
    others = few[0].take(torch.arange(1, len(few[0])))
    changed = calibrate._changed(others.images, hardware, "nudge")  # as sprint does, and where a run changes none
    outputs = infer_batches(network, changed, hardware, confidence=found)
    assert outputs is not None
    assert outputs.scores is not None
    assert found.threshold == pytest.approx(outputs.scores.min().item())
    assert found.digit_temperature == pytest.approx(calibrate.fit_temperature(outputs.digits, others.labels))
    as_they_are = infer(network, others.images, hardware)
    assert found.digit_temperature != pytest.approx(calibrate.fit_temperature(as_they_are.digits, others.labels))


def test_a_twin_is_stored(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    twins = tmp_path / "twins.json"
    twins.write_text("{}")
    monkeypatch.setattr(calibrate, "TWINS", twins)
    with pytest.raises(UsageError, match="this run is not a twin of standard"):
        twin.store(str(run.path))
    loaded = checkpoint.load(run.best_file)
    own = replace(TrainConfig.of("sprint", all_data=False), data_dir=None)
    turned = replace(loaded.position, turns=(Turn(3, "lr", "x2"),))
    checkpoint.save_again(run.best_file, replace(loaded, config=own, position=turned), loaded.confidence)
    with pytest.raises(UsageError, match="it is not complete, or settings were changed"):
        twin.store(str(run.path))
    checkpoint.save_again(run.best_file, replace(loaded, config=own), loaded.confidence)
    report = run.report_file.rename(tmp_path / "report")
    with pytest.raises(UsageError, match="it is not complete, or settings were changed"):
        twin.store(str(run.path))
    report.rename(run.report_file)
    twin.store(str(run.path))
    stored = json.loads(twins.read_text())["sprint"]
    assert "threshold" not in stored
    assert [stored["digit_temperature"], stored["sum_temperature"]] == loaded.confidence["temperatures"].tolist()


@pytest.mark.parametrize("has_bias", [False, True])
def test_a_network_to_which_all_images_are_alike_knows_no_digit(
    few: tuple[dataset.Split, dataset.Split], has_bias: bool
) -> None:
    config = TrainConfig(model="swift", precision="fp32")
    network = build("swift", seed=1)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if not (has_bias and name == "digit.bias"):
                parameter.zero_()
    assert calibrate.fit(network, config, *few, choose(config)) == NOT_CALIBRATED
