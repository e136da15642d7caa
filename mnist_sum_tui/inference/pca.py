"""A map of images as points, by principal component analysis (PCA) of a network's last features."""

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

Points = NDArray[np.float64]


def principal_components(features_nk: Tensor | NDArray[np.float32]) -> Points:
    """The first two principal components (N, 2) of the features (N, K) around their mean.

    What is no number, or infinite, counts as 0, and so does the second component of a single feature.
    """
    x = torch.as_tensor(features_nk).double().nan_to_num(0, 0, 0)
    x = F.pad(x - x.mean(0), (0, max(0, 2 - x.shape[1])))
    _, directions = torch.linalg.eigh(x.T @ x)  # in rising order of variance
    points: Points = (x @ directions[:, -2:].flip(1)).numpy()
    return points


def turned(points: Points, earlier: Points) -> Points:
    """The points (N, 2), turned and mirrored so that they lie as near as possible to an earlier map of the same images.

    Without this the sign and the order of the directions, which are arbitrary, would let clusters jump (Procrustes).
    """
    left, _, right = np.linalg.svd(points.T @ earlier)
    fitted: Points = points @ (left @ right)
    return fitted
