"""RunTable: a table of runs that can be sorted by every column, and whose rows can be marked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Click
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import DataTable

from mnist_sum_tui.charts.run_charts import MOST_RUNS, RUN_SYMBOLS
from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.runs.columns import BEST, COLUMNS, Column, arranged, text_of, that_fit, without_middle
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.runs.seed_groups import members_of
from mnist_sum_tui.runs.summary import Summary, best_of_several


class RunTable(DataTable[Text]):
    """Shows runs; space marks a run, Enter posts Entered."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select_cursor", "Open"),
        Binding("space", "mark", "Mark", tooltip="and go to the next row"),
        Binding("home", "scroll_top", "First run", show=False),  # where Textual's go to the first and last column
        Binding("end", "scroll_bottom", "Last run", show=False),
        *(Binding(f"ctrl+{key}", f"scroll_{end}", show=False) for key, end in (("home", "top"), ("end", "bottom"))),
        *(Binding(side, f"cursor_{side}", show=False) for side in ("left", "right")),  # without words in the help
    ]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without runs there is nothing to open or to mark; while the marked runs are played, space is the page's."""
        if action in ("select_cursor", "mark"):
            return bool(self.runs) and not (action == "mark" and self.screen.has_class("-played"))
        return super().check_action(action, parameters)

    @dataclass(eq=False)
    class Entered(Message):
        """Enter was pressed on a run, or it was clicked twice."""

        run: Summary

    class Marked(Message):
        """The marked runs have changed."""

    runs: reactive[tuple[Summary, ...]] = reactive[tuple[Summary, ...]]((), init=False, always_update=True)
    columns_wanted: reactive[tuple[Column, ...]] = reactive[tuple[Column, ...]]((), init=False)
    """the columns to show, which may be settings; empty: those that fit"""
    order: reactive[tuple[Column, bool]] = reactive((COLUMNS[0], False), init=False)
    """the column to sort by, and whether the order is reversed"""
    marked: reactive[tuple[str, ...]] = reactive[tuple[str, ...]]((), init=False)
    """ids of the marked runs, in the order of marking"""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, cursor_type="row", zebra_stripes=True)
        self.shown: dict[Column, int] = {}
        """the columns that are shown, and their widths"""
        self.is_whole = True
        """whether all runs have been read"""
        self.every: tuple[Summary, ...] = ()
        """all runs, including those without a row; set it before `runs`"""
        self._names: dict[str, str] = {}
        """the text of the first column by the id of the run, as much of it as there is room for"""
        self._best_run: Run | None = None
        """the run that the table tells as the best"""
        self.looks: dict[str, int] = {}
        """the index in RUN_SYMBOLS of each marked run; it does not change when another mark is removed"""
        self._wanted = ""
        """the id of the run that gets the cursor as soon as it has a row"""

    @property
    def current(self) -> Summary | None:
        """The run under the cursor."""
        name = self.row_id
        return next((run for run in self.runs if run.run.id == name), None)

    @property
    def best(self) -> Summary | None:
        """The best of all runs; None if not two have a result, or while not all have been read."""
        return best_of_several(self.every) if self.is_whole else None

    def watch_runs(self, before: tuple[Summary, ...], runs: tuple[Summary, ...]) -> None:
        """Write the rows whose texts have changed, or refill the table if others, too, are concerned."""
        pairs = list(zip(before, runs, strict=False))
        newer = [run for old, run in pairs if old is not run and self._texts(old) != self._texts(run)]
        best = self.best
        is_same = bool(self.shown) and self._best_run == (None if best is None else best.run)
        if not is_same or len(before) != len(runs) or any(old.run != run.run for old, run in pairs):
            self.fill()
        elif newer:
            rows = [run.run.id for run in arranged(runs, *self.order)]
            if rows != [row.key.value for row in self.ordered_rows] or self._fitting != self.shown:
                self.fill()
                return
            for run in newer:
                self._names[run.run.id] = self._fitted_name(run, best)
                for title, cell in self._row(run, best).items():
                    self.update_cell(run.run.id, title, cell)

    def watch_columns_wanted(self) -> None:
        """Refill the table with other columns; if the sort column is gone, sort by the first one."""
        self.fill()
        if self.order[0] not in self.shown:
            self.order = (COLUMNS[0], False)

    def signs(self, runs: Sequence[Summary]) -> list[str]:
        """The signs of those of the runs that are marked."""
        return [RUN_SYMBOLS[self.looks[run.run.id]] for run in runs if run.run.id in self.looks]

    def watch_marked(self) -> None:
        """Show the marks."""
        before = self.looks
        self.looks = {name: look for name, look in self.looks.items() if name in self.marked}
        for name in self.marked:
            free = (look for look in range(MOST_RUNS) if look not in self.looks.values())
            self.looks.setdefault(name, next(free, 0))
        concerned, title, best = {*before, *self.looks}, COLUMNS[0].title, self.best
        for run in self.runs:
            if run.run.id in concerned and run.run.id in self.rows:  # not all of hundreds of rows
                self.update_cell(run.run.id, title, self._row(run, best)[title])
        self.post_message(self.Marked())

    def fill(self) -> None:
        """Write all column titles and rows; the cursor stays on its run, or goes to the next that is left."""
        before, at = [row.key.value for row in self.ordered_rows], self.cursor_row
        fitting = self._fitting
        self.clear(columns=fitting != self.shown)
        if fitting != self.shown:
            for column, room in fitting.items():
                self.add_column(Text(column.title), key=column.title, width=room)
        self.shown = fitting
        for column, heading in zip(self.shown, self.ordered_columns, strict=True):
            is_order = column is self.order[0]
            heading.label = Text(column.title + (self._arrow if is_order else ""))
        if self.order[0] not in self.shown:  # by a column for which there is no room
            self.ordered_columns[0].label = Text(f"{COLUMNS[0].title}, by {self.order[0].title}{self._arrow}")
        rows, best = arranged(self.runs, *self.order), self.best
        self._best_run = None if best is None else best.run
        self._names = {run.run.id: self._fitted_name(run, best) for run in rows}
        for run in rows:
            self.add_row(*self._row(run, best).values(), key=run.run.id)
        current = next((name for name in (*before[at:], *before[at::-1]) if name in self.rows), None)
        if current is not None:
            self.move_cursor(row=self.get_row_index(current), animate=False)
        self.turn_to(self._wanted)
        self.fit_height()
        self.call_after_refresh(self.fit_height)

    watch_order = fill

    def turn_to(self, name: str) -> None:
        """Put the cursor on the run with this id, or as soon as it is listed."""
        is_there = name in self.rows
        self._wanted = "" if is_there else name
        if is_there:
            self.move_cursor(row=self.get_row_index(name), animate=False)

    @property
    def _arrow(self) -> str:
        column, is_turned = self.order
        return f" {BRAILLE.sorting[column.is_falling != is_turned]}"

    def _fitted_name(self, run: Summary, best: Summary | None) -> str:
        """The name, as much of it as there is room for between the mark and, without a state, what tells the best."""
        has_state = any(column.title == "state" for column in self.shown)
        told = len(BEST) if best in members_of(run) and not has_state else 0
        return without_middle(text_of(run, COLUMNS[0]), self.shown[COLUMNS[0]] - 2 - told)

    def fit_height(self) -> None:
        """Make the table as high as its rows; `auto` would collapse while the table is refilled."""
        self.styles.height = self.row_count + 1 + self.show_horizontal_scrollbar

    def on_resize(self) -> None:
        """Adapt columns and height."""
        if self.shown and self._fitting != self.shown:
            self.fill()
        self.fit_height()

    def watch_show_vertical_scrollbar(self) -> None:
        """Leave the scroll bar its columns, or take them back."""
        self.call_after_refresh(self.on_resize)

    @property
    def _fitting(self) -> dict[Column, int]:
        return that_fit(self.runs, self.container_size.width - self.scrollbar_size_vertical, self.columns_wanted)

    def _texts(self, run: Summary) -> list[str]:
        """The texts of all cells of the run, shown or not."""
        return [text_of(run, column) for column in (*COLUMNS, *self.columns_wanted)]

    def _row(self, run: Summary, best: Summary | None) -> dict[str, Text]:
        """The cells of the run's row, by the titles of their columns."""
        cells = {column.title: Text(text_of(run, column).rjust(column.least)) for column in self.shown}
        name = run.run.id
        mark = RUN_SYMBOLS[self.looks[name]] if name in self.looks else " "
        cells[COLUMNS[0].title] = Text(f"{mark} {self._names.get(name, '')}")
        if best in members_of(run):
            cells.get("state", cells[COLUMNS[0].title]).append(BEST, "bold")
        return cells

    @property
    def row_id(self) -> str | None:
        """The id of the run under the cursor; None if the table is empty."""
        if not 0 <= self.cursor_row < self.row_count:
            return None
        return self.coordinate_to_cell_key(self.cursor_coordinate).row_key.value

    def action_mark(self) -> None:
        """Mark or unmark the run under the cursor, and move to the next one; on the last row the cursor stays."""
        name = self.row_id
        if name is not None:
            others = tuple(mark for mark in self.marked if mark != name)
            self.marked = others if name in self.marked else (*others, name)[-MOST_RUNS:]
            self.action_cursor_down()

    def action_select_cursor(self) -> None:
        """Post Entered, on Enter only: a click must not leave the page."""
        if (current := self.current) is not None:
            self.post_message(self.Entered(current))

    def on_click(self, event: Click) -> None:
        """Post Entered on the second click in a row, unless it is on a column's title.

        A column that is gone by now, as in a terminal that has fewer columns, would be an IndexError of Textual 8.
        """
        if event.style.meta.get("column", 0) >= len(self.ordered_columns):
            event.prevent_default()
        if event.chain == 2 and event.style.meta.get("row", -1) >= 0:
            self.action_select_cursor()

    def on_data_table_header_selected(self, message: DataTable.HeaderSelected) -> None:
        """Sort by the column that was clicked, unless it is gone by now, as in a terminal that has fewer columns."""
        message.stop()
        for column in self.shown:
            if column.title == message.column_key.value:
                self.sort_by(column)

    def sort_by_next(self) -> None:
        """Sort by the next column that is shown."""
        columns = list(self.shown)
        at = columns.index(self.order[0]) if self.order[0] in columns else 0
        self.order = (columns[(at + 1) % len(columns)], False)

    def sort_by(self, column: Column) -> None:
        """Sort by a column; if the table is already sorted by it, reverse the order."""
        self.order = (column, column == self.order[0] and not self.order[1])
