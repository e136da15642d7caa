"""How far an answer can be trusted. Standard library only."""

from enum import StrEnum

SURE = 0.9
"""a prediction is sure if the answers of both heads have at least this probability"""


class Verdict(StrEnum):
    """How far a prediction can be trusted."""

    SURE = "sure"
    UNSURE = "unsure"
    STRANGER = "stranger"
    """the image does not look like a digit"""


def judge(confidence: float, digit_score: float | None, threshold: float | None) -> Verdict:
    """The verdict on an answer of this probability; without a score or a threshold no image is a stranger."""
    if digit_score is not None and threshold is not None and not digit_score >= threshold:  # as `Outputs.are_digits`
        return Verdict.STRANGER
    return Verdict.SURE if confidence >= SURE else Verdict.UNSURE
