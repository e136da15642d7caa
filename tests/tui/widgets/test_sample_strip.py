"""The sample images: what stands under each, and how they are drawn."""

from collections.abc import AsyncIterator
from dataclasses import replace

import numpy as np
import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from mnist_sum_tui.tui.pages.about import ABOUT
from mnist_sum_tui.tui.pages.base import Page
from mnist_sum_tui.tui.widgets.sample_strip import AdditionPicture, Sample, SampleStrip, caption, table_image
from tests.tui import recorded
from tests.tui.shown import lines


@pytest.mark.parametrize(
    ("width", "words"),
    [
        (24, "3 + 5: read 7, sum 12 ✗"),
        (22, "3+5: read 7, sum 12 ✗"),
        (14, "3+5: 7, 12 ✗"),
        (11, "3+5: 7,12 ✗"),
        (9, "3+5:7,12✗"),
        (8, "3+5:7,12"),
        (7, "7, 12 ✗"),
        (6, "✗"),
        (1, "✗"),
    ],
)
def test_a_wrong_answer_says_what_was_read_and_is_never_cut_into_another_number(width: int, words: str) -> None:
    assert caption(3, 5, 7, 12, width) == words


def test_the_help_explains_the_shortest_words_of_a_wrong_answer_and_where_the_table_is() -> None:
    about = " ".join(ABOUT["train"].split())
    assert f"in little room {caption(1, 9, 7, 16, 8)}: it read 7, sum 16" in about
    assert caption(1, 9, 7, 16, 8).startswith("1+9:"), "at 80 columns"
    table = next(size for size, name in Page.HORIZONTAL_BREAKPOINTS if name == "-wide")
    assert f"from {table} columns all sums of the first" in about
    assert "Agreement: how often the sum is its own digit + number, right or wrong." in about


def test_right_answers_and_a_sum_that_does_not_fit_its_digit() -> None:
    assert caption(3, 9, 3, 12, 12) == "3 + 9 = 12 ✓"
    assert caption(3, 9, 3, 12, 11) == "3+9=12 ✓"
    assert caption(1, 6, 1, 7, 11) == "1+6=7 ✓", "in the form of the others beside it"
    assert caption(3, 9, 3, 12, 7) == caption(1, 6, 1, 7, 7) == "✓"
    assert caption(3, 5, 3, 9, 30) == "3 + 5: read 3, sum 9 ✗", "3 + 5 = 9 would look like an error of the program"
    assert caption(3, 5, 3, 9, 11) == "3+5: 3,9 ✗", "the number is named, so that one can see what is wrong"
    assert caption(3, 5, 3, 9, 7) == "3, 9 ✗"
    assert caption(3, 5, 7, 9, 11) == "3+5: 7,9 ✗"
    assert caption(3, 5, 7, 9, 10) == "3+5:7,9✗", "in the form of 3+5:7,12 beside it"
    assert caption(3, 5, 3, 9, 5) == "✗"


class OneSample(App[None]):
    CSS = "Sample { width: 100%; height: 100%; }"

    def compose(self) -> ComposeResult:
        yield Sample()


@pytest.fixture(params=[(8, 6), (23, 11), (40, 11)], ids=lambda size: f"{size[0]}x{size[1]}")
async def pilot(request: pytest.FixtureRequest) -> AsyncIterator[Pilot[None]]:
    async with OneSample().run_test(size=request.param) as pilot:
        yield pilot


async def test_image_and_caption_are_centred_and_drawn_in_half_blocks(pilot: Pilot[None]) -> None:
    sample = pilot.app.query_one(Sample)
    image = np.zeros((28, 28), np.uint8)
    image[4:24, 4:24] = 200
    sample.image, sample.answer = image, (3, 5, 3, 8)
    width = sample.size.width
    *picture, words = str(sample.render()).split("\n")
    inked = [row for row in picture if row.strip()]
    assert set("".join(inked)) <= set(" █▀▄")
    for row in (*inked, words):
        left, right = len(row) - len(row.lstrip()), width - len(row.rstrip())
        assert abs(left - right) <= 2, row
    drawn = sample.render_line(2)
    assert str(sample.render().spans[-1].style) == "$text-success"
    pilot.app.theme = "textual-light"
    await pilot.pause()
    assert sample.render_line(2) != drawn, "in the colours of the theme"
    drawn = sample.render_line(2)
    sample.image = np.full((28, 28), 200, np.uint8)
    assert sample.render_line(2) != drawn, "the newest image"
    sample.answer = (3, 5, 3, 9)
    assert str(sample.render().spans[-1].style) == "$text-error bold", "the digit alone is not enough"


async def test_the_words_do_not_move_when_the_image_comes(pilot: Pilot[None]) -> None:
    sample = pilot.app.query_one(Sample)
    sample.image, sample.answer = None, (5, 8, 5, 13)
    before = str(sample.render()).split("\n")
    sample.image = np.zeros((28, 28), np.uint8)
    after = str(sample.render()).split("\n")
    assert before[-1] == after[-1]
    assert len(before) == len(after) > 3


def test_the_addition_table_is_a_diagonal_where_it_adds() -> None:
    rows = tuple("".join("9" if total == number + 5 else "0" for total in range(19)) for number in range(10))
    image = table_image(rows, 38, 20)
    assert image.shape == (20, 38)
    for number in range(10):
        row = image[2 * number]
        assert {*np.flatnonzero(row).tolist()} == {2 * (number + 5), 2 * (number + 5) + 1}
        assert row.max() == 255
    assert table_image(("9" * 19,) * 10, 19, 10).min() == 255


async def test_the_picture_names_the_sums_and_an_earlier_run_has_none() -> None:
    class Shown(App[None]):
        def compose(self) -> ComposeResult:
            yield AdditionPicture()

    app = Shown()
    async with app.run_test(size=(40, 12)):
        picture = app.query_one(AdditionPicture)
        assert str(picture.render()) == ""
        picture.rows, picture.label = ("0" * 19,) * 10, 5
        lines = str(picture.render()).split("\n")
        assert lines[-1].strip() == "step 0: 5 + each number"
        assert {len(line) for line in lines[:-1]} == {38}
        grounds = [style.bgcolor for cells, style, _ in picture.render_line(3) if style for _ in cells]
        assert {*grounds[:38]}.isdisjoint({picture.rich_style.bgcolor}), "the table is seen, although it is empty"
        drawn, empty = picture._lines, picture.render_line(3)
        picture.step = 7
        picture.render_line(0)
        assert picture._lines is drawn, "only the words have changed"
        picture.rows = ("9" * 19,) * 10
        assert picture.render_line(3) != empty, "drawn again for the next answers"


class EightSamples(App[None]):
    CSS = "SampleStrip { height: 9; } Sample { width: 1fr; padding-right: 1; } AdditionPicture { display: none; }"

    def compose(self) -> ComposeResult:
        yield SampleStrip()


async def test_the_captions_stand_in_one_row_although_one_tile_is_wider() -> None:
    app = EightSamples()
    async with app.run_test(size=(96, 12)) as pilot:
        images = {index: np.full((28, 28), 200, np.uint8) for index in recorded.INDICES}
        app.query_one(SampleStrip).show(recorded.samples(320, 1, 10.0, right=8), images)
        await pilot.resize_terminal(95, 12)
        widths = [sample.content_size.width for sample in app.query(Sample)]
        assert sorted(set(widths)) == [10, 11], "6 and 7 rows, and some have kept their size"
        assert ["=" in line for line in lines(app)].count(True) == 1


async def test_right_answers_beside_each_other_have_one_form_although_one_tile_is_wider() -> None:
    app = EightSamples()
    async with app.run_test(size=(100, 12)) as pilot:
        app.query_one(SampleStrip).show(recorded.samples(320, 1, 10.0, right=8), {})
        await pilot.pause()
        assert len({sample.content_size.width for sample in app.query(Sample)}) == 2
        assert {len(str(sample.render()).split()) for sample in app.query(Sample)} == {2}, "such as 5+8=13 and a mark"


async def test_before_the_first_answers_of_a_run_no_image_of_another_one_stays() -> None:
    class Shown(App[None]):
        def compose(self) -> ComposeResult:
            yield SampleStrip()

    app, answers = Shown(), recorded.samples(320, 1, 10.0, right=4)
    images = {index: np.full((28, 28), 200, np.uint8) for index in recorded.INDICES}
    async with app.run_test(size=(120, 12)):
        strip, sample, table = app.query_one(SampleStrip), app.query(Sample).first(), app.query_one(AdditionPicture)
        strip.show(answers, images)
        assert (table.rows, table.label, table.step) == (answers.addition, answers.labels[0], 320)
        assert answers.addition
        assert answers.labels[0]
        strip.show(None, images)
        assert table.rows == ()
        assert sample.image is not None, "at the beginning of the same run"
        strip.show(None, {})
        assert sample.image is None
        strip.show(answers, images)
        named = {name: getattr(answers, name)[:3] for name in ("indices", "labels", "numbers", "digits", "sums")}
        strip.show(replace(answers, **named), images)  # of a run that holds out only three images
        assert [tile.answer is not None for tile in app.query(Sample)] == [True] * 3 + [False] * 5
        assert [tile.image is not None for tile in app.query(Sample)] == [True] * 3 + [False] * 5


async def test_without_a_column_there_is_no_image() -> None:
    async with OneSample().run_test(size=(8, 6)) as pilot:
        sample = pilot.app.query_one(Sample)
        sample.styles.width = 0
        await pilot.pause()
        assert sample.content_size.width == 0
        sample.image = np.full((28, 28), 200, np.uint8)
        assert str(sample.render()) == "..."


async def test_a_line_is_drawn_in_a_new_size_even_before_that_is_told() -> None:
    async with OneSample().run_test(size=(40, 12)) as pilot:
        sample = pilot.app.query_one(Sample)
        sample.image = np.full((28, 28), 200, np.uint8)
        whole = [sample.render_line(y).text for y in range(sample._rows)]
        sample._lines = sample._lines[:1]  # as after a smaller size
        assert [sample.render_line(y).text for y in range(sample._rows)] == whole
        sample._lines = tuple(line.crop(0, 5) for line in sample._lines)  # as after a narrower one
        assert [sample.render_line(y).text for y in range(sample._rows)] == whole
