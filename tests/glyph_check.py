"""What a marker may draw: its own glyphs, ASCII, and letters unless it is ASCII itself."""

from dataclasses import asdict
from unicodedata import category

from mnist_sum_tui.glyphs import Glyphs

FROM_TEXTUAL = "╭╮╰╯╷╵╶╴├┼▊▎▏▕▔▌▐▀▄\xd7🔎"
"""what Textual's own borders, digits, toasts and palette need; Textual draws with it only where braille is chosen"""


def strangers(text: str, marker: Glyphs) -> str:
    """The characters of the text that the marker does not have."""
    allowed = {character for value in asdict(marker).values() if isinstance(value, str) for character in value}
    if marker.name == "braille":
        allowed |= {*FROM_TEXTUAL}
    is_ascii = marker.name == "ascii"
    known = [c for c in text if c.isascii() or c in allowed or (category(c)[0] in "LNM" and not is_ascii)]
    return "".join(sorted({*text} - {*known}))
