"""The page Draw: strokes taken back, other weights, pictures opened, drawings saved and brought back."""

import os
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from textual.widgets import Input, Label

from mnist_sum_tui.data.picture import prepare, read_picture
from mnist_sum_tui.errors import RunError
from mnist_sum_tui.machine.stdio import without_lines_of_libraries
from mnist_sum_tui.runs.find import list_runs
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.draw import DrawPage
from mnist_sum_tui.tui.pages.drawing_files import OpenPicture
from mnist_sum_tui.tui.predictions import drawings
from mnist_sum_tui.tui.predictions.requests import PredictDrawing
from mnist_sum_tui.tui.widgets.digit import Digit
from mnist_sum_tui.tui.widgets.draw_pad import DrawPad
from mnist_sum_tui.tui.widgets.gallery import Gallery
from mnist_sum_tui.tui.widgets.key_footer import keys_of
from tests.runs.folders import lock_up
from tests.tui import fixed, recorded
from tests.tui.pages.test_draw import draw
from tests.tui.pages.test_runs import note_of
from tests.tui.recorded import press, until

SECOND = ((4, 3), (4, 10))


async def test_strokes_are_taken_back_one_by_one_and_a_clearing_too(app: MnistSumApp) -> None:
    async with fixed.on(app, DrawPage) as (pilot, page):
        pad, sheets = page.query_one(DrawPad), []
        for points in (SECOND, fixed_three()):
            sheets.append(pad.sheet)
            await draw(pilot, points)
        drawn = pad.sheet
        await pilot.press("space", "right", "right", "space")
        assert (pad.sheet != drawn).any()
        await pilot.press("z")
        assert (pad.sheet == drawn).all(), "what the keyboard drew is one stroke"
        await pilot.press("c")
        assert not pad.sheet.any()
        for place, sheet in enumerate((drawn, *reversed(sheets))):
            await pilot.press("z" if place else "ctrl+z")
            assert (pad.sheet == sheet).all()
        await press(pilot, "z")
        assert note_of(page) == "There is nothing to undo"
        await press(pilot, "c")
        assert note_of(page) == "There is nothing to clear"


def fixed_three() -> tuple[tuple[int, int], ...]:
    return ((9, 3), (14, 2), (18, 3))


async def test_other_weights_read_the_same_drawing(app: MnistSumApp) -> None:
    async with fixed.on(app, DrawPage) as (pilot, page):
        await draw(pilot)
        await press(pilot, "comma")
        last = fixed.predictions_in(app).requests[-1]
        assert isinstance(last, PredictDrawing)
        assert last.weights == fixed.CHOICES[0]
        assert (last.drawing == page.query_one(DrawPad).sheet).all()
        assert not page.query_one(Gallery).display, "there is no room for earlier drawings"
        await draw(pilot, SECOND)
        last = fixed.predictions_in(app).requests[-1]
        assert isinstance(last, PredictDrawing)
        assert last.weights == fixed.CHOICES[0], "until others are chosen"
        page.on_run_event(recorded.started())
        await draw(pilot, SECOND)
        last = fixed.predictions_in(app).requests[-1]
        assert isinstance(last, PredictDrawing)
        assert last.weights is None, "or a training begins"


async def test_a_picture_is_opened_as_predict_image_reads_it(app: MnistSumApp, tmp_path: Path) -> None:
    grey = np.full((90, 70), 230, np.uint8)
    grey[20:70, 30:38] = 10
    Image.fromarray(grey).save(tmp_path / "one and more.png")
    async with fixed.on(app, DrawPage) as (pilot, page):
        await pilot.press("o")
        assert isinstance(app.screen, OpenPicture)
        app.screen.query_one(Input).value = f"'{tmp_path / 'one and more.png'}' "
        await pilot.press("enter")
        await until(
            pilot, lambda: page.query_one(DrawPad).sheet.any() and page.query_one("#seen", Digit).image is not None
        )
        expected = prepare(read_picture(str(tmp_path / "one and more.png")))
        assert np.array_equal(page.query_one("#seen", Digit).image, expected)  # type: ignore[arg-type]
        assert (page.query_one(DrawPad).sheet[::2, ::2] == expected).all()
        await pilot.press("z")
        assert not page.query_one(DrawPad).sheet.any()


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        (" a' ", "a'"), ("My\\ Digit.png", "My Digit.png"), ("'it'\\''s.png'", "it's.png"), ("'my.png'", "my.png"),
        ("it's.png", "it's.png"), ("my.png my.png", "my.png my.png"), ("no\\t", "no\\t"), ("'my.png", "my.png"),
        ("'no such.png'", "no such.png"), ('"\\\\server\\my digit.png"', "\\\\server\\my digit.png"),
        ("-", "./-"),
    ],
)  # fmt: skip
def test_the_path_of_a_dropped_file_is_what_the_shell_would_read(
    typed: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for each in ("a'", "My Digit.png", "it's.png", "my.png"):
        Path(each).touch()
    assert drawings.path_of(typed) == name


async def test_a_file_that_is_no_picture_is_told_in_a_line(
    app: MnistSumApp, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "text.png").write_text("no picture")
    Image.new("L", (40, 40)).save(damaged := tmp_path / "damaged.tiff", compression="tiff_lzw")
    damaged.write_bytes(damaged.read_bytes().replace(b"\x80\x00", b"\x80\xff"))
    async with fixed.on(app, DrawPage) as (pilot, _):
        await pilot.press("o")
        dialog = app.screen
        assert isinstance(dialog, OpenPicture)
        said = dialog.query_one("#said", Label)
        missing = str(tmp_path / "none.png")
        for name, words in (
            ("", "Type the path of a picture first"),
            (str(tmp_path / "text.png"), "not a picture"),
            (str(damaged), "damaged or incomplete"),
            (missing, f"{missing} does not exist; give the path of a picture"),
            ("-", "- does not exist; give the path of a picture"),
            ("~nosuchuser/x.png", "~nosuchuser/x.png does not exist; give the path of a picture"),
        ):
            dialog.query_one(Input).value = name
            await pilot.press("enter")
            await until(pilot, lambda words=words: words in str(said.render()))  # type: ignore[misc]
            assert "\n" not in str(said.render())
            assert app.screen is dialog, "the question stays, to be answered better"
            assert dialog.query_one(Input).value == name
    assert capfd.readouterr().err == "", "libtiff's own lines would disturb the screen"


async def test_the_dashboard_draws_while_what_libraries_print_is_dropped(
    app: MnistSumApp, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signal.signal", lambda *_: None)  # a driver would take the stop of the process for its own
    driver: Any = app._build_driver(headless=False, inline=False, mouse=False, size=None)
    with without_lines_of_libraries():
        os.write(2, b"libtiff's")
        driver._file.write("drawn")
    driver._file.close()
    assert capfd.readouterr().err == "drawn"


async def test_a_drawing_is_saved_beside_the_runs_and_predicted_alike(app: MnistSumApp, tmp_path: Path) -> None:
    async with fixed.on(app, DrawPage) as (pilot, page):
        await press(pilot, "s")
        assert note_of(page).startswith("There is nothing to save")
        await draw(pilot)
        await pilot.press("s", "s")
        await until(pilot, lambda: len(list((tmp_path / "drawings").glob("*.png"))) == 2)
        await pilot.pause()
        first, second = sorted((tmp_path / "drawings").iterdir())
        assert f"mnist-sum predict image {tmp_path / 'drawings' / 'drawing-'}" in note_of(page), "the whole command"
        assert page._shown is not None
        assert page._shown.path is not None
        assert note_of(page).endswith(f" --run {Run(page._shown.path.parent).argument}"), "the network that answered"
        sheet = page.query_one(DrawPad).sheet
        for path in (first, second):
            assert (prepare(read_picture(str(path))) == prepare(sheet)).all()
        assert list_runs(tmp_path) == []


async def test_an_opened_picture_is_saved_as_it_was_read(app: MnistSumApp, tmp_path: Path) -> None:
    grey = np.full((90, 61), 240, np.uint8)
    grey[11:80, 20:27] = 30
    async with fixed.on(app, DrawPage) as (pilot, page):
        page.show_picture(grey, prepare(grey))
        await pilot.press("s")
        await until(pilot, lambda: note_of(page).startswith("Saved"))
        (saved,) = (tmp_path / "drawings").iterdir()
        assert (read_picture(str(saved)) == grey).all(), "so that predict gives the same answer as the page"


def test_nothing_is_saved_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "drawings").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RunError, match="is a link"):
        drawings.save(tmp_path, b"a picture", datetime(2026, 1, 2))
    (tmp_path / "drawings").unlink()
    (tmp_path / "drawings").write_text("a file")
    with pytest.raises(RunError, match="cannot be made"):
        drawings.save(tmp_path, b"a picture", datetime(2026, 1, 2))
    assert not list((tmp_path / "elsewhere").iterdir())


def test_pictures_of_one_second_do_not_replace_each_other(tmp_path: Path) -> None:
    saved = [drawings.save(tmp_path, bytes([at]), datetime(2026, 1, 2)) for at in range(4)]
    assert [path.read_bytes() for path in saved] == [bytes([at]) for at in range(4)]
    assert saved[3].name == "drawing-20260102-000000-4.png"


def test_a_folder_that_cannot_be_used_ends_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "drawings").mkdir()
    lock_up(tmp_path / "drawings", monkeypatch)
    with pytest.raises(RunError, match=r"drawings: cannot be used \(Permission denied\)"):
        drawings.new_file(tmp_path, "screen", "svg", datetime(2026, 1, 2))
    lock_up(tmp_path, monkeypatch)
    with pytest.raises(RunError, match=r"drawings: cannot be made \(Permission denied\)"):
        drawings.new_file(tmp_path, "screen", "svg", datetime(2026, 1, 2))


async def test_an_opened_picture_is_brought_back_as_it_was_read(app: MnistSumApp) -> None:
    grey = np.full((90, 61), 240, np.uint8)
    grey[11:80, 20:27] = 30
    async with fixed.on(app, DrawPage, (200, 60)) as (pilot, page):
        page.show_picture(grey, prepare(grey))
        await until(pilot, lambda: page._answer is not None and page._answer.image is not None)
        await pilot.press("c")
        await until(pilot, lambda: page.query_one(Gallery).items)
        await draw(pilot)
        assert page.drawing is not grey
        page.query_one(Gallery).focus()
        await pilot.press("enter")
        await until(pilot, lambda: page.drawing is grey)


async def test_what_was_cleared_is_brought_back(app: MnistSumApp) -> None:
    async with fixed.on(app, DrawPage, (200, 60)) as (pilot, page):
        await draw(pilot)
        pad, gallery = page.query_one(DrawPad), page.query_one(Gallery)
        sheet = pad.sheet
        assert not gallery.display, "there is no earlier drawing yet"
        await press(pilot, "c")
        assert gallery.display
        await draw(pilot, SECOND)
        await press(pilot, "c")
        assert [item.caption[0] for item in gallery.items] == ["3", "3"]
        gallery.focus()
        await pilot.press("right")
        keys = {key.key: key.words for key in keys_of(app.screen)[0]}
        assert (keys["enter"], keys["o"]) == ("Bring it back", "Open"), "one does not hide the other"
        await pilot.press("enter")
        await until(pilot, lambda: (pad.sheet == sheet).all())
