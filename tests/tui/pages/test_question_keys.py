"""The keys of the questions that ask for a line of text: what Enter and Escape do stands in the footer of each."""

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Label

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.tui.pages.dialogs import AskLine, GoTo
from mnist_sum_tui.tui.pages.drawing_files import OpenPicture
from mnist_sum_tui.tui.pages.resume_run import ResumeRun
from mnist_sum_tui.tui.session.resuming import Continuation
from mnist_sum_tui.tui.textual_fixes import Question
from mnist_sum_tui.tui.widgets.key_footer import KeyFooter
from tests.tui import recorded


def resume_run() -> ResumeRun:
    return ResumeRun(Continuation.of(Run(Path("runs/long")), TrainConfig.of("standard"), [recorded.started()]))


@pytest.mark.usefixtures("without_form")
async def test_the_footer_says_what_enter_and_escape_do(pilot: Pilot[int]) -> None:
    questions: dict[str, Question[Any]] = {
        "Go there": GoTo("image", 99),
        "Open": OpenPicture(),
        "Accept": AskLine("Which runs?", "", "A state, such as stopped", len),
        "Train": resume_run(),
    }
    for does, question in questions.items():
        await pilot.app.push_screen(question)
        await pilot.pause()
        assert question.query_one(KeyFooter).render().plain == f"enter {does}  esc Cancel"
        assert not any("Enter" in str(label.content) for label in question.query(Label))
        await pilot.press("escape")
        assert question not in pilot.app.screen_stack
