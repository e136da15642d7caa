"""Maps: the maps of a layer as small pictures, in the first layer with its filters; one can be chosen and opened."""

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.reactive import reactive

from mnist_sum_tui.charts.axes import Floats
from mnist_sum_tui.charts.thumbnail import as_grey, as_maps, feature_pictures, resize, scaled, score_columns
from mnist_sum_tui.sizes import DIGITS, SUMS
from mnist_sum_tui.tui.widgets.gallery import GAP, Gallery, Item, Tile
from mnist_sum_tui.tui.widgets.map_lines import heads

if TYPE_CHECKING:
    from mnist_sum_tui.inference.layer_views import LayerView

LEAST, MOST = 10, 56
"""the fewest and the most pixel rows of a picture"""


def side_for(count: int, shape: tuple[int, int], kernel: int, width: int, height: int) -> int:
    """The most pixel rows per map with which `count` maps with captions fit into width x height cells.

    If they do not fit, it is LEAST, or fewer if the width is too small. `kernel` is the side of the filters beside the
    maps, or 0.
    """
    for side in range(MOST, 0, -2 if count > 1 else -1):  # half a line below a picture would part it from its caption
        rows, columns = scaled(shape, side)
        tile = tile_of(rows, columns + (kernel and 1 + max(1, rows // 2 // kernel) * kernel), count)
        needed = -(-count // max(1, width // tile.width)) * tile.height - (GAP if count > 1 else 0)
        is_whole = side <= LEAST or needed <= height
        if is_whole and tile.width <= width:
            return side
    return LEAST


def tile_of(rows: int, columns: int, count: int) -> Tile:
    """The tile of one of `count` pictures of so many pixels, with its caption and a margin, narrower for small ones.

    Below a caption there is a gap, so that it does not touch the next picture.
    """
    return Tile(columns + (2 if rows > LEAST else 1), -(-rows // 2) + 1 + (GAP if count > 1 else 0), "blocks")


def reads_image(view: "LayerView") -> bool:
    """Whether the layer's filters are applied to the image itself, so that one can see what they look for."""
    return view.kernels is not None and view.kernels.shape[1] == view.field[0].size


def is_scores(view: "LayerView") -> bool:
    """Whether the layer gives one value for each digit or for each sum, as a head does, or a branch's."""
    return view.maps.shape in ((DIGITS,), (SUMS,))


def axis_labels(view: "LayerView", across: int) -> tuple[str, str]:
    """The labels of columns and rows, for a map of digits, numbers or sums that is `across` pixels wide."""
    rows, columns = as_maps(view.maps).shape[1:]
    cell = across // columns
    if columns not in (DIGITS, SUMS) or not cell or not (view.name == "number" or is_scores(view)):
        return "1", ""
    if rows != DIGITS:
        return heads(columns, cell), " "
    beside = [" "] * (-(-rows * cell // 2))  # two pixels share a line
    for row in range(rows):
        line = (row * cell + cell // 2) // 2
        beside[line] = str(row) if beside[line] == " " else beside[line]
    return heads(columns, cell), "".join(beside)


class Pictures(Gallery):
    """Shows named grids of shares 0..1 as pictures, as large as possible with all of them visible."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "screen.back", "Back to the list")]
    MORE = "more: Enter, then the arrows"
    can_open: ClassVar[bool] = False
    """whether there is more to see of a picture"""

    grids: "reactive[tuple[tuple[str, Floats], ...]]" = reactive((), always_update=True)

    @property
    def tile(self) -> Tile:
        """The tile, as large as the pictures need."""
        rows, columns = self.items[0].image.shape if self.items else (LEAST, LEAST)
        return tile_of(rows, columns, len(self.items))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to open a picture only where that shows more."""
        return self.can_open if action == "open" else super().check_action(action, parameters)

    def watch_grids(self) -> None:
        """Show the grids; the chosen one stays chosen."""
        self._make(self.chosen)

    on_resize = watch_grids

    def _make(self, chosen: int) -> None:
        if not self.grids:
            self.items = ()
        elif self._room:
            rows, columns = self.pixels()
            pictures = (as_grey(resize(grid, columns, rows)) for _, grid in self.grids)
            named = zip(pictures, self.grids, strict=True)
            self._show(tuple(Item(each, name, 0, columns=columns) for each, (name, _) in named), chosen)

    def pixels(self) -> tuple[int, int]:
        """Rows and columns of each picture."""
        shape = self.grids[0][1].shape
        return scaled(shape, side_for(len(self.grids), shape, 0, *self._room))

    def _show(self, items: tuple[Item, ...], chosen: int) -> None:
        """Replace the items, and keep the chosen one and the scroll position."""
        corner = self.scroll_offset
        self.items, self.chosen = items, min(chosen, len(items) - 1)
        self.scroll_to(*(corner if chosen else (0, 0)), animate=False)


class Maps(Pictures):
    """Shows the maps of `view`; with `is_sorted`, the maps with the highest mean come first."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "open", "Look closer")]
    can_open = True

    view: "reactive[LayerView | None]" = reactive(None, always_update=True)
    is_sorted: reactive[bool] = reactive(False)

    @property
    def has_order(self) -> bool:
        """Whether there are several maps, which can be sorted, and they are shown."""
        return self.display and self.view is not None and len(as_maps(self.view.maps)) > 1

    def watch_view(self, old: "LayerView | None", new: "LayerView | None") -> None:
        """Show a layer; if it is the same one with newer values, the choice is kept."""
        is_same = old is not None and new is not None and (old.name, len(old.maps)) == (new.name, len(new.maps))
        self._make(self.chosen if is_same else 0)

    def watch_is_sorted(self) -> None:
        """Show the maps in the other order."""
        self._make(0)

    def _make(self, chosen: int) -> None:
        view = self.view
        if view is None or not self._room:
            return
        maps = as_maps(view.maps)
        kernels = view.kernels if reads_image(view) else None
        size = 0 if kernels is None else kernels.shape[1]
        side = side_for(len(maps), maps.shape[1:], size, *self._room)
        order = maps.mean((1, 2)).argsort()[::-1].tolist() if self.is_sorted else range(len(maps))
        pictures = feature_pictures(maps, kernels, side)
        columns = scaled(maps.shape[1:], side)[1]
        items = [Item(pictures[key], f"{key + 1}", key, columns=columns) for key in order]
        if len(items) == 1:
            if is_scores(view):
                cell = max(1, (self._room.width - 2) // len(view.maps))
                pictures = [score_columns(view.maps, cell, min(MOST, 2 * max(1, self._room.height - 1)))]
            below, beside = axis_labels(view, pictures[0].shape[1])
            items = [Item(pictures[0], below, 0, beside)]
        self._show(tuple(items), chosen)
