"""A picture of the screen is a file that appears whole or not at all, and asks for nothing when it is opened."""

import re
from xml.etree import ElementTree

import pytest

from mnist_sum_tui.tui.app import MnistSumApp
from tests.tui.recorded import until

resource = pytest.importorskip("resource", reason="needs a limit on the size of files")
LIMIT = 20_000
"""bytes, less than a picture has"""


async def test_on_a_full_disk_a_line_says_why_and_no_part_of_it_stays(app: MnistSumApp) -> None:
    folder, limits = app.session.runs_folder / "drawings", resource.getrlimit(resource.RLIMIT_FSIZE)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause(0.1)
        resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, limits[1]))
        try:
            app.save_screen()
            await until(pilot, lambda: any("cannot be written" in told.message for told in app._notifications))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert [*folder.iterdir()] == []
        app.save_screen()
        await until(pilot, lambda: list(folder.glob("screen-*.svg")))
        (picture,) = folder.iterdir()
        assert picture.stat().st_size > LIMIT
        assert ElementTree.parse(picture).getroot().tag.endswith("}svg")


async def test_it_loads_nothing_from_the_internet(app: MnistSumApp) -> None:
    """Textual's would load a font, which tells a stranger's server who opens the picture."""
    folder = app.session.runs_folder / "drawings"
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause(0.1)
        assert "url(" in app.export_screenshot()
        app.save_screen()
        await until(pilot, lambda: list(folder.glob("screen-*.svg")))
        text = next(folder.iterdir()).read_text(encoding="utf-8")
        assert re.findall(r"src: [^;]*;", text) == ['src: local("FiraCode-Regular");', 'src: local("FiraCode-Bold");']
        assert not re.search(r"url\(\s*[^#\s]", text)
