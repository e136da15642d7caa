"""What a visitor of `mnist-sum serve` may send: the name in the address, and messages. All of it may be forged."""

import json
import re
from typing import Any

LOCAL = ("localhost", "127.0.0.1", "::1")
EVERYWHERE = ("0.0.0.0", "::")
"""as --host these mean all addresses of this machine, whose names are not known"""
WIDTHS, HEIGHTS = (20, 500), (10, 200)
"""columns and rows of a visitor's screen"""


def is_known(name: str, host: str) -> bool:
    """Whether `name`, the header Host, is a name of this server, which listens on `host`; a port may follow.

    No other counts, so that no site can make a browser take this server for its own.
    """
    names = [f"[{known}]" if ":" in known else known for known in (*LOCAL, host)]
    known = r"[\w.-]+|\[[\da-f.:]+\]" if host in EVERYWHERE else "|".join(map(re.escape, names))
    return re.fullmatch(rf"({known})(:\d{{1,5}})?", name, re.ASCII | re.IGNORECASE) is not None


def size_within(width: int, height: int) -> tuple[int, int]:
    """The size of a screen, made to fit WIDTHS and HEIGHTS, because a larger one takes gigabytes."""
    return min(max(width, WIDTHS[0]), WIDTHS[1]), min(max(height, HEIGHTS[0]), HEIGHTS[1])


def read_message(text: str | bytes) -> tuple[str, Any]:
    """A message of the page: its kind and what it says: what was typed, as bytes; a size that fits; else any value.

    Raises:
        ValueError: it is none that the page sends.
    """
    try:
        match json.loads(text):
            case ["stdin", str(typed)]:
                return "stdin", typed.encode()
            case ["resize", {"width": int(width), "height": int(height)}]:
                return "resize", size_within(width, height)
            case ["ping", str(token)]:
                return "ping", token
            case ["focus" | "blur" as kind]:
                return kind, None
    except RecursionError:
        pass
    raise ValueError("not a message of the page")
