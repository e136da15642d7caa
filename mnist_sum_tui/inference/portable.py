"""A trained network with everything around it: from pixels and numbers to calibrated log-probabilities."""

from torch import Tensor, nn

from mnist_sum_tui.data.dataset import normalise, one_hot
from mnist_sum_tui.inference.predict import Predictor
from mnist_sum_tui.models.layers import log_softmax


class Portable(nn.Module):
    """A network for other programs: it normalises images, encodes numbers and calibrates by itself."""

    def __init__(self, predictor: Predictor) -> None:
        """It shares the predictor's network."""
        super().__init__()
        self.network, own = predictor.network, predictor.confidence
        self.temperatures = own.digit_temperature, own.sum_temperature

    def forward(self, image: Tensor, number: Tensor) -> tuple[Tensor, Tensor]:
        """Log-probabilities of the digit (N, 10) and of the sum (N, 19), float32.

        For uint8 images (N, 28, 28), 0 background and 255 ink, and int64 numbers 0..9 (N,).
        """
        scores = self.network.see(normalise(image))
        sums = self.network.add(scores, one_hot(number))
        for_digit, for_sum = self.temperatures
        return log_softmax(log_softmax(scores) / for_digit), log_softmax(log_softmax(sums) / for_sum)
