"""Gallery: images with captions in rows; arrow keys or the mouse choose one, Enter opens it."""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style
from textual.visual import Visual

from mnist_sum_tui.charts.thumbnail import Image
from mnist_sum_tui.formatting import plural
from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.tui.widgets.common import MOVES
from mnist_sum_tui.tui.widgets.digit import dots
from mnist_sum_tui.tui.widgets.half_blocks import Stretch, half_blocks, line_styles, sheet_of


class Item(NamedTuple):
    """An image, its caption, the key that names it in Opened, and characters to put before the image's lines.

    So many columns of the image, from the left, have a ground of their own, so that its edges are seen.
    """

    image: Image
    caption: str
    key: int
    rows: str = ""
    columns: int = 0


class Tile(NamedTuple):
    """The size in cells of an image with caption and margin, and the look of the image."""

    width: int
    height: int
    look: str


CHOSEN = Style(bold=True, reverse=True)
BIG, SMALL = Tile(30, 16, "blocks"), Tile(15, 9, "dots")
GAP, MARGIN = 1, 2
"""rows of a tile that may be missing: the gap below it; and, of the only tile, the image's empty edge, too"""


def tile_for(width: int, height: int, is_large: bool = False) -> Tile:
    """The tile: large with half-blocks if two rows of three fit, else small with braille; widened to fill the width.

    With `is_large` the tiles are large if one fits.
    """
    rows, columns = (1, 1) if is_large else (2, 3)
    tile = BIG if height >= rows * BIG.height - 1 and width >= columns * BIG.width else SMALL
    return tile._replace(width=max(tile.width, width // max(1, width // tile.width)))


class Gallery(ScrollView, can_focus=True):
    """Shows tiles in as many columns as fit. Only visible lines are drawn: a thousand tiles cost no more than ten."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *MOVES,
        Binding("home", "go(0)", show=False),
        Binding("end", "go(-1)", show=False),
        Binding("enter", "open", "Open in Inspect"),
    ]
    DEFAULT_CSS = """
    Gallery {
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-background: $background;
    }
    """

    @dataclass(eq=False)
    class Opened(Message):
        """An image was opened."""

        key: int

    MORE: ClassVar[str] = "more below"
    """what is said of the images for which there is no room"""

    items: reactive[tuple[Item, ...]] = reactive[tuple[Item, ...]]((), always_update=True)
    chosen: reactive[int] = reactive(0)
    is_large: reactive[bool] = reactive(False)
    """whether large pictures are wanted"""

    def __init__(self, *, id: str | None = None, no_room: str = "too few rows here") -> None:
        """`no_room` is what is said of the images if not one fits."""
        super().__init__(id=id)
        self._no_room = no_room
        self._drawn: dict[tuple[int, Tile], list[Strip]] = {}

    @property
    def tile(self) -> Tile:
        """The tile size for the current size of the widget."""
        return tile_for(*self._room, self.is_large)

    @property
    def across(self) -> int:
        """Number of tiles per row."""
        return max(1, self._room.width // self.tile.width)

    @property
    def _room(self) -> Size:
        return self.scrollable_content_region.size

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to open an image if there is one."""
        return bool(self.items) if action == "open" else super().check_action(action, parameters)

    def watch_items(self) -> None:
        """Show the new items, with the first one chosen."""
        self.chosen = 0
        self.scroll_to(0, 0, animate=False)  # the wheel scrolls, but chooses nothing
        self._lay_out()

    def mark(self, key: int) -> None:
        """Choose the item of a key, or none if there is no such item."""
        self.chosen = next((place for place, item in enumerate(self.items) if item.key == key), -1)

    def watch_chosen(self, old: int, new: int) -> None:
        """Redraw both tiles, and scroll to the new one, if there is one."""
        for place in (old, new):
            self._drawn.pop((place, self.tile), None)
        column, row = new % self.across, new // self.across
        area = Region(column * self.tile.width, row * self.tile.height, self.tile.width, self.tile.height)
        if new >= 0:  # else what is shown elsewhere is not among these, and they stay where they are
            self.scroll_to_region(area, animate=False)
        self.refresh()

    def notify_style_update(self) -> None:
        """Redraw, because the theme has changed."""
        super().notify_style_update()
        self._drawn.clear()

    def _lay_out(self) -> None:
        self._drawn.clear()
        rows, gap = -(-len(self.items) // self.across), GAP if len(self.items) > 1 else 0  # below the last row: none
        self.virtual_size = Size(self._room.width, rows * self.tile.height - gap)
        self.refresh()

    on_resize = watch_is_large = _lay_out  # the number of tiles per row may be another

    def render_line(self, y: int) -> Strip:
        """One screen line of a row of tiles; what does not fit is counted, because parts are unreadable."""
        if self._room.height < self.tile.height - MARGIN:
            return self._told(
                f"{BRAILLE.cut} {plural(len(self.items), 'image')}: {self._no_room}" if not y and self.items else ""
            )
        row, line = divmod(y + self.scroll_offset.y, self.tile.height)
        ends, rest = y - line + self.tile.height, len(self.items) - row * self.across
        if rest > 0 and ends - GAP > self._room.height >= self.tile.height:
            return self._told(f"{BRAILLE.cut} {rest:,} {self.MORE}" if line == 0 else "")
        if rest > self.across and y == self._room.height - 1 and line == self.tile.height - GAP:  # no line is left
            return self._told(f"{BRAILLE.cut} {rest - self.across:,} {self.MORE}")
        places = range(row * self.across, min((row + 1) * self.across, len(self.items)))
        strip = Strip.join([self._tile_lines(place)[line] for place in places])
        return strip.adjust_cell_length(self._room.width, self.rich_style)

    def _told(self, words: str) -> Strip:
        shown = Visual.to_strips(self, Content(words), self._room.width, 1, self.visual_style)
        return shown[0] if shown else Strip([])  # none in a window of a few columns

    def _tile_lines(self, place: int) -> list[Strip]:
        tile = self.tile
        if (place, tile) not in self._drawn:
            item = self.items[place]
            is_chosen = place == self.chosen and not item.rows  # a labelled image is alone, so it needs no mark
            mark = BRAILLE.chosen if is_chosen else " "
            width = tile.width - (not item.rows)  # the caption of a labelled image is as wide
            words = f"{mark}{item.caption}".ljust(width)[:width]
            own, (_, _, paper, ink) = self.visual_style, self.colors
            styles = line_styles(own, paper, ink)
            caption = Strip([Segment(words, (own + CHOSEN).rich_style if is_chosen else styles[0])])
            shown = half_blocks(item.image) if tile.look == "blocks" else [[Stretch(s)] for s in dots(item.image)]
            lines = [
                Strip([Segment(row, styles[0]), *(Segment(text, styles[shade]) for text, shade in line)])
                for row, line in zip(item.rows.ljust(len(shown)), shown, strict=True)
            ]
            if item.columns:
                sheet = sheet_of(paper, ink)
                on_sheet = line_styles(own + Style(background=sheet), sheet, ink)
                left = half_blocks(item.image[:, : item.columns])[: len(item.image) // 2]  # half a line would be whole
                for at, line in enumerate(left):
                    drawn = Strip([Segment(text, on_sheet[shade]) for text, shade in line])
                    lines[at] = Strip.join([lines[at].crop(0, 1), drawn, lines[at].crop(1 + item.columns)])
            is_cut = self._room.height <= len(lines)  # then the caption comes first, and an edge without ink goes
            edge = -(-len(item.image) // len(lines))
            if is_cut and not item.rows and item.image[:edge].any() < item.image[-edge:].any():
                del lines[0]
            ordered = ([caption, *lines] if is_cut else [*lines, caption])[: tile.height]
            ordered += [Strip([])] * (tile.height - len(ordered))
            self._drawn[place, tile] = [line.adjust_cell_length(tile.width, styles[0]) for line in ordered]
        return self._drawn[place, tile]

    def action_move(self, x: int, y: int) -> None:
        """Choose a neighbouring image."""
        place = self.chosen + x + y * self.across
        if 0 <= place < len(self.items):
            self.chosen = place

    def action_go(self, place: int) -> None:
        """Choose the first image (0) or the last (-1)."""
        self.chosen = place % max(1, len(self.items))

    def action_page_down(self) -> None:
        """Choose the image that is a page further down, or the last one."""
        self._turn(1)

    def action_page_up(self) -> None:
        """Choose the image that is a page further up, or the first one."""
        self._turn(-1)

    def _turn(self, pages: int) -> None:
        rows = max(1, self._room.height // self.tile.height)
        self.chosen = max(0, min(self.chosen + pages * rows * self.across, len(self.items) - 1))

    def action_open(self) -> None:
        """Open the chosen image."""
        if self.items:
            self.post_message(self.Opened(self.items[self.chosen].key))

    def on_click(self, event: events.Click) -> None:
        """Choose the image under the mouse; open it if it is already chosen."""
        at = event.get_content_offset(self)
        if at is None:  # on the title
            return
        column, row = at.x // self.tile.width, (at.y + self.scroll_offset.y) // self.tile.height
        place = row * self.across + column
        if column < self.across and place < len(self.items):
            if place == self.chosen:
                self.action_open()
            self.chosen = place


class Earlier(Gallery):
    """Earlier drawings: one that is opened goes back to where it was drawn."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "open", "Bring it back")]
