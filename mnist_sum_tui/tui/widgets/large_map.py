"""LargeMap: one map shown large beside the image; a cursor shows which patch of the image a place of the map sees."""

from itertools import zip_longest
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from textual import events
from textual.binding import Binding, BindingType
from textual.color import Color
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from mnist_sum_tui.charts.thumbnail import Image, as_grey, as_maps, as_signed, enlarged
from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.tui.widgets.common import MOVES
from mnist_sum_tui.tui.widgets.half_blocks import blocks
from mnist_sum_tui.tui.widgets.maps import reads_image

if TYPE_CHECKING:
    from mnist_sum_tui.inference.layer_views import LayerView, Patch


def framed(image: Image, rows: slice, columns: slice, by: int, paper: Color, ink: Color) -> list[Content]:
    """A picture enlarged by the factor `by`, with a margin, and a frame around the pixels of these rows and columns."""
    lines = [Content(" ") + line + " " for line in blocks(enlarged(image, by), paper, ink).split("\n")]
    lines = [Content(" " * lines[0].cell_length), *lines, Content(" " * lines[0].cell_length)]
    top, bottom = rows.start * by // 2, (rows.stop * by + 1) // 2 + 1  # two pixels share a line
    left, right = columns.start * by, columns.stop * by + 1
    *corners, _, _, side, flat, _ = list(BRAILLE.frame)
    for at in range(top, bottom + 1):
        first, last = corners[:2] if at == top else corners[2:] if at == bottom else (side, side)
        edge = Content.styled(flat * (right - left - 1), "$text-accent")
        inner = edge if at in (top, bottom) else lines[at][left + 1 : right]
        frame = Content.assemble((first, "$text-accent"), inner, (last, "$text-accent"))
        lines[at] = lines[at][:left] + frame + lines[at][right + 1 :]
    return lines


class LargeMap(Widget, can_focus=True):
    """Shows map `index` of the layer `view`, and its filter, too, if the layer reads the image itself."""

    BINDINGS: ClassVar[list[BindingType]] = [*MOVES, Binding("escape", "screen.back", "Back to all maps")]

    view: "reactive[LayerView | None]" = reactive(None, always_update=True)
    index: reactive[int] = reactive(0)
    place: reactive[tuple[int, int]] = reactive((0, 0))
    """row and column of the cursor"""
    image: reactive[Image | None] = reactive(None, always_update=True)

    _map_at, _factor = 0, 1
    """the first column of the map, and the cells per place, in the last drawing"""

    def look_at(self, view: "LayerView", index: int) -> None:
        """Show a map, with the cursor at its highest value."""
        self.view, self.index = view, index
        values = as_maps(view.maps)[index]
        row, column = np.unravel_index(int(values.argmax()), values.shape)
        self.place = int(row), int(column)

    def can_follow(self, view: "LayerView") -> bool:
        """Whether this is the same layer as before, so that map and cursor are there, too."""
        return self.view is not None and self.view.name == view.name

    @property
    def patch(self) -> "Patch":
        """The patch of the image that the place under the cursor sees."""
        from mnist_sum_tui.inference.layer_views import patch_of

        assert self.view is not None
        return patch_of(self.view, self.index, *self.place)

    def render(self) -> Content:
        """Image, map, filter."""
        view, (row, column) = self.view, self.place
        if view is None or self.image is None:
            return Content("")
        own, patch, (_, _, paper, ink) = as_maps(view.maps)[self.index], self.patch, self.colors
        scale = 2 if self.content_size.width >= 136 and self.content_size.height >= 30 else 1
        shown, factor = as_grey(own / max(own.max(), 1e-12)), max(1, 28 * scale // max(own.shape))
        parts = [
            framed(self.image, patch.rows, patch.columns, scale, paper, ink),
            framed(shown, slice(row, row + 1), slice(column, column + 1), factor, paper, ink),
        ]
        if reads_image(view) and patch.kernel is not None:
            filter_lines = blocks(enlarged(as_signed(patch.kernel), 2 * scale), paper, ink).split("\n")
            parts.append([Content("filter"), *filter_lines])
        widths = [max(line.cell_length for line in part) for part in parts]
        if sum(widths) + 2 * len(widths) > self.content_size.width:  # the filter stands among all maps, too
            del parts[2:], widths[2:]
        gap = max(0, min(2, self.content_size.width - sum(widths)))
        widths = [width + gap for width in widths[:-1]] + widths[-1:]
        self._map_at, self._factor = widths[0], factor
        rows = zip_longest(*parts, fillvalue=Content(""))
        return Content("\n").join(
            Content("").join(
                line.pad_right(width - line.cell_length) for line, width in zip(line_of, widths, strict=True)
            )
            for line_of in rows
        )

    def action_move(self, x: int, y: int) -> None:
        """Go to a neighbouring place."""
        self._go(self.place[0] + y, self.place[1] + x)

    def on_click(self, event: events.Click) -> None:
        """Go to the place under the mouse, or to the nearest one."""
        if (at := event.get_content_offset(self)) is not None:
            self._go((at.y - 1) * 2 // self._factor, (at.x - self._map_at - 1) // self._factor)

    def _go(self, row: int, column: int) -> None:
        if self.view is not None:
            rows, columns = as_maps(self.view.maps).shape[1:]
            self.place = min(max(row, 0), rows - 1), min(max(column, 0), columns - 1)
