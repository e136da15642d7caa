"""The link to the terminal: its speed is found by waiting, and over a slow one only what changed is sent."""

import os
import select
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pyte
import pytest
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from mnist_sum_tui.tui.link.changed_cells import cells_of, changed
from mnist_sum_tui.tui.link.slow_link import NEW_SCREEN, PIECE_SECONDS, Link, Timed

RATE = 5000
"""bytes per second that the slow terminal takes"""


def full(link: Link, begin: float, speed: float) -> None:
    """Write as one does to a terminal of that speed: it takes 20,000 bytes at once, then lets one wait."""
    for wait in range(4):
        for _ in range(39):
            link.took(512, 0, begin + wait * 20000 / speed)
        link.took(512, 20000 / speed - 0.01, begin + (wait + 1) * 20000 / speed)


@pytest.mark.parametrize("speed", [2700.0, 5000.0, 15000.0])
def test_the_speed_is_found_by_waiting(speed: float) -> None:
    link = Link()
    full(link, 100, speed)
    assert link.speed == pytest.approx(speed, rel=0.05)


def test_a_quick_terminal_is_never_slow_and_never_busy() -> None:
    link = Link()
    full(link, 100, 1e6)
    link.took(512, 60, 200)  # held up, by Ctrl-S for instance
    link.took(512, 0.2, 300)
    assert link.speed is None
    assert not link.is_busy(300)


def test_a_slow_one_is_busy_until_what_was_sent_has_arrived() -> None:
    link = Link()
    full(link, 100, 5000)
    assert link.is_busy(116)
    assert not link.is_busy(160)
    link.took(1000, 0, 160)
    assert link.is_busy(160.1)
    assert not link.is_busy(160.5)


def strips(*lines: str) -> list[Strip]:
    """Lines in which a letter is bold where it is upper case, and red where it is a vowel."""
    return [
        Strip([
            Segment(c, Style(bold=c.isupper() or None, color="#ff0000" if c in "aeiou" else None, bgcolor="#000080"))
            for c in line
        ])
        for line in lines
    ]  # fmt: skip


def test_the_changes_make_the_new_picture_of_the_old_one() -> None:
    link, one, two = Link(), pyte.Screen(12, 3), pyte.Screen(12, 3)
    pictures = [
        strips("hello world ", "            ", "abcABC      "),
        strips("hello World ", "  漢字 x    ", "abcABC      "),
        strips("hello World ", "  字 漢 x   ", "aXcABC     e"),
        strips("            ", "            ", "            "),
    ]
    sizes = []
    for picture in pictures:
        sent, whole = link.changes(picture, ColorSystem.TRUECOLOR), Link().changes(picture, ColorSystem.TRUECOLOR)
        pyte.Stream(one).feed(sent)
        pyte.Stream(two).feed("\x1b[2J" + whole)
        sizes.append((len(sent), len(whole)))
        assert one.display == two.display
        inked = [(at, row) for row in range(3) for at in range(12) if one.buffer[row][at].data.strip()]
        assert [one.buffer[row][at] for at, row in inked] == [two.buffer[row][at] for at, row in inked]
    assert one.buffer[0][3].bg == "000080"
    assert sizes[0][0] == sizes[0][1]
    assert all(sent < whole for sent, whole in sizes[1:])
    assert link.changes(pictures[-1], ColorSystem.TRUECOLOR) == ""
    assert link.changes(pictures[-1][:2], ColorSystem.TRUECOLOR), "another size: all of it"


def test_changes_that_are_near_are_sent_as_one() -> None:
    old, new = ([*cells_of(line, ColorSystem.TRUECOLOR)] for line in strips("." * 40, "x..x" + "." * 20 + "x" * 16))
    assert [*changed(old, new)] == [(0, 4), (24, 40)]


def test_a_large_picture_comes_in_pieces_what_is_short_first() -> None:
    link, screen = Link(), pyte.Screen(200, 6)
    link.speed = 4000
    picture = strips(*[letter * 200 for letter in "bcdfg"], "sky".ljust(200))
    link.changes(strips(*[" " * 200] * 6), ColorSystem.TRUECOLOR)
    while link.is_behind:
        link.changes(strips(*[" " * 200] * 6), ColorSystem.TRUECOLOR)
    pieces = [link.changes(picture, ColorSystem.TRUECOLOR)]
    assert "sky" in pieces[0]
    while link.is_behind:
        pieces.append(link.changes(picture, ColorSystem.TRUECOLOR))
    assert len(pieces) > 1
    assert max(map(len, pieces)) <= 4000 * PIECE_SECONDS + 4
    for piece in pieces:
        pyte.Stream(screen).feed(piece)
    assert screen.display == ["".join(cell.text for cell in strip) for strip in picture]
    assert link.changes(picture, ColorSystem.TRUECOLOR) == ""


def test_a_slow_link_gets_256_colours() -> None:
    quick, slow, picture = Link(), Link(), strips("hello")
    slow.speed = 4000
    assert "38;2;255;0;0" in quick.changes(picture, ColorSystem.TRUECOLOR)
    assert "38;5;196" in (sent := slow.changes(picture, ColorSystem.TRUECOLOR))
    assert ";2;" not in sent
    assert "38;" not in Link().changes(picture, ColorSystem.STANDARD)


def test_after_a_key_the_link_is_free_sooner() -> None:
    link = Link()
    full(link, 100, 5000)
    link.took(1000, 0, 160)
    assert link.is_busy(160.2)
    link.hurry(160.1)
    assert not link.is_busy(160.2)
    link.took(1000, 0, 170)
    assert link.is_busy(170.2)


@pytest.mark.parametrize("has_key", [False, True])
def test_after_a_key_its_short_answer_goes_before_what_was_left_out(has_key: bool) -> None:
    link = Link()
    link.changes(strips(" " * 40, "...."), ColorSystem.EIGHT_BIT)
    link.speed, firsts = 100, list[str]()
    for at in range(6):
        if has_key:
            link.hurry(at)
        firsts.append(link.changes(strips("ax" * 20, f"{at}..."), ColorSystem.EIGHT_BIT))
    assert all("x" not in first for first in firsts) == has_key, "else the long line has its turn"


def test_an_empty_screen_is_drawn_anew(tmp_path: Path) -> None:
    link = Link()
    picture = strips("hello")
    whole = link.changes(picture, ColorSystem.TRUECOLOR)
    with (tmp_path / "terminal").open("w") as file:
        Timed(file, link).write(f"{NEW_SCREEN} and {'x' * 2000}")
    assert link.changes(picture, ColorSystem.TRUECOLOR) == whole
    assert link.total == len((tmp_path / "terminal").read_bytes())
    assert link.writing_since is None


def test_no_picture_is_drawn_while_the_last_is_not_taken() -> None:
    link = Link()
    link.writing_since = 100.0
    assert not link.is_busy(100.01)
    assert link.is_busy(100.1)


class Slow:
    """A terminal of 80 by 24 cells that takes RATE bytes per second, with the recorded training playing in it."""

    def __init__(self) -> None:
        environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self.process = pexpect.spawn(
            sys.executable, ["-m", "mnist_sum_tui", "demo"], env=environment, dimensions=(24, 80)
        )
        self.screen = pyte.Screen(80, 24)
        setattr(self.screen, "write_process_input", self.process.send)  # noqa: B010  so pyte answers the program
        self._stream = pyte.ByteStream(self.screen)
        self.received = 0
        self._last = time.monotonic()

    def read(self) -> str:
        """Take as much as the link has brought since the last time; returns the screen."""
        time.sleep(0.02)
        now = time.monotonic()
        share = int(RATE * min(now - self._last, 0.1))
        self._last = now
        if share and select.select([self.process.child_fd], [], [], 0)[0]:
            part = os.read(self.process.child_fd, share)
            self.received += len(part)
            self._stream.feed(part)
        return "\n".join(self.screen.display)

    def until(self, words: str, seconds: float) -> float:
        """Read until the screen has these words; returns the seconds."""
        begin = time.monotonic()
        while words not in self.read():
            assert time.monotonic() < begin + seconds, self.screen.display
        return time.monotonic() - begin


@pytest.fixture
def slow() -> Iterator[Slow]:
    terminal = Slow()
    yield terminal
    terminal.process.kill(signal.SIGKILL)
    terminal.process.close()


@pytest.mark.slow
def test_a_link_of_5_kb_a_second_is_not_filled_and_a_key_is_answered(slow: Slow) -> None:
    slow.until("New run", 40)
    received, begin, answers = slow.received, time.monotonic(), []
    slow.until(" x1 ", 10)
    for _ in range(6):
        for key, words in (("+", " x2 "), ("-", " x1 ")):
            end = time.monotonic() + 1.5
            while time.monotonic() < end:
                slow.read()
            slow.process.send(key)
            answers.append(slow.until(words, 10))
    assert (slow.received - received) / (time.monotonic() - begin) < 4000
    assert sorted(answers)[len(answers) // 2] < 1, answers
