"""What is refused of a network of the user's own before it trains, because its results would be wrong, and what not."""

from pathlib import Path

import pytest
import torch

from mnist_sum_tui import own_network
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.models import build, own

CODE = """
import torch
import torch.nn.functional as F
from torch import nn
from mnist_sum_tui.models.layers import CellNetwork, SumNetwork
class Net(CellNetwork):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 5, stride=2)
        self.digit, self.sum = nn.Linear(576, 10), nn.Linear(100, 19)
        {init}
    def see(self, x):
        x = F.relu(self.conv(x))
        {see}
        return self.digit(x.flatten(1))
    {more}
"""
OWN_ADD = """def add(self, digits, numbers):
        """


@pytest.fixture(autouse=True)
def _is_executed_anew() -> None:
    own.builder.cache_clear()


def named(folder: Path, code: str) -> str:
    (folder / "net.py").write_text(code)
    return own_network.take(str(folder / "net.py"))


@pytest.mark.parametrize(
    ("init", "see", "more", "words"),
    [
        ("", "return self.digit(x.flatten(1)).squeeze(1)[:, :9]", "", r"`see` gives \(3, 9\), not scores \(3, 10\)"),
        ("self.digit = nn.Linear(576, 11)", "", "", r"`see` gives \(3, 11\), not scores \(3, 10\)"),
        ("", "return None", "", "`see` gives NoneType"),
        ("", "", OWN_ADD + "return digits", r"`add` gives \(3, 10\), not scores \(3, 19\)"),
        ("", "x = x / 0 * 0", "", "scores are not finite numbers"),
        ("", "", OWN_ADD + "return super().add(digits, numbers) / 0 * 0", "scores are not finite numbers"),
        ("self.requires_grad_(False)", "", "", "no gradient, as every weight is frozen"),
        ("", "return self.digit(x.flatten(1)).detach()", "", "no gradient, so conv.weight cannot learn: .* detach"),
        ("", "if self.training: x = x[:, :2]", "", "line 15: RuntimeError: .*mat1 and mat2"),
        ("", "x = x.reshape(2, 576)", "", "line 14: RuntimeError: shape"),
    ],
)
def test_what_would_go_wrong_in_a_run_is_told_before(
    init: str, see: str, more: str, words: str, tmp_path: Path
) -> None:
    code = CODE.format(init=init or "pass", see=see or "pass", more=more)
    with pytest.raises(UsageError, match=words) as told:
        build(named(tmp_path, code))
    assert "\n" not in str(told.value)


def test_a_network_with_only_forward_is_told_to_have_see_and_add(tmp_path: Path) -> None:
    code = CODE.format(init="pass", see="pass", more="").replace("Net(CellNetwork)", "Net(SumNetwork)")
    with pytest.raises(UsageError, match="it has no `see`: write `see` and `add`, and no `forward`"):
        build(named(tmp_path, code.replace("def see(self, x)", "def forward(self, x, numbers)")))
    with pytest.raises(UsageError, match="it has no `add`"):
        build(named(tmp_path, code))


@pytest.mark.parametrize(
    ("init", "see", "more"),
    [
        ("self.drop = nn.Dropout(0.5)", "x = self.drop(F.rrelu(x, training=self.training))", ""),
        ("self.norms = nn.ModuleList([nn.BatchNorm2d(4), nn.InstanceNorm2d(4)])", "for n in self.norms: x = n(x)", ""),
        ("self.bn = nn.BatchNorm1d(576)", "x = self.bn(x.flatten(1))", ""),
        ("self.same = nn.Conv2d(4, 4, 1)", "x = self.same(self.same(x))", ""),
        ("self.grid = torch.linspace(0, 1, 12)", "x = x * self.grid", ""),
        ("self.grid = None", "self.grid = torch.ones(12) if self.grid is None else self.grid; x = x * self.grid", ""),
        ("self.scale = nn.ParameterList([nn.Parameter(torch.randn(4, 1, 1))])", "x = x * self.scale[0]", ""),
        ("self.conv = nn.utils.parametrizations.spectral_norm(self.conv)", "", ""),
        ("self.conv = nn.utils.parametrizations.weight_norm(self.conv)", "", ""),
        ("self.digit = nn.LazyLinear(10)", "", ""),
        ("self.digit = self.digit.bfloat16()", "x = x.bfloat16()", ""),
        ("nn.init.zeros_(self.digit.weight); nn.init.zeros_(self.digit.bias)", "", ""),
        ("self.conv.requires_grad_(False)", "", ""),
        ("self.deep = nn.Conv3d(1, 2, 1)", "x = self.deep(x[:, None]).sum(1)", ""),
        ("self.conv.requires_grad_(False); self.digit.requires_grad_(False)", "", ""),
        ("self.lstm = nn.LSTM(48, 144, batch_first=True)", "x = self.lstm(x.transpose(1, 2).flatten(2))[0][:, :4]", ""),
        ("", "self.shown = x", OWN_ADD + "return super().add(digits, numbers) + (torch.arange(19) < 18).log()"),
    ],
)  # fmt: skip
def test_a_sound_network_is_taken(init: str, see: str, more: str, tmp_path: Path) -> None:
    name = named(tmp_path, CODE.format(init=init or "pass", see=see or "pass", more=more))
    before = torch.get_rng_state()
    with torch.inference_mode():
        build(name)
    network = build(name)
    assert torch.equal(torch.get_rng_state(), before)
    digits, sums = network(torch.rand(2, 1, 28, 28), torch.eye(10)[:2])
    (digits.mean() + sums[:, :18].mean()).backward()
    assert network.training
