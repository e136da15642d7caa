"""When a run was created, as a moment: texts of other time zones cannot be compared."""

import contextlib
import math
from datetime import UTC, datetime


def moment(created: str) -> float:
    """Seconds since 1970, from an ISO 8601 text, in UTC if it names no zone; minus infinity if it is no such text."""
    with contextlib.suppress(ValueError, OverflowError):
        at = datetime.fromisoformat(created)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    return -math.inf
