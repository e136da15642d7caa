"""Write a run's network as an ONNX file, which other programs can run without torch. Needs onnx and onnxscript."""

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator

from mnist_sum_tui.errors import RunError
from mnist_sum_tui.export.earlier import ONNX_WORDS
from mnist_sum_tui.inference.portable import Portable
from mnist_sum_tui.inference.predict import Predictor

INPUTS, OUTPUTS = ("image", "number"), ("digit", "sum")
"""names in the file: the inputs are uint8 (N, 28, 28) and int64 (N,), the outputs calibrated log-probabilities, float32
(N, 10) and (N, 19)"""


def to_onnx(predictor: Predictor) -> bytes:
    """The content of the ONNX file, weights included, for any number N of pairs at once; the network is on the CPU.

    It computes in float32, so the program's answers in bf16 may differ from it a little. It checks no number: -1 has an
    answer, too.

    Raises:
        RunError: the network has a layer that ONNX lacks.
    """
    import torch

    pairs = torch.export.Dim("pairs")
    example = torch.zeros(2, 28, 28, dtype=torch.uint8), torch.zeros(2, dtype=torch.int64)
    with _silenced():
        try:
            program = torch.onnx.export(
                Portable(predictor).eval(), example, dynamic_shapes=({0: pairs}, {0: pairs}),
                input_names=INPUTS, output_names=OUTPUTS, dynamo=True, external_data=False, verbose=False,
            )  # fmt: skip
        except torch.onnx.OnnxExporterError as error:
            words = "cannot be written as ONNX, because torch.export does not follow its code"
            raise RunError(f"{predictor.source}: {words}") from error
    assert program is not None
    model = program.model_proto
    for node in model.graph.node:
        node.ClearField("metadata_props")  # from which line of which file on this machine it comes
    model.doc_string = ONNX_WORDS
    content: bytes = model.SerializeToString()
    return content


@contextlib.contextmanager
def _silenced() -> Iterator[None]:
    """Silence torch's warnings, logs and prints during an export: pages of text, if it fails."""
    logging.disable()
    try:
        with (
            warnings.catch_warnings(),
            contextlib.redirect_stderr(io.StringIO()) as said,
            contextlib.redirect_stdout(said),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(logging.NOTSET)
