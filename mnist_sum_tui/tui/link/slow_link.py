"""The link to the terminal: measure how fast it takes bytes, and over a slow link send only the cells that changed.

The speed is measured, not set: a terminal behind a slow line answers late (see questions.py) and makes the writing
thread wait.
"""

import math
from collections import deque
from collections.abc import Iterable, Sequence
from typing import IO

from rich.color import ColorSystem
from rich.console import Console
from textual._compositor import CompositorUpdate
from textual._time import get_time
from textual.strip import Strip

from mnist_sum_tui.tui.link.changed_cells import MOST, Cell, Piece, cells_of, pieces, whole
from mnist_sum_tui.tui.link.questions import QUESTION, SLOW, Questions

CHUNK = 512
"""how many characters are written and timed at once"""
WAIT, STALL = 0.1, 8.0
"""a write of WAIT seconds or more has waited for the link; one of STALL seconds or more says nothing about its speed"""
LEAST_WAITED = 0.3
"""the share of the time between two waits that was waiting, from which on the link counts as hardly ever idle"""
SHARE, KEY_SHARE, KEY_SECONDS = 0.5, 0.7, 4.0
"""how much of the speed is used: SHARE, so that the link is mostly free for the answer to a key, and KEY_SHARE for
KEY_SECONDS after a key, which is what a page of 120x36 takes at 5 kB/s"""
PIECE_SECONDS = 0.15
"""how long the link may take for one frame; the rest of a larger one comes with the next frame"""
FREE_SECONDS = 0.1
"""a new frame may begin if the link will be free within this time"""
HELD_UP = 0.02
"""seconds after which a text that is still being written holds up the next frame, whatever the measured speed"""
HELD = 20_000
"""bytes that are still on their way when a wait ends: the buffer of a pseudo-terminal on Linux"""
NEW_SCREEN = "\x1b[?1049h"
"""switches to the program's own screen, which is empty; also after Ctrl-Z"""


class Changes(CompositorUpdate):
    """A frame, as the escape sequences that draw it."""

    def __init__(self, sequences: str) -> None:
        self._sequences = sequences

    def render_segments(self, console: Console) -> str:  # noqa: ARG002
        """The escape sequences."""
        return self._sequences


class Link:
    """The measured speed of a terminal, and, if it is slow, what it shows now."""

    def __init__(self) -> None:
        self.speed: float | None = None
        """bytes per second; None while the link is not slow"""
        self.questions = Questions()
        self.total = 0
        """bytes written so far"""
        self.writing_since: float | None = None
        """when the text that is being written was begun; None if there is none"""
        self._waited: tuple[float, int] | None = None
        """when the last wait ended, and `total` then"""
        self._sent: deque[tuple[float, int]] = deque(maxlen=1000)
        self._shown: list[list[Cell] | None] = []
        """the cells of each line that the terminal shows; None if they are those of `_lines`, or unknown"""
        self._lines: list[Strip | None] = []
        """each line as it was last to be shown; None if that is not known"""
        self._colours: ColorSystem | None = None
        """the colours of what is shown; None if that is not known"""
        self._late: list[int] = []
        """for each line, how many frames in a row have left out its changes"""
        self._key = -math.inf
        """when the last key came"""

    @property
    def sends_changes(self) -> bool:
        """Whether a frame should be sent as its changes: the link is slow, or it is being found out."""
        return self.speed is not None or self.questions.wanted

    @property
    def is_behind(self) -> bool:
        """Whether a part of the last frame is still to be sent."""
        return self._colours is not None and any(self._late)

    def hurry(self, now: float) -> None:
        """A key came: its answer may use more of the link, and no line that is late goes before it."""
        self._key = now
        self._late = [min(late, 1) for late in self._late]

    def took(self, count: int, seconds: float, end: float) -> None:
        """Note that the terminal took `count` bytes within `seconds`, until the time `end`."""
        self.total += count
        self._sent.append((end - seconds, count))
        if seconds < WAIT:
            return
        if self._waited is not None and seconds < STALL:  # the buffers in between were full both times
            since, before = end - self._waited[0], self._waited[1]
            speed = (self.total - before) / since
            if seconds > LEAST_WAITED * since and speed < SLOW:
                if self.speed is None and self.questions.are_answered:  # a busy machine can make it wait, too: ask
                    self.questions.wanted = True
                else:
                    self.speed = max(speed, self.speed or 0)
        self._waited = (end, self.total)
        self._sent.clear()
        self._sent.append((end, int(HELD * SHARE)))

    def answered(self, time: float) -> None:
        """Note that the terminal answered a question: it has taken everything before."""
        speed = self.questions.answered(time, self.speed)
        if speed is None:
            return
        while self._sent and self._sent[0][0] < self.questions.arrived:
            self._sent.popleft()
        if speed == math.inf:
            self.speed = None
            self.forget()
        else:
            self.speed = min(speed, self.speed or speed)

    def is_busy(self, now: float) -> bool:
        """Whether earlier bytes are probably still on their way."""
        if self.questions.holds(now):
            return True
        if self.writing_since is not None and now - self.writing_since > HELD_UP:
            return True
        if self.speed is None:
            return False
        self.questions.ask_again(now)
        free, share = 0.0, KEY_SHARE if now - self._key < KEY_SECONDS else SHARE
        for begin, count in list(self._sent):
            free = max(free, begin) + count / (share * self.speed)
        return free > now + FREE_SECONDS

    def forget(self) -> None:
        """Forget what the terminal shows, because that may have changed."""
        self._colours = None  # the writing thread may do this while a picture is drawn

    def changes(self, lines: Sequence[Strip], colours: ColorSystem) -> str:
        """The escape sequences that turn what is shown into these lines; if the size has changed, all lines are drawn.

        For a large frame on a slow link, only a part is returned. The shortest pieces come first, because the answer to
        a key is mostly short; a line of which one was left out moves forward each time. See `is_behind`. Instead of
        true colours a slow link gets the nearest of 256, which take a quarter less.
        """
        if self.speed and colours is ColorSystem.TRUECOLOR:
            colours = ColorSystem.EIGHT_BIT
        if len(self._lines) != len(lines) or colours is not self._colours:
            count, self._colours = len(lines), colours
            self._shown, self._lines, self._late = [None] * count, [None] * count, [0] * count
        found = [piece for y, line in enumerate(lines) for piece in self._pieces(y, line, colours)]
        most = PIECE_SECONDS * self.speed if self.speed else math.inf
        sent, left = list[str](), set[int]()
        for piece in sorted(found, key=lambda piece: (len(piece.text) / (1 + self._late[piece.y]) ** 2, piece.y)):
            most -= len(piece.text)
            if most < 0 and sent:
                left.add(piece.y)
            else:
                sent.append(piece.text)
                self._take(piece, lines[piece.y])
        self._late = [late + 1 if y in left else 0 for y, late in enumerate(self._late)]
        text = "".join([*sent, "\x1b[0m"] if sent else [])
        return text + self.questions.after(len(text), self.speed)

    def _pieces(self, y: int, line: Strip, colours: ColorSystem) -> Iterable[Piece]:
        """The changes in a line."""
        was, shown = self._lines[y], self._shown[y]
        if was is None:
            return (whole(y, line, colours),)
        if was == line and not self._late[y]:
            return ()
        if shown is None:
            self._shown[y] = shown = [*cells_of(was, colours)]
        self._lines[y] = line
        new = [*cells_of(line, colours)]
        return pieces(y, shown, new, MOST if self.speed else len(new))

    def _take(self, piece: Piece, line: Strip) -> None:
        """Note that a piece of the line is shown, or all of it."""
        shown = self._shown[piece.y]
        if shown is None:
            self._lines[piece.y] = line
        else:
            shown[piece.first : piece.first + len(piece.cells)] = piece.cells


class Timed:
    """The terminal's output file, with timed writes."""

    def __init__(self, file: IO[str], link: Link) -> None:
        self._file, self._link = file, link

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)

    def write(self, text: str) -> int:
        """Write the text in pieces, and wait until each is taken."""
        self._link.writing_since = started = get_time()
        if NEW_SCREEN in text:
            self._link.forget()
            if not self._link.total:
                text += QUESTION
        if QUESTION in text:  # noted before it is written, because the answer can come at once
            self._link.questions.sent(started, len(text.encode(errors="replace")))
        for at in range(0, len(text), CHUNK):
            part = text[at : at + CHUNK]
            begin = get_time()
            self._file.write(part)
            self._file.flush()
            end = get_time()
            self._link.took(len(part.encode(errors="replace")), end - begin, end)
        self._link.writing_since = None
        return len(text)
