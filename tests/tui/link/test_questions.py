"""What a terminal is asked at the start, and what its answers say about the link."""

from pathlib import Path

import pytest
from rich.color import ColorSystem
from rich.segment import Segment
from textual.strip import Strip

from mnist_sum_tui.tui.link.questions import AGAIN, END, ENOUGH, PATIENCE, QUESTION, SLOWEST, Questions
from mnist_sum_tui.tui.link.slow_link import NEW_SCREEN, Link, Timed

PICTURE = [Strip([Segment("x" * 2000)])]


def asked(latency: float) -> Questions:
    """Questions whose first one was sent at second 0 and answered after `latency` seconds."""
    questions = Questions()
    questions.sent(0, 100)
    assert questions.answered(latency) is None
    return questions


@pytest.mark.parametrize("latency", [0.001, 0.2, 0.6])
@pytest.mark.parametrize("speed", [1000.0, 5000.0, 20000.0])
def test_the_speed_is_what_was_sent_over_the_time_without_the_latency(latency: float, speed: float) -> None:
    questions = asked(latency)
    questions.sent(1, 6000)
    assert questions.answered(1 + latency + 6000 / speed) == pytest.approx(speed)


def test_a_frame_that_waits_behind_the_first_question_is_measured_from_the_first_answer() -> None:
    questions = Questions()
    questions.sent(0, 500)
    questions.sent(0.01, 6000)
    assert questions.answered(0.5) is None
    assert questions.answered(1.7) == pytest.approx(5000)


@pytest.mark.parametrize("latency", [0.001, 0.3, 0.9])
def test_a_far_but_quick_terminal_is_asked_once_and_is_not_slow(latency: float) -> None:
    questions = asked(latency)
    assert questions.after(6000) == QUESTION
    questions.sent(1, 6000)
    assert questions.answered(1 + latency + 0.01) == float("inf")
    assert questions.after(6000) == ""
    assert not questions.holds(1.1)


def test_a_machine_that_was_late_once_does_not_count_as_slow_for_good() -> None:
    link = Link()
    link.questions.sent(0, 100)
    link.answered(0.01)
    link.questions.sent(1, 6000)
    link.answered(2)
    assert link.speed == pytest.approx(6000 / 0.99)
    assert "x" in link.changes(PICTURE, ColorSystem.EIGHT_BIT)
    assert "x" not in link.changes(PICTURE, ColorSystem.EIGHT_BIT)
    link.questions.sent(3, 2000)
    link.answered(3.02)
    assert link.speed is None
    assert not link.sends_changes
    assert "x" in link.changes(PICTURE, ColorSystem.EIGHT_BIT), "all of it: meanwhile Textual draws without the link"


def test_a_slow_one_is_believed_after_answers_that_agree() -> None:
    link = Link()
    link.questions.sent(0, 100)
    link.answered(0.2)
    for at in range(ENOUGH):
        assert QUESTION in link.changes([Strip([Segment(f"{at}" * 600)])], ColorSystem.TRUECOLOR)
        link.questions.sent(1 + at, 600)
        assert link.is_busy(1.2 + at), "no frame before the answer"
        link.answered(1.32 + at)
        assert not link.is_busy(1.33 + at)
    assert link.speed == pytest.approx(5000)
    assert QUESTION not in link.changes([Strip([Segment("z" * 600)])], ColorSystem.TRUECOLOR)


@pytest.mark.parametrize("speed", [50.0, 300.0, 5000.0])
def test_a_quick_terminal_that_was_late_for_long_is_not_slow_for_good(speed: float) -> None:
    """On a busy machine the dashboard drew a line in minutes, and went on so when the machine was free again."""
    link = Link()
    link.questions.sent(0, 100)
    link.answered(0.01)
    for at in range(ENOUGH):
        link.questions.sent(1 + 20 * at, 600)
        link.answered(1.01 + 20 * at + 600 / speed)
    assert link.speed == pytest.approx(speed)
    last = 21.01 + 600 / speed
    line = [Strip([Segment("z" * 600)])]
    assert not link.is_busy(last + AGAIN - 1)
    assert QUESTION not in link.changes(line, ColorSystem.TRUECOLOR), "it was asked just now"
    assert not link.is_busy(last + AGAIN + 1)
    assert QUESTION in link.changes([Strip([Segment("a" * 600)])], ColorSystem.TRUECOLOR)
    link.questions.sent(last + AGAIN + 2, 604)
    link.answered(last + AGAIN + 2.03)
    assert link.speed is None
    assert not link.sends_changes


def test_a_slow_link_that_is_asked_again_stays_slow() -> None:
    link = Link()
    link.questions.sent(0, 100)
    link.answered(0.01)
    for at in (1, 2, 20, 40):
        assert not link.is_busy(at)
        assert QUESTION in link.changes([Strip([Segment(f"{at:02}" * 300)])], ColorSystem.TRUECOLOR)
        link.questions.sent(at, 600 if at < 20 else 450)
        link.answered(at + 0.01 + (600 if at < 20 else 450) / 5000)
        assert link.speed == pytest.approx(5000)


def test_a_terminal_that_answers_is_asked_when_a_text_had_to_wait() -> None:
    """Two short texts that a busy machine held up for a second said that the link takes 60 bytes per second."""
    link = Link()
    link.questions.sent(0, 100)
    link.answered(0.01)
    link.took(2000, 0.9, 100)
    link.took(60, 0.9, 101)
    assert link.speed is None
    assert QUESTION in link.changes(PICTURE, ColorSystem.TRUECOLOR)
    link.questions.sent(102, 2000)
    link.answered(104.01)
    assert link.speed == pytest.approx(1000, rel=0.01), "and so it is found slow if it is"


def test_a_terminal_that_never_answers_is_waited_for_once() -> None:
    link = Link()
    link.questions.sent(0, 100)
    assert not link.is_busy(0.1), "the first frame waits for nothing"
    assert QUESTION in link.changes(PICTURE, ColorSystem.TRUECOLOR)
    link.questions.sent(1, 6000)
    assert link.is_busy(1 + PATIENCE + 6000 / SLOWEST - 0.1)
    assert not link.is_busy(1 + PATIENCE + 6000 / SLOWEST + 0.1)
    assert link.sends_changes, "it may be very slow"
    assert not link.is_busy(1 + END + 0.1)
    assert not link.sends_changes
    assert link.speed is None


def test_an_answer_without_a_question_says_nothing() -> None:
    link = Link()
    link.answered(1)
    assert link.speed is None
    assert not link.sends_changes


def test_the_first_question_comes_with_the_programs_own_screen_and_only_once(tmp_path: Path) -> None:
    link = Link()
    with (tmp_path / "terminal").open("w") as file:
        timed = Timed(file, link)
        for _ in range(2):
            timed.write(NEW_SCREEN)
        timed.write(f"{'x' * 2000}{QUESTION}")
    assert (tmp_path / "terminal").read_text() == f"{NEW_SCREEN}{QUESTION}{NEW_SCREEN}{'x' * 2000}{QUESTION}"
    assert [asked.size for asked in link.questions._open] == [12, 2004]
