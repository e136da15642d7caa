from collections.abc import Callable, Sequence
from fractions import Fraction

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mnist_sum_tui.models import fast_conv, toom_cook
from mnist_sum_tui.models.fast_conv import FastConv2d, by_patches, by_winograd
from mnist_sum_tui.models.layers import to_memory_format


def _results(convolve: Callable[[Tensor], Tensor], layer: nn.Conv2d, images: Tensor, gradient: Tensor) -> list[Tensor]:
    """The result, and the gradients of images, weights and bias."""
    images = images.clone(memory_format=torch.channels_last).requires_grad_()
    layer.zero_grad()
    out = convolve(images)
    out.float().backward(gradient)
    of_weights = [parameter.grad.clone() for parameter in layer.parameters() if parameter.grad is not None]
    assert images.grad is not None
    assert len(of_weights) == 2
    return [out.detach(), images.grad, *of_weights]


@pytest.mark.parametrize("kernel", [1, 2, 3])
@pytest.mark.parametrize("is_bf16", [False, True])
def test_the_convolution_by_patches_equals_torchs(kernel: int, is_bf16: bool) -> None:
    torch.manual_seed(0)
    layer = to_memory_format(nn.Conv2d(5, 7, kernel), torch.channels_last)
    images, gradient = torch.randn(4, 5, 6, 8), torch.randn(4, 7, 7 - kernel, 9 - kernel)
    with torch.autocast("cpu", torch.bfloat16, enabled=is_bf16):
        ours = _results(lambda x: by_patches(x, layer.weight, layer.bias), layer, images, gradient)
        theirs = _results(layer, layer, images, gradient)
    assert ours[0].dtype == (torch.bfloat16 if is_bf16 else torch.float32)
    for one, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(one, other, atol=0.15 if is_bf16 else 1e-4, rtol=0.03 if is_bf16 else 1e-4)


@pytest.mark.parametrize(
    ("height", "width", "padding", "tile"), [(5, 5, 0, 3), (7, 7, 0, 5), (14, 14, 1, 7), (6, 9, 1, 3), (10, 11, 2, 7)]
)
def test_winograd_is_as_exact_as_the_guide_says(
    height: int, width: int, padding: int, tile: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fast_conv, "TILES", 3)  # three images of one tile, or one of four
    monkeypatch.setattr(fast_conv, "CHANNELS", 20)
    torch.manual_seed(0)
    layer = to_memory_format(nn.Conv2d(24, 32, 3, padding=padding), torch.channels_last)
    images = torch.randn(16, 24, height, width)
    gradient = torch.randn_like(layer(images))
    assert fast_conv._tile(gradient.permute(0, 2, 3, 1)) == tile
    ours = _results(lambda x: by_winograd(x, layer.weight, layer.bias, padding), layer, images, gradient)
    exact = _results(layer.double(), layer, images.double(), gradient.double())
    for one, other in zip(ours, exact, strict=True):
        assert one.shape == other.shape
        assert (one - other).abs().max() < {3: 5e-5, 5: 2e-4, 7: 1e-3}[tile] * other.std()


@pytest.mark.parametrize("form", [by_patches, by_winograd])
def test_they_need_no_bias(form: Callable[..., Tensor]) -> None:
    layer = nn.Conv2d(4, 6, 3, bias=False)
    images = torch.randn(16, 4, 5, 5)
    torch.testing.assert_close(form(images, layer.weight, None), layer(images), atol=1e-4, rtol=1e-4)
    form(images, layer.weight, None).sum().backward()
    assert layer.weight.grad is not None


@pytest.mark.parametrize("points", [*toom_cook.POINTS.values(), (0, 1), (0, 1, -1, 3)])
def test_toom_cook_computes_a_correlation(points: Sequence[int | Fraction]) -> None:
    """The numbers are small, so that float64 holds every product and only the matrices' entries are rounded."""
    of_map, of_kernel, to_result = (torch.tensor(rows, dtype=torch.float64) for rows in toom_cook.toom_cook(points, 3))
    pixels = torch.arange(1.0, len(points) + 2, dtype=torch.float64) ** 2
    kernel = torch.tensor([3.0, -1.0, 2.0], dtype=torch.float64)
    expected = torch.tensor([float(pixels[at : at + 3] @ kernel) for at in range(len(points) - 1)], dtype=torch.float64)
    torch.testing.assert_close(to_result @ ((of_kernel @ kernel) * (of_map @ pixels)), expected)


def test_each_precision_has_its_algorithm(monkeypatch: pytest.MonkeyPatch) -> None:
    used: list[str] = []

    def watched(form: Callable[..., Tensor]) -> Callable[..., Tensor]:
        def convolve(*given: Tensor) -> Tensor:
            used.append(form.__name__)
            return form(*given)

        return convolve

    def computed_by(images: Tensor, padding: int = 0, is_bf16: bool = False) -> list[str]:
        used.clear()
        with torch.autocast("cpu", torch.bfloat16, enabled=is_bf16):
            out = FastConv2d(2, 3, 3, padding=padding)(images)
        assert out.shape == F.conv2d(images, torch.zeros(3, 2, 3, 3), padding=padding).shape
        return used

    for form in (by_patches, by_winograd):
        monkeypatch.setattr(fast_conv, form.__name__, watched(form))
    some = torch.randn(16, 2, 5, 5)
    assert computed_by(some) == computed_by(some, padding=1) == ["by_winograd"]
    assert computed_by(some, is_bf16=True) == ["by_patches"]
    assert computed_by(some[:, :, :3, :3]) == ["by_patches"], "a map of the kernel's size is one product"
    assert computed_by(some, padding=1, is_bf16=True) == [], "the library is as fast"
    assert computed_by(some[:1]) == [], "the library takes a single image"
    assert FastConv2d(2, 3, 2)(some).shape == (16, 3, 4, 4)
    assert used == [], "the library takes another kernel"


def test_winograd_trains_after_an_evaluation() -> None:
    toom_cook.transforms.cache_clear()
    layer = FastConv2d(2, 3, 3)
    with torch.inference_mode():
        layer(torch.randn(16, 2, 5, 5))
    layer(torch.randn(16, 2, 5, 5)).sum().backward()
    assert layer.weight.grad is not None
