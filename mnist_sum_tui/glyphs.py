"""Every non-ASCII character that the program draws with, in one table for each of three markers.

`braille` has all characters, `blocks` only those in fonts of code page 437 (the first PC's), and `ascii` only ASCII.
The file is not in tui/, because the command line, the charts and formatting draw with these characters too.
"""

from dataclasses import asdict, dataclass
from unicodedata import category

from mnist_sum_tui.errors import unknown
from mnist_sum_tui.printable import cells


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The characters of one marker. Each field is equally long in all markers, apart from `dots`."""

    name: str
    right: str
    wrong: str
    """also NaN in a chart"""
    on: str
    """a chosen position of a slider, a pen that is down, a training that runs"""
    off: str
    watched: str
    paused: str
    stopped: str
    cut: str
    """cut off, or left out"""
    chosen: str
    truth: str
    unlike: str
    between: str
    """the separator between two facts in a line; in a map also the value 0"""
    arrows: str
    """left, right, up, down"""
    sorting: str
    """rising, falling"""
    sparks: str
    """a bar in eight heights"""
    eighths: str
    """the last cell of a bar, from empty to full in nine steps"""
    shades: str
    """from nothing to everything in five steps"""
    track: str
    """a progress bar: what is done, its last half cell, the rest"""
    lines: str
    """a line of each pattern of `braille.PATTERNS` in the legend of a chart"""
    runs: str
    """marks of up to six runs in a chart; the first two are also those of digit and sum"""
    axes: str
    """the axes of a chart: y axis, its tick, x axis, its tick, corner"""
    frame: str
    """boxes and arrows: four corners, two tees, two lines, a head"""
    heavy: str
    """what large digits consist of"""
    envelope: str
    """shows the range of values around a curve; the marker `braille` has it only in the legend"""
    dots: str
    """a character for each set of dots in a cell: the bits of its index in this text say which dots are set"""
    dot_size: tuple[int, int]
    """columns and rows of dots in a cell"""


BRAILLE = Glyphs(
    name="braille",
    right="✓", wrong="✗", on="●", off="○", watched="◉", paused="‖", stopped="■", cut="…",
    chosen="▸", truth="•", unlike="≠", between="·", arrows="←→↑↓", sorting="▲▼",
    sparks="▁▂▃▄▅▆▇█", eighths=" ▏▎▍▌▋▊▉█", shades=" ░▒▓█", track="━╸─", lines="━┅╍╾┈┄", runs="●◆▲■▼★",
    axes="│┤─┴└", frame="┌┐└┘┬┴│─▶", heavy="┏┓┗┛┃━┣┫╋┻╻╹╺╸═", envelope="⣿",
    dots=" " + "".join(map(chr, range(0x2801, 0x2900))), dot_size=(2, 4),
)  # fmt: skip
BLOCKS = Glyphs(
    name="blocks",
    right="√", wrong="x", on="•", off="○", watched="◙", paused="║", stopped="■", cut="~",
    chosen="►", truth="•", unlike="!", between="·", arrows="←→↑↓", sorting="▲▼",
    sparks="__▄▄▄███", eighths="    ▌▌▌▌█", shades=" ░▒▓█", track="══─", lines="═≡-≈·:", runs="•♦▲■▼☼",
    axes="│┤─┴└", frame="┌┐└┘┬┴│─►", heavy="╔╗╚╝║═╠╣╬╩║║═══", envelope="░", dots=" ▀▄█", dot_size=(1, 2),
)  # fmt: skip
ASCII = Glyphs(
    name="ascii",
    right="v", wrong="x", on="*", off="o", watched="@", paused='"', stopped="#", cut="~",
    chosen=">", truth="*", unlike="!", between="-", arrows="<>^v", sorting="^v",
    sparks="__.-=+*#", eighths="    ----#", shades=" .:%#", track="==-", lines="=+-%~,", runs="*o^#v@",
    axes="|+-++", frame="++++++|->", heavy="++++|=++++||===", envelope=":", dots=" '=|.:||", dot_size=(1, 3),
)  # fmt: skip
MARKERS = {marker.name: marker for marker in (BRAILLE, BLOCKS, ASCII)}

OTHERS = {
    "╭╔": "┌+", "╮╗": "┐+", "╰╚": "└+", "╯╝": "┘+", "║╏┃╎┆╷╵▊▎▏▕▌▐▍▋▉": "│|", "▔╶╴╌╍┄": "─-", "├╠": "├+", "┼╬": "┼+",
    "╣": "┤+", "╩": "┴+", "▛▜▗▖▙▟▝▘▀": "▀-", "▪‣⭑♦": "♦*", "◦": "○o", "\xd7": "xx", "√": "√v", "►": "►>", "◙": "◙@",
    "☼": "☼@", "\u2013\u2014": "--", "\u201c\u201d": '""', "\u2018\u2019": "''",
}  # fmt: skip
"""other characters that Textual, rich and texts use: what `blocks` and what `ascii` show in their place"""


class Table(dict[int, str]):
    """For `str.translate`: a marker's replacement for every other character, from the full table or from elsewhere."""

    def __init__(self, marker: Glyphs) -> None:
        super().__init__()
        self._is_ascii = marker is ASCII
        self.update((ord(old), new[self._is_ascii]) for olds, new in OTHERS.items() for old in olds)
        mine, full = asdict(marker), asdict(BRAILLE)
        for name in full.keys() - {"name", "eighths", "dots", "dot_size"}:
            self.update(zip(map(ord, full[name]), mine[name], strict=True))
        if not self._is_ascii:
            self.update((ord(own), own) for text in mine.values() if isinstance(text, str) for own in text)

    def __missing__(self, code: int) -> str:
        """A letter stays, unless there is only ASCII; anything else becomes as many `?` as it is wide."""
        character = chr(code)
        if code < 128 or (not self._is_ascii and category(character)[0] in "LNM"):
            return character
        return "?" * cells(character)


_TABLES = {marker.name: Table(marker) for marker in (BLOCKS, ASCII)}
_chosen = BRAILLE


def current() -> Glyphs:
    """The marker that this process draws with."""
    return _chosen


def choose(name: str) -> None:
    """Draw with this marker from now on.

    Raises:
        UsageError: unknown name.
    """
    global _chosen
    if name not in MARKERS:
        raise unknown("marker", name, MARKERS)
    _chosen = MARKERS[name]


def shown(text: str, marker: Glyphs | None = None) -> str:
    """The text with only the characters of a marker (the current one by default); its width does not change."""
    marker = marker or _chosen
    return text if text.isascii() or marker is BRAILLE else text.translate(_TABLES[marker.name])
