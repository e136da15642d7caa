"""A digit in a photo: shadows, lines, tables and specks are told from its ink."""

import tracemalloc

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from mnist_sum_tui.data.dataset import load
from mnist_sum_tui.data.photo import MOST_PARTS, _parts, without_lines
from mnist_sum_tui.data.picture import Preparation, prepare, steps
from tests.data.test_picture import drawn


@pytest.fixture(scope="module")
def digits() -> list[NDArray[np.uint8]]:
    return [image.numpy() for image in load("train").images[:4]]


def _thick(digit: NDArray[np.uint8], reach: int) -> Image.Image:
    """The digit, enlarged to 280x280, whose strokes reach so many pixels further on each side."""
    large = Image.fromarray(digit).resize((280, 280))
    for _ in range(reach):
        large = large.filter(ImageFilter.MaxFilter(3))  # many times; a large filter once takes longer
    return large


def test_a_blurred_digit_that_reaches_the_edge_of_a_small_picture_stays_whole() -> None:
    """As digits of 8x8 pixels that were enlarged: its weak edge is no shadow."""
    three = Image.fromarray(load("train").images[12].numpy()[3:27, 3:25])
    coarse = three.resize((8, 8), Image.Resampling.BOX).resize((80, 96), Image.Resampling.BICUBIC)
    found = steps(255 - np.asarray(coarse))
    assert not found.ink.is_cleared
    assert found.box[0] == 0


def _page() -> NDArray[np.uint8]:
    """An L with room around it, 400 x 600."""
    return drawn(400, 600, (120, 240), 160)


def _is_only_the_l(found: Preparation) -> bool:
    return found.box == steps(_page()).box and found.ink.is_cleared


@pytest.mark.parametrize(("top", "left"), [(0, 100), (398, 300), (200, 0), (60, 598)])
def test_what_reaches_the_edge_is_left_out(top: int, left: int) -> None:
    page = _page().clip(80)
    page[top : top + 50, left : left + 50] = 0
    found = steps(page)
    assert _is_only_the_l(found)
    assert found.ink.share.max() == 1, "although something else is darker"


@pytest.mark.parametrize("size", [120, 300])
def test_a_frame_of_table_is_left_out_and_the_page_is_read(size: int) -> None:
    page, on_table = drawn(400, 600, (50, 220), size), np.full((480, 720), 90, np.uint8)
    on_table[40:440, 60:660] = page
    found = steps(on_table)
    assert found.box == tuple(np.add(steps(page).box, (60, 40, 0, 0)))
    assert (found.ink.is_dark, found.ink.is_cleared) == (True, True)


@pytest.mark.parametrize(
    ("corner", "inside"), [(2, "nothing"), (2, "dot"), (2, "bar"), (3, "nothing"), (3, "dot"), (3, "bar"), (99, "dot")]
)
def test_a_zero_with_something_inside_is_no_printed_box(corner: int, inside: str) -> None:
    """An ellipse, or one with fuller corners: |x|^n + |y|^n between that of the inner and that of the outer edge.

    A rectangle, which 99 makes, is told from a box by its dot alone, which is too small for a digit.
    """
    down, across = np.mgrid[-1:1:400j, -1.5:1.5:600j]
    radius = (np.abs(down / 0.7) ** corner + np.abs(across / 0.5) ** corner) ** (1 / corner)
    ink = (radius < 1) & (radius > 0.8)
    if inside != "nothing":
        ink |= (np.abs(across) < 0.04) & (np.abs(down) < (0.05 if inside == "dot" else 0.3))
    found = steps(np.where(ink, 30, 230).astype(np.uint8))
    assert found.box[2:] == pytest.approx((200, 280), abs=4)


def test_a_thick_stroke_is_no_shadow() -> None:
    page = np.full((400, 600), 255, np.uint8)
    page[60:340, 200:290] = page[250:340, 200:420] = 0
    shade = np.linspace(1, 0.4, 600)
    found = steps((page * shade + (1 - page / 255) * 30).astype(np.uint8))
    assert found.ink.is_cleared
    assert found.box == pytest.approx(steps(page).box, abs=8)


def test_what_touches_at_corners_only_is_one_stroke() -> None:
    page = np.full((400, 600), 255, np.uint8)
    page[np.arange(100, 300), np.arange(200, 400)] = page[100, 200:260] = 0
    found = steps(page)
    assert (found.box, found.ink.is_cleared) == ((200, 100, 200, 200), False)


def test_a_coarse_digit_is_no_page(digits: list[NDArray[np.uint8]]) -> None:
    for digit in digits:
        coarse = Image.fromarray(digit).resize((8, 8), Image.Resampling.BOX).resize((150, 150))
        assert not steps(np.pad(np.asarray(coarse), 10)).ink.is_cleared


def test_specks_are_left_out_but_parts_of_a_digit_are_not() -> None:
    page = _page()
    page[20:26, 30:36] = page[350:354, 500:504] = page[200:204, 400:404] = 0
    assert _is_only_the_l(steps(page))
    page[60:100, 240:320] = 0  # a bar above it, as a 5 may have
    found = steps(page)
    assert found.box[1] == 60
    dots = np.full((400, 600), 255, np.uint8)
    for row in range(100, 300, 25):
        dots[row : row + 8, 250:258] = dots[row : row + 8, 300:308] = 0
    found = steps(dots)
    assert not found.ink.is_cleared
    assert np.count_nonzero(found.ink.share) == 16 * 64


@pytest.mark.parametrize("reach", [2, 7, 17, 37])
def test_a_digit_that_fills_its_picture_stays_whole(reach: int, digits: list[NDArray[np.uint8]]) -> None:
    """Neither its loops nor a piece of a thick stroke are taken for the digit."""
    for digit in digits:
        large = _thick(digit, reach)
        tight = 255 - np.asarray(large.crop(large.point(lambda ink: 255 * (ink > 127)).getbbox()))
        found = steps(tight)
        assert not found.ink.is_cleared
        assert found.box[2:] == pytest.approx(tight.shape[::-1], abs=4)


def test_a_speck_beside_a_digit_that_is_cut_off_is_not_the_digit() -> None:
    page = _page()[:250]
    page[60:70, 500:510] = 0
    found = steps(page)
    assert found.box == (240, 60, 270, 190)
    assert not found.ink.is_cleared


def test_nothing_is_left_out_of_a_small_picture() -> None:
    icon = np.full((40, 40), 255, np.uint8)
    icon[10:30, 18:22] = icon[5, 5] = icon[0, 20:24] = 0
    found = steps(icon)
    assert (found.box, found.ink.is_cleared) == ((5, 0, 19, 30), False)


def test_a_dot_in_a_large_picture_is_no_page() -> None:
    page = np.full((2000, 2000), 255, np.uint8)
    page[1000, 1000] = 0
    assert steps(page).box == (1000, 1000, 1, 1)


@pytest.mark.parametrize("shape", [(70, 4), (6, 2000), (64, 64)])
def test_a_strip_is_prepared_as_any_picture(shape: tuple[int, int]) -> None:
    page = np.full(shape, 250, np.uint8)
    page[shape[0] // 3 : shape[0] // 2, shape[1] // 2 :] = 10
    assert prepare(page).any()


def test_a_page_is_read_where_the_table_fills_most_of_the_border() -> None:
    page = _page()
    page[:60] = page[:, :70] = page[:, -80:] = 85
    assert _is_only_the_l(steps(page))


def test_specks_are_no_digit_beside_one_that_reaches_the_edge(digits: list[NDArray[np.uint8]]) -> None:
    for digit in digits:
        large = 255 - np.pad(np.asarray(Image.fromarray(digit).resize((280, 280))), 40)
        page = large[np.flatnonzero((large < 128).any(1))[0] :].copy()
        whole = steps(page).box
        page[-9:-5, 20:24] = page[-60:-56, 9:13] = 0
        assert steps(page).box[3] >= whole[3], "what was found is no speck"


@pytest.mark.parametrize("margin", [0, 1])
def test_a_thick_digit_that_fills_its_picture_is_no_page(margin: int) -> None:
    for image in load("train").images[100:140]:
        large = _thick(image.numpy(), 7)
        tight = 255 - np.asarray(large.crop(large.getbbox()))
        found = steps(np.pad(tight, margin, constant_values=255))
        assert found.ink.is_dark
        assert found.box[2:] == pytest.approx(tight.shape[::-1], abs=25)


def test_a_dark_pixel_beside_a_faint_digit_is_no_page() -> None:
    page = np.full((1500, 2000), 225, np.uint8)
    page[500:900, 1000:1030], page[100, 100] = 150, 0
    assert steps(page).box == (1000, 500, 30, 400)


@pytest.mark.parametrize("is_dark", [False, True])
@pytest.mark.parametrize(("height", "width"), [(50, 70), (1, 9)])
def test_lines_are_taken_out_as_by_filters_of_3x3_pixels(is_dark: bool, height: int, width: int) -> None:
    page, reach = np.random.default_rng(0).integers(0, 256, (height, width)).astype(np.uint8), 11
    filtered, ways = Image.fromarray(page), (ImageFilter.MaxFilter(3), ImageFilter.MinFilter(3))
    for way in ways if is_dark else ways[::-1]:
        for _ in range(reach):
            filtered = filtered.filter(way)
    assert np.array_equal(without_lines(page, reach, is_dark), np.asarray(filtered))


@pytest.mark.parametrize("reach", [1, 3])
@pytest.mark.parametrize("share", [0.1, 0.3, 0.6, 0.9, 1])
def test_connected_parts_are_those_that_paint_fills(reach: int, share: float) -> None:
    cells = np.random.default_rng(0).random((30, 60)) < share
    cells[5:25:4], cells[5:25, 10:50] = True, False
    cells[6:24:4, 10] = cells[5:25:4, 10:50] = cells[8:24:8, 49] = cells[12:24:8, 10] = True  # a serpent
    filled = Image.fromarray(cells.astype(np.uint8) * 255).filter(ImageFilter.MaxFilter(reach))
    found, part = np.asarray(filled), 0
    while (found == 255).any():
        row, column = np.argwhere(found == 255)[0]
        part += 1
        ImageDraw.floodfill(filled, (int(column), int(row)), part)
        found = np.asarray(filled)
    assert part < MOST_PARTS
    assert np.array_equal(_parts(cells, reach), found * cells)  # type: ignore[arg-type]


@pytest.mark.parametrize("count", [MOST_PARTS, MOST_PARTS + 1])
def test_more_parts_than_a_digit_and_specks_have_are_grain(count: int) -> None:
    dots = np.zeros((3, 600), bool)
    dots[1, 1 : 2 * count : 2] = True
    found = _parts(dots, 1)
    assert (found is None) == (count > MOST_PARTS)
    assert found is None or found.max() == count


def test_a_long_strip_takes_little_memory() -> None:
    page = np.full((64, 100_000), 225, np.uint8)
    page[20:50, 50_000:50_008], page[:, :30_000] = 50, 150
    tracemalloc.start()
    try:
        prepare(page)
        assert tracemalloc.get_traced_memory()[1] < 30 * page.size
    finally:
        tracemalloc.stop()
