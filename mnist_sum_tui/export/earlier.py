"""Which files an export may replace: only those that mnist-sum wrote, known by how they begin."""

from pathlib import Path

from mnist_sum_tui.atomic import open_own

ONNX_WORDS = "mnist-sum: reads a handwritten digit and adds a number to it"
"""how an ONNX file describes itself"""
BEGINNINGS = (b"<title>mnist-sum: ", ONNX_WORDS.encode(), b"event,step,", b"run,path,state,")
"""what is among the first bytes of a report, an ONNX file, and the tables of a run and of all runs"""
LOOKED_AT = 1000
"""bytes"""


def in_the_way(target: Path) -> str:
    """Why a file may not be written there, to follow the path; empty if there is none, an empty one, or one of ours."""
    try:
        with open_own(target) as stream:
            begins = stream.read(LOOKED_AT)
    except FileNotFoundError:
        return ""
    except OSError as error:
        return f"cannot be used ({error.strerror or error})"
    is_ours = not begins or any(ours in begins for ours in BEGINNINGS)
    return "" if is_ours else "exists already and was not written by mnist-sum"
