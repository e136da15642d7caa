"""A pen that draws straight strokes into images."""

from torch import Tensor


def segment(places: Tensor, radius: Tensor, y0: Tensor, x0: Tensor, y1: Tensor, x1: Tensor) -> Tensor:
    """The ink of a stroke from (y0, x0) to (y1, x1), each (N,), 0..1, (N, 28, 28)."""
    y0, x0, y1, x1, radius = (value.view(-1, 1, 1) for value in (y0, x0, y1, x1, radius))
    down, right = places.view(1, -1, 1) - y0, places.view(1, 1, -1) - x0
    dy, dx = y1 - y0, x1 - x0
    share = ((down * dy + right * dx) / (dy**2 + dx**2).clamp(min=1e-6)).clamp(0, 1)
    gaps = ((down - share * dy) ** 2 + (right - share * dx) ** 2).sqrt()
    return (radius + 0.5 - gaps).clamp(0, 1)
