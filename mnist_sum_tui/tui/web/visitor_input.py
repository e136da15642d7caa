"""Check what a visitor of `mnist-sum serve` sends: the host name and messages; all of it may be forged."""

import json
import re
from typing import Any

LOCAL = ("localhost", "127.0.0.1", "::1")
EVERYWHERE = ("0.0.0.0", "::")
"""values of --host that mean all addresses of this machine, whose names are not known"""
WIDTHS, HEIGHTS = (20, 500), (10, 200)
"""the smallest and largest columns and rows of a visitor's screen"""


def is_known(name: str, host: str) -> bool:
    """Whether `name`, the header Host, is a name of this server, which listens on `host`; a port may follow.

    Other names are refused, so that no other site can make a browser treat this server as its own (DNS rebinding).
    """
    names = [f"[{known}]" if ":" in known else known for known in (*LOCAL, host)]
    known = r"[\w.-]+|\[[\da-f.:]+\]" if host in EVERYWHERE else "|".join(map(re.escape, names))
    return re.fullmatch(rf"({known})(:\d{{1,5}})?", name, re.ASCII | re.IGNORECASE) is not None


def size_within(width: int, height: int) -> tuple[int, int]:
    """The size of a screen, made to fit WIDTHS and HEIGHTS, because a larger one takes gigabytes."""
    return min(max(width, WIDTHS[0]), WIDTHS[1]), min(max(height, HEIGHTS[0]), HEIGHTS[1])


def read_message(text: str | bytes) -> tuple[str, Any]:
    """A message of the page: its kind, and its content: typed bytes, a size within the limits, or a token.

    Raises:
        ValueError: the page never sends such a message.
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
