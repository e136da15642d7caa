"""The gallery: what is shown of images in little room."""

import numpy as np
from textual.app import App

from mnist_sum_tui.tui.widgets.gallery import Gallery, Item


async def test_where_a_line_is_missing_an_image_loses_its_edge_without_ink() -> None:
    low, high = np.zeros((2, 28, 28), np.uint8)
    low[8:28, 10:14] = high[0:20, 10:14] = 255
    app, gallery = App[None](), Gallery()
    async with app.run_test(size=(47, 7)) as pilot:
        await app.screen.mount(gallery)
        gallery.items = (Item(low, "low", 0), Item(high, "high", 1))
        await pilot.pause()
        assert gallery.size.height == 7
        inked = [[bool(gallery.render_line(y).text[at : at + 15].strip()) for y in range(1, 7)] for at in (0, 15)]
        assert "high" in gallery.render_line(0).text
        assert inked == [[False, *[True] * 5], [*[True] * 5, False]]
