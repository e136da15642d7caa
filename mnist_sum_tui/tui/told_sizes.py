"""Told sizes: each widget whose size has changed is told so, and draws in the new one."""

from functools import cache

from textual._compositor import Compositor, CompositorMap, ReflowResult
from textual.geometry import Size
from textual.widget import Widget


@cache
def tell_sizes() -> None:
    """Patch Compositor, so that a size counts as new until its widget was told; once per process.

    After something was scrolled, Textual 8 lays out the screen as soon as it is asked where a widget out of sight is,
    without telling anyone, and then compares with that: what grew as the help closed went on drawing cut lines.
    """
    lay_out = Compositor.reflow

    def lay_out_since_told(compositor: Compositor, parent: Widget, size: Size) -> ReflowResult:
        told: CompositorMap | None = getattr(compositor, "told", None)
        if told is not None:
            compositor._full_map = told
        changed = lay_out(compositor, parent, size)
        setattr(compositor, "told", compositor._full_map)  # noqa: B010
        return changed

    setattr(Compositor, "reflow", lay_out_since_told)  # noqa: B010
