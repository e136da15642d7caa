"""When a run was created, in seconds, because texts of different time zones cannot be compared."""

import contextlib
import math
from datetime import UTC, datetime


def seconds_since_1970(created: str) -> float:
    """The seconds, from an ISO 8601 text, in UTC if it names no zone; minus infinity if it is no such text."""
    with contextlib.suppress(ValueError, OverflowError):
        at = datetime.fromisoformat(created)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    return -math.inf
