"""The link to the terminal: how fast it takes what is written; over a slow one only cells that changed are sent.

What is slow is measured, never asked: a terminal behind a slow line lets the writing thread wait.
"""

import math
import time
from collections import deque
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import IO, NamedTuple

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import Console
from rich.style import Style
from textual._compositor import CompositorUpdate
from textual.strip import Strip

CHUNK = 512
"""characters that are written and timed at once"""
WAIT, STALL = 0.1, 8.0
"""seconds: a write that takes as long has waited for the link; one that takes longer says nothing of its speed"""
LEAST_WAITED = 0.3
"""the part of the time between two waits that must have been waiting, so that the link was hardly ever idle"""
SLOW = 25_000
"""bytes per second, below which the link counts as slow"""
SHARE, KEY_SHARE, KEY_SECONDS = 0.5, 0.8, 2.0
"""of the speed that is used, so that the answer to a key finds the link free most of the time; and of that for so long
after a key"""
PIECE_SECONDS = 0.25
"""how long the link may take for what is sent at once: the rest of a larger picture comes with the next one"""
FREE_SECONDS = 0.1
"""how soon the link must be free for another picture"""
HELD_UP = 0.02
"""seconds after which a text that is not taken yet holds up the next picture, whatever is known of the speed"""
HELD = 20_000
"""bytes on their way when a wait ends: what Linux keeps for a pseudo-terminal"""
GAP = 8
"""cells between two changes in a line that are sent along: to jump over them costs as much"""
NEW_SCREEN = "\x1b[?1049h"
"""begins the empty screen of a program, also after Ctrl-Z"""


class Cell(NamedTuple):
    """A character, and the codes of how it is drawn."""

    text: str
    marks: str
    ink: str
    """empty where it cannot be seen"""
    ground: str


class Changes(CompositorUpdate):
    """A picture as the sequences that draw it."""

    def __init__(self, sequences: str) -> None:
        self._sequences = sequences

    def render_segments(self, console: Console) -> str:  # noqa: ARG002
        """The sequences."""
        return self._sequences


class Link:
    """The speed of a terminal, and what it shows if it is slow."""

    def __init__(self) -> None:
        self.speed: float | None = None
        """bytes per second; None while the link is quick"""
        self.total = 0
        """bytes written so far"""
        self.writing_since: float | None = None
        """when the text began to be written that is still on its way out"""
        self._waited: tuple[float, int] | None = None
        """when the last wait ended, and `total` then"""
        self._sent: deque[tuple[float, int]] = deque(maxlen=1000)
        self._shown: list[list[Cell]] = []
        self._late: list[int] = []
        """for each line how often what is new in it was left for the next picture"""
        self._key = -math.inf
        """when a key came last"""

    @property
    def is_behind(self) -> bool:
        """Whether a part of the last picture is still to be sent."""
        return any(self._late)

    def hurry(self, now: float) -> None:
        """A key came: its answer may have more of the link."""
        self._key = now

    def took(self, count: int, seconds: float, end: float) -> None:
        """So many bytes were taken within these seconds, at that time."""
        self.total += count
        self._sent.append((end - seconds, count))
        if seconds < WAIT:
            return
        if self._waited is not None and seconds < STALL:  # what lies between program and terminal is full at both ends
            since, before = end - self._waited[0], self._waited[1]
            speed = (self.total - before) / since
            if seconds > LEAST_WAITED * since and speed < SLOW:
                self.speed = max(speed, self.speed or 0)
        self._waited = (end, self.total)
        self._sent.clear()
        self._sent.append((end, int(HELD * SHARE)))

    def is_busy(self, now: float) -> bool:
        """Whether what was sent is still on its way."""
        if self.writing_since is not None and now - self.writing_since > HELD_UP:
            return True
        if self.speed is None:
            return False
        free, share = 0.0, KEY_SHARE if now - self._key < KEY_SECONDS else SHARE
        for begin, count in list(self._sent):
            free = max(free, begin) + count / (share * self.speed)
        return free > now + FREE_SECONDS

    def forget(self) -> None:
        """The terminal may show something else now."""
        self._shown = []
        self._late = []

    def changes(self, lines: Sequence[Strip], colours: ColorSystem) -> str:
        """The sequences that turn what is shown into these lines; all of them where the size is another.

        Of a slow link's large picture they are a piece, which begins with the lines in which least is new, because the
        answer to a key is mostly short; a line that was left out moves forward each time. `is_behind` tells.
        """
        new = [_cells(line, colours) for line in lines]
        if len(self._shown) != len(new):
            self._shown, self._late = [[] for _ in new], [0] * len(new)
        drawn = {y: text for y in range(len(new)) if (text := _drawn(y, self._shown[y], new[y]))}
        self._late = [late if y in drawn else 0 for y, late in enumerate(self._late)]
        most = PIECE_SECONDS * self.speed if self.speed else math.inf
        sent = list[str]()
        for y in sorted(drawn, key=lambda y: (len(drawn[y]) / (1 + self._late[y]) ** 2, y)):
            most -= len(drawn[y])
            if most < 0 and sent:
                self._late[y] += 1
            else:
                sent.append(drawn[y])
                self._shown[y], self._late[y] = new[y], 0
        return "".join([*sent, "\x1b[0m"] if sent else [])


def _drawn(y: int, was: Sequence[Cell], line: Sequence[Cell]) -> str:
    """The sequences for what is new in a line; empty if nothing is."""
    sent, pen = list[str](), Cell("", "", "", "")
    for first, end in changed(was, line):
        sent.append(f"\x1b[{y + 1};{first + 1}H")
        for cell in line[first:end]:
            sent += (_turned(pen, cell), cell.text)
            pen = cell._replace(ink=cell.ink or pen.ink)
    return "".join(sent)


def changed(old: Sequence[Cell], new: Sequence[Cell]) -> Iterator[tuple[int, int]]:
    """The first cell and the end of each part of a line that is another now."""
    places = [at for at, cell in enumerate(new) if at >= len(old) or old[at] != cell]
    begin = 0
    for at in range(1, len(places) + 1):
        if at == len(places) or places[at] - places[at - 1] > GAP:
            yield places[begin], places[at - 1] + 1
            begin = at


def _turned(pen: Cell, cell: Cell) -> str:
    """What has to be sent before a cell, if the one before was drawn so: mostly nothing, or one colour."""
    if cell.marks != pen.marks or not pen.ground:
        codes = ["0", cell.marks, cell.ink, cell.ground]
    else:
        codes = [new for new, old in ((cell.ink, pen.ink), (cell.ground, pen.ground)) if new != old]
    wanted = ";".join(filter(None, codes))
    return f"\x1b[{wanted}m" if wanted else ""


def _cells(strip: Strip, colours: ColorSystem) -> list[Cell]:
    """A line's cells; the second one of a wide character is empty. The ink of a space does not count."""
    cells = list[Cell]()
    for text, style, _ in strip:
        marks, ink, ground = _codes(style or Style.null(), colours)
        for character in text:
            width = 1 if character.isascii() else cell_len(character)
            if width:
                cells.append(Cell(character, marks, ink if marks or character != " " else "", ground))
            cells += [Cell("", marks, "", ground)] * (width - 1)
    return cells


@lru_cache(4096)
def _codes(style: Style, colours: ColorSystem) -> tuple[str, str, str]:
    """A style as the codes of ECMA-48: marks such as bold, the colour of the ink, that of the ground."""
    ink, ground = (
        ";".join(colour.downgrade(colours).get_ansi_codes(is_ink)) if colour else usual
        for colour, is_ink, usual in ((style.color, True, "39"), (style.bgcolor, False, "49"))
    )
    bits = style._attributes & style._set_attributes
    return ";".join(code for bit, code in Style._style_map.items() if bits & (1 << bit)), ink, ground


class Timed:
    """A file of the terminal whose writes are timed."""

    def __init__(self, file: IO[str], link: Link) -> None:
        self._file, self._link = file, link

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)

    def write(self, text: str) -> int:
        """Write the text in pieces, and wait until each is taken."""
        self._link.writing_since = time.monotonic()
        if NEW_SCREEN in text:
            self._link.forget()
        for at in range(0, len(text), CHUNK):
            part = text[at : at + CHUNK]
            begin = time.monotonic()
            self._file.write(part)
            self._file.flush()
            end = time.monotonic()
            self._link.took(len(part.encode(errors="replace")), end - begin, end)
        self._link.writing_since = None
        return len(text)
