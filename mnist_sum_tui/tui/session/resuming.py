"""Whether a run can be resumed in the dashboard, and why not."""

from mnist_sum_tui.runs.summary import Summary


def obstacle(run: Summary, is_training: bool) -> str:
    """Why the run cannot be resumed now, in one line; empty if it can. `is_training`: the dashboard trains already."""
    if run.config is None:
        return f"Run {run.run.id} is damaged and cannot be resumed"
    if is_training:
        return "A training is going on: stop it first (page 1, s), then resume this one"
    if run.state == "running":
        return f"Run {run.run.id} is being trained by another process"
    return ""
