"""The arrow keys, for a widget with an `action_move(x, y)`."""

from textual.binding import Binding

MOVES = tuple(
    Binding(key, f"move({x},{y})", show=False)
    for key, (x, y) in {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}.items()
)
