"""The run in the package: `swift`, three epochs of `standard`, seed 0, one thread, with weights after each epoch.

The README shows it as a moving picture, and `mnist-sum demo` plays it.
"""

from pathlib import Path

from mnist_sum_tui.runs.run import Run

RECORDED = Run(Path(__file__).resolve().with_name("recorded"))
EVEN_STEPS = 12
"""up to about this step its moments are evenly spaced, then logarithmically"""
