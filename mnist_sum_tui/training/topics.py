"""The topics of the coach's sentences. The guide's page `coach` has a paragraph for each, in this order."""

from mnist_sum_tui.runs.event_words import BUSY

Said = tuple[str, str]
"""a topic and a sentence"""
TURNED, DEAD = "turned", "dead"
PHASES = ("sees", "guesses", "adds", "agrees", "exchanged", "knows", "cools", "chance", "too-easy")
NEXT = ("guesses", "adds")
"""the phases that do not wait when they are told first, because the sentence before is no longer true then"""
WARNINGS = ("too-high", TURNED, "ruined", DEAD, "unsettled", "too-low", "overfitting", BUSY, "few-images")
"""these do not wait until the sentence before has been read"""
STANDS = 10.0
"""seconds of training for which a sentence stands that is told once, although it is still true then"""
RENEWED = (BUSY, TURNED)
"""topics that are told again when their words change"""
