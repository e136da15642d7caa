"""Winograd's matrices: values of polynomials at some points, after Toom and Cook.

A tile of a map and a kernel are seen as polynomials. Their values are multiplied, and the products are turned back into
a tile of the result. For two dimensions see Lavin and Gray, arXiv:1509.09308.
"""

import math
from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from typing import NamedTuple

import torch
from torch import Tensor

Rows = list[list[float]]

KERNEL = 3
"""rows and columns of a kernel"""
HALF, THIRD = Fraction(1, 2), Fraction(1, 3)
POINTS: dict[int, tuple[int | Fraction, ...]] = {
    3: (0, 1, -1, 2),
    5: (0, 1, -1, 2, -2, HALF),
    7: (0, 1, -1, THIRD, -THIRD, 3 * HALF, -3 * HALF, -3),
}
"""the points at which polynomials are evaluated, besides infinity, by the side of a tile of the result; they have small
rounding errors (`guide/measurements.md` says how small)"""


class Transforms(NamedTuple):
    """Matrices for tiles of one size, each for both dimensions at once; V is the number of values."""

    of_tile: Tensor
    """(V, (tile+2)^2): from a tile of the maps to its values"""
    of_kernel: Tensor
    """(V, 9): from a kernel to its values"""
    to_result: Tensor
    """(tile^2, V): from products of values to a tile of the result"""
    constant: int
    """which value stands for a constant: the one at the point 1, whose powers are all 1"""


@cache
def transforms(tile: int) -> Transforms:
    """The matrices for a tile of the result with this side."""
    one_dimensional = [torch.tensor(rows, dtype=torch.float64) for rows in toom_cook(POINTS[tile], KERNEL)]
    of_tile, of_kernel, to_result = (torch.kron(matrix, matrix).float() for matrix in one_dimensional)
    one = POINTS[tile].index(1)
    return Transforms(of_tile, of_kernel, to_result, constant=one * (tile + KERNEL - 1) + one)


def toom_cook(points: Sequence[int | Fraction], kernel: int) -> tuple[Rows, Rows, Rows]:
    """The matrices B', G and A' of the correlation A' [(G kernel) * (B' map)], for these points and infinity.

    A map of `len(points) + 1` values gives `len(points) + 2 - kernel` results.
    """
    exact = [Fraction(point) for point in points]
    last = len(points) + 1 - kernel
    of_map, of_kernel = [], []
    for place, point in enumerate(exact):
        others = exact[:place] + exact[place + 1 :]
        scale = math.prod(point - other for other in others)
        of_map.append([*_coefficients(others), Fraction(0)])
        of_kernel.append([point**power / scale for power in range(kernel)])
    of_map.append(_coefficients(exact))
    of_kernel.append([Fraction(power == kernel - 1) for power in range(kernel)])
    to_result = [[point**power for point in exact] + [Fraction(power == last)] for power in range(last + 1)]
    return _floats(of_map), _floats(of_kernel), _floats(to_result)


def _floats(matrix: list[list[Fraction]]) -> Rows:
    return [[float(value) for value in row] for row in matrix]


def _coefficients(roots: Sequence[Fraction]) -> list[Fraction]:
    """The coefficients of the polynomial with these roots and the leading coefficient 1, lowest power first."""
    found = [Fraction(1)]
    for root in roots:
        found = [high - root * low for high, low in zip([Fraction(0), *found], [*found, Fraction(0)], strict=True)]
    return found
