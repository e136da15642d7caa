"""What `mnist-sum runs show` says of a run's test, from its report.json."""

import os
from typing import Any

from mnist_sum_tui.errors import RunError
from mnist_sum_tui.formatting import percent
from mnist_sum_tui.runs.json_values import Count, Number, Share, check_of
from mnist_sum_tui.runs.run import Run

REPORTED = {"digit_accuracy": Share, "sum_accuracy": Share, "agreement": Share, "pairs": Count, "best_epoch": Number}
"""the fields of report.json that are shown"""


def reported(run: Run) -> dict[str, Any] | None:
    """The checked fields of report.json; None if it is missing or damaged."""
    try:
        values = run.read_json(run.report_file)
        return {name: check_of(hint)(values[name]) for name, hint in REPORTED.items()}
    except (RunError, KeyError, ValueError):
        return None


def result(run: Run, report: dict[str, Any] | None, is_contradicted: bool) -> str:
    """The test's result in words, or why there is none; empty if the run was not tested."""
    if not os.path.exists(run.report_file):
        return ""
    if not os.access(run.report_file, os.R_OK):
        return "report.json cannot be read (Permission denied)"
    again = f"mnist-sum evaluate {run.argument}"
    if report is None:
        return f"report.json is damaged: {again} tests the run again"
    if is_contradicted:
        return f"report.json contradicts metrics.jsonl and is left out; {again} prints the result of its weights"
    return (
        f"{percent(report['digit_accuracy'])} digit, {percent(report['sum_accuracy'])} sum, "
        f"{percent(report['agreement'])} agreement, {report['pairs']:,} pairs, "
        f"weights of epoch {report['best_epoch']}"
    )
