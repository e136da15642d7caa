"""Images as points of a map: the two directions in which a network's last features vary most."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mnist_sum_tui.data.dataset import normalise
from mnist_sum_tui.inference.confidence import Views, look
from mnist_sum_tui.inference.evaluate import BATCH_SIZE
from mnist_sum_tui.inference.explain import evaluating
from mnist_sum_tui.inference.predict import Predictor

Points = NDArray[np.float64]


def last_features(predictor: Predictor, images_nhw: Tensor) -> Tensor:
    """What goes into the layers of the digit scores, float32 (N, at most 288), for uint8 images (N, 28, 28).

    Neighbours of longer ones are averaged. A network without a layer of ten outputs gives its digit scores (N, 10).
    """
    views: list[Views] = []
    scores = []
    with evaluating(predictor) as network, torch.inference_mode():
        for images in images_nhw.split(BATCH_SIZE):
            scores.append(look(network, normalise(images.to(predictor.hardware.device)), views).float().cpu())
    return torch.cat([view.features for view in views] or scores)


def principal_components(features_nk: Tensor | NDArray[np.float32]) -> Points:
    """The first two principal components (N, 2) of the features (N, K), K at least 2, around their mean."""
    x = torch.as_tensor(features_nk).double()
    x = x - x.mean(0)
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
