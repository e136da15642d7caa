"""The layers from which the digit score is computed."""

from mnist_sum_tui.inference.score_layers import score_layers
from mnist_sum_tui.models import build
from mnist_sum_tui.recipes import MODELS


def test_every_network_has_its_layers_of_scores() -> None:
    found = {model: score_layers(build(model)) for model in MODELS}
    early = {model: [*strokes] for model, (_, strokes) in found.items()}
    assert early.pop("keen") == ["branches.0.conv2", "branches.1.conv2", "branches.2.conv2"]
    assert early.pop("deep") == ["conv4"]
    assert {*map(tuple, early.values())} == {("conv2",)}
    assert {model: [*logits] for model, (logits, _) in found.items()} == {
        "original": ["conv7"],
        "original-2fc": ["conv7"],
        "pictured": ["dense2"],
        "compact": ["digit"],
        "swift": ["digit"],
        "keen": ["branches.0.digit", "branches.1.digit", "branches.2.digit"],
        "deep": ["digit"],
    }
